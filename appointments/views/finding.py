"""Find a doctor: filters that stand in the address, doctors as cards with their next free times. Open to all."""

import functools
import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.http import require_GET

from appointments.views.asked import Asked, FindForm
from appointments.views.doctor_cards import cards_of
from appointments.views.empty_help import doctors_text, helps_for
from clinic import insurers, search
from clinic.models import DoctorPlace
from vitas.common.api.pagination import Page
from vitas.common.pages import page

SHOWN: Final = 20  # doctors a page
KEPT: Final = 5  # pages that are shown above one another, so that going back finds its place
_MORE: Final = ("name", "date", "language", "insurance", "fee", "new")  # filters that a phone folds away

View = Callable[..., HttpResponse]


def open_to_all(view: View) -> View:
    """A browser may keep a page that everybody may see, and asks again; what a signed-in person sees it forgets."""

    @functools.wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.actor.signed_in:  # type: ignore[attr-defined]
            add_never_cache_headers(response)
        else:
            patch_cache_control(response, private=True, max_age=0)
        return response

    return shown


@require_GET
@open_to_all
def find(request: HttpRequest) -> HttpResponse:
    """Listed doctors. `page` shows all up to it; htmx asks for one page alone, which stands below what is there."""
    form = FindForm(request.GET)
    asked = Asked.of(form)
    number = _number(request.GET.get("page", ""))
    alone = request.htmx.target == "more" or number > KEPT  # type: ignore[attr-defined]
    part = Page(number, SHOWN) if alone else Page(1, SHOWN * number)
    found = search.find(asked.wanted(), part)
    chips = asked.chips()
    context = {
        "form": form,
        "asked": asked,
        "cards": cards_of(found.hits, now=timezone.now(), on=asked.date),
        "first_new": (number - 1) * SHOWN,
        "offset": part.offset,
        "total": found.total,
        "count": doctors_text(found.total),
        "at_least": found.at_least,
        "chips": chips,
        "folded": sum(chip.field in _MORE for chip in chips),
        "helps": helps_for(asked) if not found.total else [],
        "earlier": asked.address(page=number - 1) if alone and number > 1 else "",
        "more": asked.address(page=number + 1) if number * SHOWN < found.total else "",
        "insurers": insurers.named(),
        "tiles": settings.MAP_TILES_URL,
        "attribution": settings.MAP_ATTRIBUTION,
    }
    response = page(request, "appointments/find.html", context, fragments=["result-list", "more"])
    if request.htmx.target == "result-list":  # type: ignore[attr-defined]
        response["HX-Push-Url"] = asked.address()
    elif request.htmx.target == "more":  # type: ignore[attr-defined]
        response["HX-Replace-Url"] = asked.address(page=number)
    return response


def listed_place(place_id: UUID) -> DoctorPlace:
    places = DoctorPlace.objects.listed().select_related("doctor", "clinic__organization")
    return get_object_or_404(places, pk=place_id)


def _number(text: str) -> int:
    """Of a page, from 1; what is none is the first."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else 1
