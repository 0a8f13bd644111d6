"""What a browser may do on our pages: no script of others, no frame, no form that leaves."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from vitas.common.middleware import is_api

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Where a payer comes back to stands alone: it carries its few styles with it.
_ALONE = "/booking/"


class PageHeadersMiddleware:
    """A strict Content-Security-Policy on every page that does not bring its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html") and not is_api(request.path):
            alone = request.path.startswith(_ALONE)
            policy = _POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'") if alone else _POLICY
            response.headers.setdefault("Content-Security-Policy", policy)
        return response
