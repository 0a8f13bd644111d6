"""Addresses of the tests alone: views that fail in every way, beside the real ones."""

from typing import Any, ClassVar

import redis
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vitas import urls
from vitas.accounts.permissions import DESK, PUBLIC, SIGNED_IN
from vitas.accounts.rest import ApiView
from vitas.common import errors
from vitas.common.api.fields import PlainTextField

RAISED: dict[str, Exception] = {
    "invalid": errors.Invalid.field("starts_at", "Choose another time."),
    "conflict": errors.Conflict(extra={"other_times": ["10:00 AM"]}),
    "unprocessable": errors.NotPossibleNow(),
    "too-many": errors.TooMany(retry_after=7),
    "unavailable": errors.Unavailable(),
    "not-allowed": PermissionDenied("secret reason"),
    "missing": Http404("secret reason"),
    "model": ValidationError({"full_name": "Too long."}),
    "fault": ValueError("João has asthma"),
    "integrity": IntegrityError('Key (email)=(joao@example.test) already exists. INSERT INTO "users"'),
    "database": OperationalError("connection to server at 10.1.2.3 failed"),
    "redis": redis.ConnectionError("Error 111 connecting to 10.1.2.3"),
}


class EchoIn(serializers.Serializer[Any]):
    full_name = PlainTextField(max_length=20)
    line_1 = PlainTextField(required=False)
    guests = serializers.IntegerField(required=False, max_value=10)


class Echo(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": PUBLIC, "POST": PUBLIC, "PUT": PUBLIC, "PATCH": PUBLIC, "DELETE": PUBLIC}

    def get(self, request: Request) -> Response:
        return Response({"said": dict(request.query_params)})

    def post(self, request: Request) -> Response:
        return Response(self.read(EchoIn))

    put = patch = delete = post


class Raises(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": PUBLIC}

    def get(self, request: Request, name: str) -> Response:
        raise RAISED[name]


class Members(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": SIGNED_IN, "POST": DESK}

    def get(self, request: Request) -> Response:
        return Response({"user_id": self.actor.user_id})

    post = get


class Query(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": PUBLIC}

    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Response({"one": 1})


def page(request: HttpRequest) -> HttpResponse:
    raise RAISED[request.GET["name"]]


urlpatterns = [
    path("api/v1/echo", Echo.as_view()),
    path("api/v1/raises/<str:name>", Raises.as_view()),
    path("api/v1/members", Members.as_view()),
    path("api/v1/query", Query.as_view()),
    path("page", page),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
