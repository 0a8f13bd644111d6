"""The actor of a page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vitas.accounts import languages, page_sessions
from vitas.accounts.actor import NOBODY
from vitas.common.acting import act_as
from vitas.common.context import current
from vitas.common.middleware import is_api


class PageActorMiddleware:
    """Sets `request.actor` (and `request.user`) for pages and the admin; API views make their own of the token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = NOBODY  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not is_api(request.path):
            page_sessions.read_page(request)
            act_as(request.actor)  # type: ignore[attr-defined]
            languages.speak_as(request)
            current.get().user_id = str(request.actor.user_id or "")  # type: ignore[attr-defined]
        return self.get_response(request)
