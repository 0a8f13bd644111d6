"""Free time: weekly hours minus absences, holidays and claimed time, on the clinic's wall clock, in one SQL statement.

Wall clock and instants. A working span begins at the first occurrence of its wall time (of the hour that happens
twice, the first) and ends at the first occurrence of start + minutes on the wall clock, so it is really longer or
shorter on the days when clocks change. A wall time that never happens is moved forward by what the clock skips (02:30
becomes 03:30, as RFC 5545 has it); a date that never happens (Samoa, 30 December 2011) has no hours. The grid is
counted in real time from the start of the span, and a slot belongs to the local date of its start.

PostgreSQL alone turns wall time into instants and back, with its own time zone data; `time` in answers is its word
too. Should Python's data be of another release (a country has just changed its rules), dates and times that other
code derives with zoneinfo may differ for that zone until both are updated; what slots and booking say stays
consistent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from appointments import slots_sql as sql
from clinic.models import DoctorPlace, VisitType
from vitas.common.errors import Invalid

MOST_DAYS: Final = 62
"""In one ask."""
LEAST_MINUTES, MOST_MINUTES = 5, 480


@dataclass(frozen=True, slots=True)
class Slot:
    """A free stretch at a place; instants in UTC."""

    place_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """How long a visit takes, and the time kept free around it; minutes."""

    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0


State = Literal["free", "taken", "closed"]


class Checked(NamedTuple):
    """The answer to a start; `visit` means nothing where it is closed."""

    state: State
    visit: Visit


def free_slots(
    place_ids: Sequence[UUID],
    first: date,
    last: date,
    *,
    minutes: int,
    buffer_before: int = 0,
    buffer_after: int = 0,
    now: datetime,
) -> list[Slot]:
    """What can be booked from `first` to `last`, dates of each place's clinic, in order of place and time.

    Only listed places; only starts later than `now` and at most six calendar months ahead. Raises Invalid past 62 days.
    """
    require_days(first, last)
    asked = {
        "places": list(place_ids),
        "first": first,
        "last": last,
        "minutes": minutes,
        "before": buffer_before,
        "after": buffer_after,
        "now": now,
    }
    return [Slot(*row) for row in _rows(sql.FREE, asked)]


@dataclass(frozen=True, slots=True)
class Openings:
    """What a doctor has free at one place: starts in UTC, and beside each the clinic's wall time."""

    place_id: UUID
    zone: str
    minutes: int
    starts: list[datetime]
    walls: list[datetime]


def doctors_slots(
    doctor_id: UUID,
    first: date,
    last: date,
    *,
    clinic_id: UUID | None = None,
    type: str,
    minutes: int | None = None,
    now: datetime,
) -> Openings | None:
    """`free_slots` of one doctor at one place, all that a public address needs in one statement.

    The place is the one at `clinic_id`, else the primary one. None: no such doctor is listed, or not at that clinic.
    """
    require_days(first, last)
    require_minutes(minutes)
    asked = {
        "doctor": doctor_id,
        "clinic": clinic_id,
        "first": first,
        "last": last,
        "minutes": minutes,
        "type": type,
        "now": now,
    }
    found = _rows(sql.DOCTORS_FREE, asked)
    return Openings(*found[0]) if found else None


def check_start(
    place: DoctorPlace,
    starts_at: datetime,
    minutes: int | None = None,
    buffer_before: int | None = None,
    buffer_after: int | None = None,
    *,
    type: str = VisitType.CONSULTATION.value,
    now: datetime,
) -> Checked:
    """Whether one start can be booked, and for how long. One statement.

    What is left out is as the organization's kind of visit of this type has it. `closed`: not on the grid, outside
    hours, the doctor is away, a holiday, past, or over six months ahead; `taken`: only a live claim of the doctor's
    time stands against it. Raises Invalid on `duration`.
    """
    require_minutes(minutes)
    asked = {
        "place": place.pk,
        "starts_at": starts_at,
        "minutes": minutes,
        "before": buffer_before,
        "after": buffer_after,
        "type": type,
        "now": now,
    }
    found = _rows(sql.CHECK, asked)
    if not found:
        return Checked("closed", Visit(minutes or sql.USUAL_MINUTES))
    [(taken, *visit)] = found
    return Checked("taken" if taken else "free", Visit(*visit))


def visit_minutes(place: DoctorPlace, type: str, asked: int | None = None) -> Visit:
    """How long a visit of this type takes at the place: as asked, else the organization's kind, else 30 minutes.

    S3 1.2 says 30. The buffers are the kind's also when a length is asked for. Raises Invalid on `duration`.
    """
    require_minutes(asked)
    with connection.cursor() as cursor:
        cursor.execute(sql.KIND, {"organization": place.clinic.organization_id, "type": type})
        minutes, before, after = cursor.fetchone() or (sql.USUAL_MINUTES, 0, 0)
    return Visit(asked or minutes, before, after)


def require_minutes(asked: int | None) -> None:
    """Raises Invalid on `duration` when the length asked for is not sane."""
    if asked is not None and not LEAST_MINUTES <= asked <= MOST_MINUTES:
        raise Invalid.field("duration", _("A visit takes from 5 to 480 minutes."))


def require_days(first: date, last: date) -> None:
    """Raises Invalid on `end_date` when the span is longer than one ask may be."""
    if (last - first).days >= MOST_DAYS:
        raise Invalid.field("end_date", _("Ask for at most 62 days at once."))


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
