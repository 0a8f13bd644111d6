"""The free times nearest to one that cannot be had."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from appointments import slots
from clinic.models import DoctorPlace

LOOKED_AT: Final = timedelta(days=10)  # after the wanted day; three before it
MOST: Final = 6


def free_times(
    place: DoctorPlace, wanted: datetime, *, type: str, now: datetime, minutes: int | None = None
) -> list[datetime]:
    """At most six free starts at the place, those nearest to `wanted`, in their order."""
    zone = ZoneInfo(place.clinic.zone)
    today = now.astimezone(zone).date()
    day = max(wanted.astimezone(zone).date(), today)
    visit = slots.visit_minutes(place, type, minutes)
    free = slots.free_slots(
        [place.pk],
        max(day - timedelta(days=3), today),
        day + LOOKED_AT,
        minutes=visit.minutes,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        now=now,
    )
    nearest = sorted(free, key=lambda slot: abs(slot.starts_at - wanted))[:MOST]
    return sorted(slot.starts_at for slot in nearest)


def by_day(starts: Sequence[datetime], zone: str) -> list[tuple[date, list[datetime]]]:
    """Instants under their days, both as the clock of `zone` has them."""
    local = [start.astimezone(ZoneInfo(zone)) for start in starts]
    return [(day, list(found)) for day, found in groupby(local, key=datetime.date)]
