"""What every request passes: its id, who called from where, one log line, and API addresses with or without a slash."""

import ipaddress
import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Any

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from vitas.common.acting import act_no_longer, begin_as_nobody
from vitas.common.context import RequestContext, current
from vitas.common.ids import new_id
from vitas.common.key_providers import MasterKeysUnavailable

log = logging.getLogger("vitas.request")

_OUT_OF_REACH = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError, MasterKeysUnavailable)

GetResponse = Callable[[HttpRequest], HttpResponse]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{8,100}")
# What opens something stays out of the log.
_SECRETS = re.compile(r"^(/password/new/|/calendar/|/api/(?:v1/)?recordings/upload/).+")
_API = re.compile(r"/(api|auth|otp|confirm-pay|health|demo/outbox)(/|$)")


def is_api(path: str) -> bool:
    """Whether an address answers in the API's shape."""
    return _API.match(path) is not None


class RequestContextMiddleware:
    """Gives the request an id (the caller's, if it is sane) and logs how it ended: no query, no body, no names."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        wanted = request.headers.get("X-Request-ID", "")
        context = RequestContext(
            request_id=wanted if _SANE_REQUEST_ID.fullmatch(wanted) else str(new_id()),
            address=client_address(request),
            agent=request.headers.get("User-Agent", "").replace("\x00", "")[:300],
        )
        token, nobody = current.set(context), begin_as_nobody()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = context.request_id
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "path": _SECRETS.sub(r"\1…", request.path),
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
            return response
        finally:
            act_no_longer(nobody)
            current.reset(token)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A server that is down is an ordinary event: 503, and it works again by itself."""
        if isinstance(error, _OUT_OF_REACH):
            from vitas.common.api.errors import page_unavailable

            log.error("a server is out of reach", extra={"error": type(error).__name__})
            return page_unavailable(request)
        return None


class ApiAddressMiddleware:
    """API addresses answer with or without a trailing slash, without a redirect; bodies in chunks are read too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request.path_info):
            return self.get_response(request)
        if request.path_info.endswith("/"):
            request.path_info = request.path_info.rstrip("/")
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not _take_chunks(request):
            from vitas.common.api.errors import too_large

            return too_large(request)
        return self.get_response(request)


def _take_chunks(request: Any) -> bool:
    """Read a body whose length nobody told, for Django and DRF take it for empty. False: it is over the limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    environ = getattr(request, "environ", None)
    if environ is None:
        source = request._stream  # under ASGI the whole body lies in a file
    elif environ.get("wsgi.input_terminated"):
        source = environ["wsgi.input"]
    else:
        return True  # this server does not say where the body ends
    body = source.read(limit + 1)
    request._stream = BytesIO(body)
    request.META["CONTENT_LENGTH"] = str(len(body))
    return len(body) <= limit


def client_address(request: HttpRequest) -> str | None:
    """The caller's address. `X-Forwarded-For` is believed only from proxies that settings name, from the right."""
    address = _address(request.META.get("REMOTE_ADDR") or "")
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if address is None or not _is_trusted(address):
            break
        further = _address(hop.strip())
        if further is None:
            break  # what a trusted proxy could not have written
        address = further
    return str(address) if address else None


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(maxsize=1024)
def _is_trusted(address: Address) -> bool:
    return any(address in ipaddress.ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
