"""The language of pages: the visitor's choice on this browser, else the signed-in person's own, else the browser's."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_POST

from vitas.accounts.models import Language, User
from vitas.common.pages import is_ours

_YEAR = 365 * 24 * 60 * 60  # seconds


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice: on the browser, and for messages with the person who is signed in. Goes back to `next`."""
    wanted, back = request.POST.get("language", ""), request.POST.get("next", "")
    response = redirect(back if is_ours(request, back) else "landing")
    if wanted in Language.values:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        if request.actor.user_id:  # type: ignore[attr-defined]
            User.objects.filter(pk=request.actor.user_id).update(language=wanted)  # type: ignore[attr-defined]
    return response


def speak_as(request: HttpRequest) -> None:
    """Before the page: the language of who is signed in, unless this browser has a choice of its own."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or not request.user.is_authenticated:
        return
    organization = getattr(request, "organization", None)
    own = getattr(request.user, "language", "") or (organization.language if organization else "")
    if own:
        translation.activate(own)
        request.LANGUAGE_CODE = translation.get_language()
