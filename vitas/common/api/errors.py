"""One shape for every error (S3 5.1), also where no view was reached."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import redis.exceptions
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from vitas.common.api.renderers import CamelCaseRenderer, camel
from vitas.common.context import current
from vitas.common.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Refused,
    TooMany,
    Unavailable,
)
from vitas.common.middleware import is_api

log = logging.getLogger(__name__)

__all__ = ["Conflict", "answer", "bad_request", "forbidden", "not_found", "page_unavailable", "server_error"]


class MethodNotAllowed(Refused):
    status = 405
    code = "METHOD_NOT_ALLOWED"


class UnsupportedMediaType(Refused):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class ServerError(Refused):
    status = 500
    code = "INTERNAL_SERVER_ERROR"


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: the envelope for whatever a view raised, None for a fault of ours (500)."""
    refused = _as_refused(error)
    if refused is None:
        return None
    set_rollback()
    request = context["request"]
    response = Response(envelope(refused, path=request.path), status=refused.status)
    if refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    if refused.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def envelope(refused: Refused, *, path: str) -> dict[str, Any]:
    """S3 5.1, and the message once more at the top level, where S0's client reads it."""
    message = str(refused.message)
    details = [{"field": _camel_path(problem.field), "message": str(problem.message)} for problem in refused.problems]
    return {
        "error": {
            "code": refused.code,
            "message": message,
            "details": details,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "path": path,
            "request_id": current.get().request_id,
        },
        "message": message,
        **refused.extra,
    }


def _as_refused(error: Exception) -> Refused | None:
    match error:
        case Refused():
            return error
        case exceptions.ValidationError():
            return Invalid(problems=list(_problems(error.detail)))
        case exceptions.ParseError():
            return Invalid(str(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotSignedIn()
        case exceptions.PermissionDenied() | PermissionDenied():
            return NotAllowed()
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed(_("This address does not take this method."))
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType(_("Send the body as application/json."))
        case exceptions.Throttled():
            return TooMany(retry_after=int(error.wait or 1))
        case RequestDataTooBig():
            return _too_large()
        case OperationalError() | InterfaceError() | redis.exceptions.ConnectionError() | redis.exceptions.TimeoutError():
            log.error("a server is out of reach", extra={"error": type(error).__name__})
            return Unavailable()
    return None


def _too_large() -> Refused:
    from vitas.common.api.parsers import TooLarge

    return TooLarge(_("The request is larger than 1 MB."))


def _problems(detail: Any, path: str = "") -> list[Problem]:
    if isinstance(detail, dict):
        found = []
        for name, inner in detail.items():
            nested = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            found += _problems(inner, nested)
        return found
    if isinstance(detail, list):
        if all(isinstance(inner, str) for inner in detail):
            return [Problem(path, str(inner)) for inner in detail]
        return [problem for index, inner in enumerate(detail) for problem in _problems(inner, f"{path}.{index}")]
    return [Problem(path, str(detail))]


def _camel_path(path: str) -> str:
    return ".".join(camel(part) for part in path.split("."))


def _plain(request: HttpRequest, refused: Refused, template: str) -> HttpResponse:
    if not is_api(request.path):
        return render(request, template, {"message": refused.message}, status=refused.status)
    body = CamelCaseRenderer().render(envelope(refused, path=request.path))
    response = HttpResponse(body, content_type="application/json", status=refused.status)
    response["Cache-Control"] = "no-store"
    if refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, Invalid(), "error.html")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return _plain(request, NotAllowed(), "error.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, NotFound(), "error.html")


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain(request, ServerError(_("Something went wrong on our side. Try again in a moment.")), "error.html")


def page_unavailable(request: HttpRequest) -> HttpResponse:
    return _plain(request, Unavailable(), "error.html")
