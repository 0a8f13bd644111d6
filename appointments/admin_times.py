"""A doctor's free times of a week, as the desk chooses among them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from appointments import slots
from appointments.querysets import clinics_of
from clinic.models import DoctorDay, DoctorPlace
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.wall_time import iso

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Time:
    """A free start: `value` names the instant, `local` is the clinic's clock."""

    value: str
    local: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days from `first`; `earlier` is empty where the past begins. `next_free`: a later day with free times."""

    first: date
    days: list[tuple[date, list[Time]]]
    earlier: date | None
    later: date
    next_free: date | None

    @property
    def is_full(self) -> bool:
        return not any(times for _day, times in self.days)


def week_of(place: DoctorPlace, first: date, *, type: str, minutes: int | None, now: datetime) -> Week:
    """From `first`, or today if that is past, on the clinic's calendar."""
    zone = ZoneInfo(place.clinic.zone)
    today = now.astimezone(zone).date()
    first = max(first, today)
    last = first + timedelta(days=DAYS - 1)
    visit = slots.visit_minutes(place, type, minutes)
    free = slots.free_slots(
        [place.pk],
        first,
        last,
        minutes=visit.minutes,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        now=now,
    )
    times = [Time(iso(slot.starts_at) or "", slot.starts_at.astimezone(zone)) for slot in free]
    by_day = {day: list(group) for day, group in groupby(times, key=lambda time: time.local.date())}
    days = [first + timedelta(days=ahead) for ahead in range(DAYS)]
    return Week(
        first=first,
        days=[(day, by_day.get(day, [])) for day in days],
        earlier=max(first - timedelta(days=DAYS), today) if first > today else None,
        later=last + timedelta(days=1),
        next_free=None if times else _next_free(place, last),
    )


def places_of(actor: Actor) -> list[DoctorPlace]:
    """Where the person may book: the doctors of their clinics, each with `next_free`, as the directory counted it."""
    free = DoctorDay.objects.filter(place=OuterRef("pk"), free_count__gt=0).order_by("date")
    rows = DoctorPlace.objects.visible_to(actor).filter(listed=True).select_related("doctor", "clinic")
    if actor.role == Role.RECEPTIONIST:
        rows = rows.filter(clinic__in=clinics_of(actor))
    found = rows.annotate(next_free=Subquery(free.values("first_free")[:1]))
    return list(found.order_by("doctor__last_name", "doctor__first_name", "pk"))


def _next_free(place: DoctorPlace, after: date) -> date | None:
    days = DoctorDay.objects.filter(place=place, free_count__gt=0, date__gt=after).order_by("date")
    return days.values_list("date", flat=True).first()
