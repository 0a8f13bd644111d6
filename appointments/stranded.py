"""Visits that a change of the doctor's hours or absences would strand, and moving them.

A visit is stranded when it is still to come and its doctor no longer receives at that time: outside the weekly hours,
in an absence, on a holiday. It stays booked all the same; nothing is moved or cancelled unless somebody asks for it.
A change is judged by making it: what it would strand is read from the rows as they would be, by the rules that free
times are made of (`slots_sql.calendar`), and the transaction is rolled back where the person has not seen it yet.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import booking, slots
from appointments.models import Appointment, Status
from appointments.permissions import require_moves_stranded
from appointments.slots_sql import OUTSIDE
from clinic.models import VisitKind
from vitas.accounts.actor import Actor
from vitas.common.errors import Conflict, Refused

T = TypeVar("T")

LOOKED_AHEAD: Final = timedelta(days=27)
"""For another time, from the visit's own day."""
OFFERED: Final = 12
"""Times a visit."""
MOST_AT_ONCE: Final = 200
_MOVABLE: Final = (Status.SCHEDULED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Stranded:
    """A visit outside the doctor's hours and when else it could be, the best first; of a hold nobody is named."""

    id: UUID
    visit: Appointment | None = None
    times: list[datetime] = field(default_factory=list)

    @property
    def movable(self) -> bool:
        return self.visit is not None and self.visit.status in _MOVABLE


class Strands(Conflict):
    """409: the change would leave visits outside the doctor's hours, and the person has not seen them yet."""

    sentence = gettext_lazy("Visits are booked at this time. Choose what becomes of them.")

    def __init__(self, stranded: list[Stranded]) -> None:
        super().__init__()
        self.stranded = stranded


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one visit; `why_not` is empty where it has its new time."""

    visit: Appointment
    starts_at: datetime
    why_not: str = ""


def changing(change: Callable[[], T], *, doctor_id: UUID, accepted: Collection[UUID] = (), by: Actor) -> T:
    """Make the change if it strands no visit but the `accepted` ones, else leave all as it was.

    Raises Strands, and what `change` raises.
    """
    now = timezone.now()
    with transaction.atomic():
        before = outside(doctor_id, now)
        made = change()
        strands = [visit_id for visit_id in outside(doctor_id, now) if visit_id not in before]
        if not set(strands) <= set(accepted):
            raise Strands(described(strands, by=by, now=now))
    return made


def outside(doctor_id: UUID, now: datetime) -> list[UUID]:
    """The doctor's coming visits, firm or held, at times when the doctor does not receive; the first first."""
    with connection.cursor() as cursor:
        cursor.execute(OUTSIDE, {"doctor": doctor_id, "now": now})
        return [row[0] for row in cursor.fetchall()]


def described(visit_ids: Collection[UUID], *, by: Actor, now: datetime) -> list[Stranded]:
    """These visits as `by` may see them, each with other free times of the doctor at its place."""
    rows = Appointment.objects.visible_to(by).select_related("patient", "clinic", "place").defer("reason", "notes")
    seen = rows.in_bulk(list(visit_ids)[:MOST_AT_ONCE])
    movable = sorted(
        (visit for visit in seen.values() if visit.status in _MOVABLE), key=lambda visit: (visit.starts_at, visit.pk)
    )
    times = _other_times(movable, now)
    return [Stranded(visit_id, seen.get(visit_id), times.get(visit_id, [])) for visit_id in visit_ids]


def move(times: Mapping[UUID, datetime], *, doctor_id: UUID, by: Actor) -> list[Moved]:
    """Give stranded visits of the doctor these times; each by itself, so that one that fails keeps no other back.

    The patients are told. Raises NotAllowed.
    """
    require_moves_stranded(by, doctor_id)
    rows = Appointment.objects.visible_to(by).filter(doctor_id=doctor_id).select_related("patient", "clinic")
    visits = rows.in_bulk(list(times)[:MOST_AT_ONCE])
    still = set(outside(doctor_id, timezone.now()))
    in_order = sorted(visits.values(), key=lambda visit: (visit.starts_at, visit.pk))
    return [_moved(visit, times[visit.pk], stranded=visit.pk in still, by=by) for visit in in_order]


def _moved(visit: Appointment, starts_at: datetime, *, stranded: bool, by: Actor) -> Moved:
    if visit.starts_at == starts_at:
        return Moved(visit, starts_at)  # clicked twice
    if not stranded:
        return Moved(visit, starts_at, _("This visit is no longer outside your hours."))
    try:
        booking.reschedule(
            appointment_id=visit.pk, starts_at=starts_at, reason=_("The doctor's hours have changed."), by=by
        )
    except Refused as refusal:
        why = refusal.problems[0].message if refusal.problems else refusal.message
        return Moved(visit, starts_at, str(why))
    return Moved(visit, starts_at)


def _other_times(visits: Collection[Appointment], now: datetime) -> dict[UUID, list[datetime]]:
    """Free times after each visit's own; the first of each list is kept free of the others' first."""
    kinds = {
        (kind.organization_id, kind.type): timedelta(minutes=1) * (kind.buffer_before + kind.buffer_after)
        for kind in VisitKind.objects.filter(organization_id__in={visit.organization_id for visit in visits})
    }
    free: dict[tuple[object, ...], list[slots.Slot]] = {}
    given: list[tuple[datetime, datetime]] = []
    found = {}
    for visit in visits:
        buffers = kinds.get((visit.organization_id, visit.type), timedelta())
        later = [slot for slot in _free(visit, now, free) if slot.starts_at > visit.starts_at]
        found[visit.pk] = [
            slot.starts_at
            for slot in later
            if not any(slot.starts_at - buffers < ends and starts < slot.ends_at + buffers for starts, ends in given)
        ][:OFFERED]
        if found[visit.pk]:
            first = found[visit.pk][0]
            given.append((first, first + (visit.ends_at - visit.starts_at)))
    return found


def _free(visit: Appointment, now: datetime, known: dict[tuple[object, ...], list[slots.Slot]]) -> list[slots.Slot]:
    """Free times for a visit of this length from the week that it is in; asked once a week, place and length."""
    day = visit.starts_at.astimezone(ZoneInfo(visit.clinic.zone)).date()
    monday = day - timedelta(days=day.weekday())
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    key = (visit.place_id, visit.type, minutes, monday)
    if key not in known:
        length = slots.visit_minutes(visit.place, visit.type, minutes)
        known[key] = slots.free_slots(
            [visit.place_id],
            monday,
            monday + LOOKED_AHEAD + timedelta(days=6),
            minutes=minutes,
            buffer_before=length.buffer_before,
            buffer_after=length.buffer_after,
            now=now,
        )
    return known[key]
