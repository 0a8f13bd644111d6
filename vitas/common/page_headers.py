"""What a browser may do on our pages: no script of others, no frame, no form that leaves."""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from vitas.common.middleware import is_api

_POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self';"
    " img-src 'self' data: blob:{tiles}; font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " worker-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# What is no page: nothing runs in it, also if somebody opens it as one. A worker's script may do what pages may.
_API_POLICY = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
_FILE_POLICY = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PERMISSIONS = "camera=(), geolocation=(self), microphone=(self), payment=(), usb=()"


class PageHeadersMiddleware:
    """A Content-Security-Policy on every answer without one of its own; pages' is for `request.csp_nonce`'s scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if is_page(response):
            response.headers.setdefault("Content-Security-Policy", policy(request.csp_nonce))  # type: ignore[attr-defined]
            response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        else:
            response.headers.setdefault(
                "Content-Security-Policy", _API_POLICY if is_api(request.path) else _FILE_POLICY
            )
        # Others' pages may not embed what we serve; front ends of ours elsewhere ask by CORS. Photos say so themselves.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PageCompressionMiddleware(GZipMiddleware):
    """Pages travel compressed; answers of the API as they are: there a proxy does it where it is worth it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not is_page(response) or is_api(request.path):
            return response
        return super().process_response(request, response)


def is_page(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("text/html")


def policy(nonce: str) -> str:
    """The map's pictures come from where `MAP_TILES_URL` says; nothing else is ever asked of others."""
    found = urlsplit(settings.MAP_TILES_URL)
    tiles = f" {found.scheme}://{found.netloc.replace('{s}', '*')}" if found.netloc else ""
    return _POLICY.format(nonce=nonce, tiles=tiles)
