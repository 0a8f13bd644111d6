"""What every request passes: its id, who called from where, one log line, and API addresses with or without a slash."""

import ipaddress
import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from vitas.common.context import RequestContext, current
from vitas.common.ids import new_id

log = logging.getLogger("vitas.request")

GetResponse = Callable[[HttpRequest], HttpResponse]

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{8,100}")
_API = ("/api/", "/auth/", "/otp/", "/confirm-pay", "/health", "/demo/")


def is_api(path: str) -> bool:
    """Whether an address answers in the API's shape."""
    return path.startswith(_API)


class RequestContextMiddleware:
    """Gives the request an id (the caller's, if it is a sane one) and logs how it ended: no query, no body, no names."""

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
        token = current.set(context)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = context.request_id
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
            return response
        finally:
            current.reset(token)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A database that is down is an ordinary event: 503, and it works again by itself."""
        if isinstance(error, OperationalError | InterfaceError):
            from vitas.common.api.errors import page_unavailable

            log.error("database out of reach", extra={"error": type(error).__name__})
            return page_unavailable(request)
        return None


class ApiSlashMiddleware:
    """API addresses answer with and without a trailing slash, without a redirect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.endswith("/") and is_api(request.path_info):
            request.path_info = request.path_info.rstrip("/")
        return self.get_response(request)


def client_address(request: HttpRequest) -> str | None:
    """The caller's address. `X-Forwarded-For` is believed only from proxies that settings name, from the right."""
    address = request.META.get("REMOTE_ADDR") or ""
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not hop.strip() or not _is_trusted(address):
            break
        address = hop.strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _is_trusted(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
