"""The free times nearest to one that cannot be had."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from appointments import slots
from clinic.models import DoctorPlace

LOOKED_AT: Final = timedelta(days=10)  # after the wanted day; three before it
MOST: Final = 6


def free_times(place: DoctorPlace, wanted: datetime, *, type: str, now: datetime) -> list[datetime]:
    """At most six free starts at the place, those nearest to `wanted`, in their order."""
    zone = ZoneInfo(place.clinic.zone)
    today = now.astimezone(zone).date()
    day = max(wanted.astimezone(zone).date(), today)
    visit = slots.visit_minutes(place, type)
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
