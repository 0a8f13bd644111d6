"""One shape for every error (S3 5.1), also where no view was reached."""

import logging
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import redis.exceptions
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from vitas.common.api.parsers import TooLarge
from vitas.common.api.renderers import CamelCaseRenderer, camel
from vitas.common.context import current
from vitas.common.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Refused,
    TooMany,
    Unavailable,
)
from vitas.common.key_providers import MasterKeysUnavailable
from vitas.common.middleware import is_api

log = logging.getLogger(__name__)

_SECRET = ("password", "code", "document", "birth")  # in a field's name: it is to be typed again
_OUT_OF_REACH = (
    OperationalError,
    InterfaceError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    MasterKeysUnavailable,
)


class MethodNotAllowed(Refused):
    status = 405
    code = "METHOD_NOT_ALLOWED"
    sentence = gettext_lazy("This address does not take this method.")


class UnsupportedMediaType(Refused):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    sentence = gettext_lazy("Send the body as application/json.")


class ServerError(Refused):
    status = 500
    code = "INTERNAL_SERVER_ERROR"
    sentence = gettext_lazy("Something went wrong on our side. Try again in a moment.")


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
        log.warning("authentication failed", extra={"path": request.path, "address": current.get().address})
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(method for method in context["view"].allowed_methods if method != "OPTIONS")
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
            return MethodNotAllowed()
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.Throttled():
            return TooMany(retry_after=int(getattr(error, "wait", None) or 1))
        case ModelInvalid():
            return Invalid(problems=list(_model_problems(error)))
        case RequestDataTooBig():
            return TooLarge()
        case SuspiciousOperation() | UnreadablePostError():
            return Invalid(_("The request could not be read."))
        case _ if isinstance(error, _OUT_OF_REACH):
            log.error("a server is out of reach", extra={"error": type(error).__name__})
            return Unavailable()
    return None


def _model_problems(error: ModelInvalid) -> Iterator[Problem]:
    if not hasattr(error, "error_dict"):
        yield from (Problem("", sentence) for sentence in error.messages)
        return
    for field, sentences in error.message_dict.items():
        yield from (Problem("" if field == NON_FIELD_ERRORS else field, sentence) for sentence in sentences)


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


def _plain(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The answer where no API view was reached: the envelope, or a page of its own that needs no server."""
    if is_api(request.path):
        body: bytes | str = CamelCaseRenderer().render(envelope(refused, path=request.path))
        response = HttpResponse(body, content_type="application/json", status=refused.status)
    else:
        response = HttpResponse(_error_page(request, refused), status=refused.status)
    response["Cache-Control"] = "no-store"
    if refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    return response


def _error_page(request: HttpRequest, refused: Refused, **more: Any) -> str:
    """In the frame of who is signed in. A fault of ours is told without: they cannot be asked for, perhaps."""
    shown = {"message": refused.message, "status": refused.status, "request_id": current.get().request_id, **more}
    try:
        return render_to_string("error.html", shown, request=request if refused.status < 500 else None)
    except Exception:
        log.exception("the error page itself failed")
        return escape(str(refused.message))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, TooLarge() if isinstance(exception, RequestDataTooBig) else Invalid())


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return _plain(request, NotAllowed())


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose CSRF token is not good any more: it was open too long, or somebody signed in meanwhile.

    What was written can be sent again, unless the form came from elsewhere, or holds what is secret.
    """
    if is_api(request.path):
        return forbidden(request, reason=reason)
    own = request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
    own = own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    names = set(request.POST) - {"csrfmiddlewaretoken"}
    fields = [(name, value) for name in sorted(names) for value in request.POST.getlist(name)]
    again = own and bool(fields) and not request.FILES and not any(word in name for name in names for word in _SECRET)
    page = _error_page(request, NotAllowed(), too_old=True, fields=fields if again else [], address=request.path)
    response = HttpResponse(page, status=403)
    response["Cache-Control"] = "no-store"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Also for a middleware that found the database away: 503, and it works again by itself."""
    return _plain(request, Unavailable() if isinstance(sys.exc_info()[1], _OUT_OF_REACH) else ServerError())


def page_unavailable(request: HttpRequest) -> HttpResponse:
    return _plain(request, Unavailable())


def too_large(request: HttpRequest) -> HttpResponse:
    return _plain(request, TooLarge())
