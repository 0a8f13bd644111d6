"""What helps when nobody answers a search: which filter to drop, how many there would be, what lies beside it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.views.asked import RADII, Asked
from clinic import search
from clinic.models import DoctorDay, DoctorPlace
from vitas.common.api.pagination import Page
from vitas.common.shown import day_text

_LOOKED_AT: Final = 100  # doctors, for a later day
_CITIES: Final = 3


@dataclass(frozen=True, slots=True)
class Help:
    """Another search, in words, and where it is."""

    text: str
    address: str
    found: str = ""


def helps_for(asked: Asked) -> list[Help]:
    """The nearest searches that find somebody; at most one statement a filter and three more."""
    return [*_later_day(asked), *_farther(asked), *_other_cities(asked), *_without(asked)]


def doctors_text(count: int) -> str:
    return ngettext("%(count)d doctor", "%(count)d doctors", count) % {"count": count}


def _without(asked: Asked) -> list[Help]:
    """The search without one of its filters."""
    found = []
    for chip in asked.chips() if len(asked.chips()) > 1 else []:
        count = _count(asked.without(chip.field))
        if count:
            text = _("Without “%(filter)s”") % {"filter": chip.label.strip("“”")}
            found.append(Help(text, chip.address, doctors_text(count)))
    return found


def _farther(asked: Asked) -> list[Help]:
    if asked.near is None:
        return []
    for km in (km for km in RADII if km > asked.km):
        wider = replace(asked, km=km)
        count = _count(wider)
        if count:
            return [Help(_("Within %(km)d km") % {"km": km}, wider.address(), doctors_text(count))]
    return []


def _other_cities(asked: Asked) -> list[Help]:
    """Where else there are doctors of this specialty."""
    if not asked.specialty or not (asked.location or asked.near):
        return []
    elsewhere = asked.without("near")
    places = DoctorPlace.objects.listed().filter(specialty=asked.specialty)
    cities = places.values("clinic__city").annotate(doctors=Count("doctor", distinct=True)).order_by("-doctors")
    return [
        Help(
            _("In %(city)s") % {"city": row["clinic__city"]},
            Asked(specialty=asked.specialty, location=row["clinic__city"], sort=elsewhere.sort).address(),
            doctors_text(row["doctors"]),
        )
        for row in cities[:_CITIES]
        if row["clinic__city"] != asked.location
    ]


def _later_day(asked: Asked) -> list[Help]:
    """The first day after the one asked for on which somebody has time."""
    if asked.date is None:
        return []
    hits = search.find(asked.without("date").wanted(), Page(1, _LOOKED_AT)).hits
    day = _first_free_day([hit.place_id for hit in hits], asked.date)
    if day is None:
        return []
    later = replace(asked, date=day)
    return [Help(_("Free on %(day)s") % {"day": day_text(day)}, later.address(), doctors_text(_count(later)))]


def _first_free_day(place_ids: list[UUID], after: date) -> date | None:
    days = DoctorDay.objects.filter(place__in=place_ids, date__gt=after, free_count__gt=0)
    found: date | None = days.order_by("date").values_list("date", flat=True).first()
    return found


def _count(asked: Asked) -> int:
    return search.find(replace(asked, sort="").wanted(), Page(1, 1)).total
