"""What search shows of a doctor's days: the first free time and how many. Kept by events and nightly.

Booking never believes it. A day is counted for the visit that a patient who asks for nothing particular would book: a
consultation, with its buffers.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from appointments import slots_sql as sql
from appointments.models import Appointment
from clinic.models import DoctorDay, DoctorPlace
from clinic.search import COUNTED_AHEAD
from vitas.common.events import AppointmentFirm, AppointmentHeld, AppointmentMoved, AppointmentStepped, TimeChanged

HORIZON: Final = COUNTED_AHEAD
"""Days ahead that are counted."""
BATCH: Final = 20
"""Places a statement of the sweep."""
SWEEP_SECONDS: Final = 200.0
"""How long one sweep goes on; the next takes up where it stopped."""
KEPT: Final = timedelta(days=2)
"""Days that are past everywhere."""


def recount(place_ids: Sequence[UUID], first: date, last: date, now: datetime) -> None:
    """Count these dates of these places again, as far as they are listed and within the horizon. One statement."""
    today = now.astimezone(UTC).date()
    # The day at the horizon is the sweep's mark that a place is done for today.
    _count(place_ids, max(first, today - timedelta(days=1)), min(last, today + timedelta(days=HORIZON - 1)), now)


def recount_ahead(place_ids: Sequence[UUID], now: datetime) -> None:
    """Count all that search shows of these places: after a change of hours, of listing, of a kind of visit."""
    recount(place_ids, date.min, date.max, now)


def time_changed(event: TimeChanged) -> None:
    """Receives that a doctor's time was taken, given back, or that an absence changed.

    A day more at each end: a long visit that starts the day before may want this time, and dates are the clinics' own.
    """
    first = datetime.fromisoformat(event.starts_at).astimezone(UTC).date() - timedelta(days=1)
    last = datetime.fromisoformat(event.ends_at).astimezone(UTC).date() + timedelta(days=1)
    places = DoctorPlace.objects.filter(doctor_id=event.doctor_id, listed=True)
    recount(list(places.values_list("id", flat=True)), first, last, timezone.now())


def visit_changed(event: AppointmentHeld | AppointmentFirm | AppointmentMoved | AppointmentStepped) -> None:
    """Receives whatever takes or frees the time of a visit, as it stands now."""
    span = Appointment.objects.filter(pk=event.appointment_id).values_list("doctor_id", "starts_at", "ends_at").first()
    if span is not None:
        doctor_id, starts_at, ends_at = span
        time_changed(TimeChanged(doctor_id, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat()))


def sweep(now: datetime, *, seconds: float = SWEEP_SECONDS) -> int:
    """Count the listed places that were not counted today (UTC) and forget days that are past; returns how many places.

    Goes on for at most about `seconds`: the rest is found by the next sweep.
    """
    today = now.astimezone(UTC).date()
    until = monotonic() + seconds
    DoctorDay.objects.filter(date__lt=today - KEPT).delete()
    counted = 0
    for place_ids in _due(today + timedelta(days=HORIZON)):
        _count(place_ids, today - timedelta(days=1), today + timedelta(days=HORIZON), now)
        counted += len(place_ids)
        if monotonic() > until:
            break
    return counted


def _count(place_ids: Sequence[UUID], first: date, last: date, now: datetime) -> None:
    if not place_ids or last < first:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT, {"places": list(place_ids), "first": first, "last": last, "now": now})


def _due(horizon: date) -> Iterator[list[UUID]]:
    """Batches of listed places without a count for `horizon`, in the order of their ids."""
    counted = DoctorDay.objects.filter(place=OuterRef("pk"), date=horizon)
    due = DoctorPlace.objects.filter(~Exists(counted), listed=True).order_by("id").values_list("id", flat=True)
    batch = list(due[:BATCH])
    while batch:
        yield batch
        batch = list(due.filter(id__gt=batch[-1])[:BATCH])
