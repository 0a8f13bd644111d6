"""The actor of a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from vitas.accounts.actor import NOBODY


class PageActorMiddleware:
    """Sets `request.actor` for pages and the admin; API views make their own of the token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = NOBODY  # type: ignore[attr-defined]
        return self.get_response(request)
