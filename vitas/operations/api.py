"""Health, and the API's description of itself."""

import hashlib
from functools import cache
from typing import Any, ClassVar

import orjson
import yaml
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts.permissions import PUBLIC
from vitas.accounts.rest import ApiView
from vitas.operations import health

_EXAMPLE = {
    "status": "up",
    "checks": {
        "database": {"status": "up", "ms": 3.1},
        "redis": {"status": "up", "ms": 0.4},
        "worker": {"status": "up", "ms": 0.5},
        "storage": {"status": "up", "ms": 0.1},
    },
}


class CheckOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["up", "down"])
    ms = serializers.FloatField(help_text="How long it took to say so.")


class ChecksOut(serializers.Serializer[Any]):
    database = CheckOut()
    redis = CheckOut()
    worker = CheckOut()
    storage = CheckOut()


class HealthOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["up", "degraded", "down"])
    checks = ChecksOut()


class UncountedView(ApiView):
    """Open to all and not counted: who calls does not matter."""

    authentication_classes = []
    throttle_classes = []
    access: ClassVar[dict[str, Any]] = {"GET": PUBLIC}


class HealthView(UncountedView):
    """How the servers that Vitas stands on are."""

    @extend_schema(
        operation_id="health",
        summary="How the service is",
        description="`down` (503) when the database or Redis is down; without worker or file storage `degraded` (200): "
        "people are served, what takes time waits. Answers within three seconds, whatever hangs.",
        responses={200: HealthOut, 503: OpenApiResponse(HealthOut, description="Database or Redis is down.")},
        examples=[
            OpenApiExample("Up", value=_EXAMPLE, status_codes=["200"]),
            OpenApiExample("Down", value={**_EXAMPLE, "status": "down"}, status_codes=["503"]),
        ],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        found = health.health()
        checks = {name: {"status": check.status.value, "ms": check.ms} for name, check in found.checks.items()}
        answer = Response({"status": found.status.value, "checks": checks})
        if found.status == health.Status.DOWN:
            answer.status_code = 503
            answer["Retry-After"] = "5"
        return answer


@extend_schema(exclude=True)
class SchemaView(UncountedView):
    """OpenAPI 3.1 as JSON; as YAML to `?format=yaml` or `Accept: application/yaml`."""

    cache_control = "public, max-age=300"

    def get(self, request: Request) -> HttpResponse:
        accepted = request.headers.get("Accept", "")
        as_yaml = request.query_params.get("format") == "yaml" or "yaml" in accepted
        body = _description(as_yaml)
        kind = "application/yaml" if as_yaml else "application/json"
        answer = HttpResponse(body, content_type=f"{kind}; charset=utf-8", headers={"Vary": "Accept"})
        answer["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
        return get_conditional_response(request._request, etag=answer["ETag"], response=answer) or answer


@cache
def _description(as_yaml: bool) -> bytes:
    """Made once a process, in English like the code."""
    with translation.override("en"):
        found = orjson.loads(orjson.dumps(SchemaGenerator().get_schema(public=True), default=str))
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True).encode() if as_yaml else orjson.dumps(found)


@extend_schema(exclude=True)
class DocsView(UncountedView):
    """Swagger UI: all of it is served here, and the page allows itself nothing else."""

    cache_control = "no-cache"

    def get(self, request: Request) -> HttpResponse:
        answer = render(request._request, "operations/api_docs.html")
        answer["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return answer
