"""Pages of the directory: find a doctor, look at a doctor's free times. Open to all."""

import functools
import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from clinic import search
from clinic.models import DoctorPlace, Specialty
from vitas.common.api.pagination import Page
from vitas.common.money import major

SHOWN: Final = 20  # doctors a page

View = Callable[..., HttpResponse]


class FindForm(forms.Form):
    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    specialty = forms.ChoiceField(
        label=_("Specialty"), required=False, choices=[("", _("All specialties")), *Specialty.choices]
    )
    location = forms.CharField(label=_("City or address"), required=False, max_length=200)


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Listed doctors, open to all."""
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    number = _number(request.GET.get("page", ""))
    found = search.find(search.Wanted(**wanted), Page(page=number, limit=SHOWN))
    places = DoctorPlace.objects.select_related("doctor", "clinic").in_bulk([hit.place_id for hit in found.hits])
    rows = [places[hit.place_id] for hit in found.hits if hit.place_id in places]
    for place in rows:
        place.price = _price(place.fee, place.clinic.currency)
    context = {"form": form, "places": rows, "total": found.total, "page": number, "more": number * SHOWN < found.total}
    return render(request, "appointments/find.html", context)


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


def listed_place(place_id: UUID) -> DoctorPlace:
    return get_object_or_404(DoctorPlace.objects.listed().select_related("doctor", "clinic"), pk=place_id)


def _price(fee: int, currency: str) -> str:
    return f"{currency} {major(fee, currency):,}"


def _number(text: str) -> int:
    """Of a page, from 1; what is none is the first."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else 1
