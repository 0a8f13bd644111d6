"""Pages of the directory: find a doctor, look at a doctor's free times. Open to all."""

import re
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from appointments import slots
from clinic import search
from clinic.models import DoctorPlace, Specialty, VisitType
from vitas.common.api.pagination import Page
from vitas.common.money import major

SHOWN: Final = 20  # doctors a page
WEEK: Final = timedelta(days=7)


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


@require_GET
def times(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The free times of a week, on the clinic's clock."""
    place = listed_place(place_id)
    zone, now = ZoneInfo(place.clinic.zone), timezone.now()
    today = now.astimezone(zone).date()
    first = max(_day(request.GET.get("from", "")) or today, today)
    visit = slots.visit_minutes(place, VisitType.CONSULTATION)
    free = slots.free_slots(
        [place.pk],
        first,
        first + WEEK - timedelta(days=1),
        minutes=visit.minutes,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        now=now,
    )
    local = [slot.starts_at.astimezone(zone) for slot in free]
    context = {
        "place": place,
        "price": _price(place.fee, place.clinic.currency),
        "days": [(day, list(starts)) for day, starts in groupby(local, key=lambda start: start.date())],
        "earlier": first - WEEK if first > today else None,
        "later": first + WEEK,
        "first": first,
    }
    return render(request, "appointments/times.html", context)


def listed_place(place_id: UUID) -> DoctorPlace:
    return get_object_or_404(DoctorPlace.objects.listed().select_related("doctor", "clinic"), pk=place_id)


def _price(fee: int, currency: str) -> str:
    return f"{currency} {major(fee, currency):,}"


def _number(text: str) -> int:
    """Of a page, from 1; what is none is the first."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
