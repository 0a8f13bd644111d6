"""OpenAPI: what every operation says of itself, and which of the two mounts is documented.

A view's `@extend_schema` names its summary, its good answers and an example. The errors follow from the view: from its
`access`, its method and whether it reads a body. Names are camelCase but in serializers with `names_as_is = True`.
"""

import re
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

from vitas.common.api.parsers import TooLarge
from vitas.common.api.renderers import camel
from vitas.common.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
)

_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_AS_IS = "x-names-as-is"


class _Unsupported(Refused):
    status, code, sentence = 415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."


class _Fault(Refused):
    status, code = 500, "INTERNAL_SERVER_ERROR"
    sentence = "Something went wrong on our side. Try again in a moment."


_WHEN: Final[dict[type[Refused], str]] = {
    Invalid: "Something in the request is missing or wrong; `details` names the fields.",
    NotSignedIn: "No token, or a dead one.",
    NotAllowed: "The role, or an id that is not the token's, does not permit it.",
    NotFound: "There is no such thing, or the caller may not know that there is.",
    Conflict: "Somebody else was first.",
    TooLarge: "The body is larger than 1 MB.",
    _Unsupported: "The body is not JSON.",
    NotPossibleNow: "The state or the day does not allow it.",
    TooMany: "Over a limit; `Retry-After` says when to come again.",
    _Fault: "A fault of ours; `requestId` finds it in the logs.",
    Unavailable: "Something this needs is down; it works again by itself.",
}

_ERROR = {
    "type": "object",
    "description": "The one shape of every error. `message` stands twice: simple clients read the outer one.",
    "required": ["error", "message"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "timestamp", "path", "requestId"],
            "properties": {
                "code": {"type": "string", "examples": ["VALIDATION_ERROR"]},
                "message": {"type": "string", "description": "For the person, in the language of `Accept-Language`."},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
                "timestamp": {"type": "string", "format": "date-time"},
                "path": {"type": "string"},
                "requestId": {"type": "string"},
            },
        },
        "message": {"type": "string"},
    },
}


def _example(kind: type[Refused]) -> dict[str, Any]:
    sentence = str(kind.sentence)
    details = (
        [{"field": "reason", "message": "Ensure this field has at least 10 characters."}] if kind is Invalid else []
    )
    error = {
        "code": kind.code,
        "message": sentence,
        "details": details,
        "timestamp": "2025-01-10T14:30:00.000Z",
        "path": "/api/v1/appointments",
        "requestId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4a",
    }
    return {"error": error, "message": sentence}


def _response(kind: type[Refused], when: str) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-ID": {"schema": {"type": "string"}}}
    if kind in (TooMany, Unavailable):
        headers["Retry-After"] = {"description": "Seconds", "schema": {"type": "integer"}}
    schema = {"$ref": "#/components/schemas/Error"}
    body = {"schema": schema, "examples": {kind.code: {"value": _example(kind)}}}
    return {"description": when, "headers": headers, "content": {"application/json": body}}


_SECURITY: Final[dict[str, dict[str, str]]] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "authToken",
        "description": "Every unsafe method then needs `X-CSRF-Token`, the value of the cookie `csrftoken`.",
    },
}


class Schema(AutoSchema):
    """Of every view: the summary from the docstring's first line unless given, the errors from what it is."""

    def get_summary(self) -> str | None:
        return super().get_summary() or (self.get_description() or "").split("\n")[0].rstrip(".") or None

    def get_operation_id(self) -> str:
        """`PUT …/appointments/{id}/cancel` → `putAppointmentsOneCancel`: from the address, so it is unique."""
        tokens = ["one" if part.startswith("{") else part for part in self.path.strip("/").split("/")]
        if tokens[:2] == ["api", "v1"]:
            tokens = tokens[2:]
        else:
            tokens.insert(0, "root")
        return camel("_".join([self.method.lower(), *tokens]).replace("-", "_"))

    def get_auth(self) -> list[dict[str, Any]]:
        """A bearer token or the cookie; an address that is open to all takes none as well."""
        if not self.view.get_authenticators():
            return [{}]
        return [*({name: []} for name in _SECURITY), *([{}] if self._is_public else [])]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            responses = operation.setdefault("responses", {})
            for kind in self._errors(has_body="requestBody" in operation):
                responses.setdefault(str(kind.status), {"$ref": f"#/components/responses/{kind.code}"})
            operation["responses"] = dict(sorted(responses.items()))
        return operation

    @property
    def _is_public(self) -> bool:
        return bool(getattr(self.view, "is_public", lambda _method: False)(self.method))

    def _errors(self, *, has_body: bool) -> list[type[Refused]]:
        changes, knows_callers = self.method in _UNSAFE, bool(self.view.get_authenticators())
        fits = {
            Invalid: True,
            NotSignedIn: knows_callers or changes,
            NotAllowed: changes or not self._is_public or knows_callers,
            NotFound: "{" in self.path or knows_callers,
            Conflict: changes,
            TooLarge: has_body,
            _Unsupported: has_body,
            NotPossibleNow: changes,
            TooMany: bool(self.view.throttle_classes),
            _Fault: True,
            Unavailable: True,
        }
        return [kind for kind, fit in fits.items() if fit]

    def _get_request_body(self, direction: str = "request") -> Any:
        """DELETE takes a body too where the view names one (S3 1.1: the reason of a cancellation)."""
        if self.method != "DELETE" or self.get_request_serializer() is None:
            return super()._get_request_body(direction)
        self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if getattr(serializer, "names_as_is", False):
            schema[_AS_IS] = True
        return schema


def documented_addresses(endpoints: list[Any], **_options: Any) -> list[Any]:
    """`/api/v1/…` and the few at the root; `/api/…` are the same views again."""
    return [found for found in endpoints if found[0].startswith("/api/v1/") or not found[0].startswith("/api/")]


def finished(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """The last hook: errors as components, names in camelCase."""
    components = result.setdefault("components", {})
    for component in components.get("schemas", {}).values():
        _camelize(component)
    components.setdefault("schemas", {})["Error"] = _ERROR
    components["securitySchemes"] = _SECURITY
    components["responses"] = {kind.code: _response(kind, when) for kind, when in _WHEN.items()}
    result["paths"] = {_camel_path(path): item for path, item in result.get("paths", {}).items()}
    for item in result["paths"].values():
        for operation in item.values():
            _camelize_operation(operation)
    return result


def _camel_path(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{camel(found[1])}}}", path)


def _camelize_operation(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter.get("in") in ("query", "path"):
            parameter["name"] = camel(parameter["name"])
    for answer in [operation.get("requestBody", {}), *operation.get("responses", {}).values()]:
        for media in answer.get("content", {}).values():
            _camelize(media.get("schema", {}))


def _camelize(schema: Any) -> None:
    """The names of an object's properties, and of all within it."""
    if isinstance(schema, list):
        for part in schema:
            _camelize(part)
    if not isinstance(schema, dict) or schema.get(_AS_IS):
        return
    if isinstance(schema.get("properties"), dict):
        schema["properties"] = {camel(name): inner for name, inner in schema["properties"].items()}
        for inner in schema["properties"].values():
            _camelize(inner)
    if isinstance(schema.get("required"), list):
        schema["required"] = [camel(name) for name in schema["required"]]
    for key in ("items", "additionalProperties", "allOf", "oneOf", "anyOf"):
        _camelize(schema.get(key))
