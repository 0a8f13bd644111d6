"""What stands in a doctor's agenda between two days, on the wall clock of one of the doctor's places.

Everything is read by `visible_to`; wall times are naive, so that a browser in any zone shows them as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from appointments.models import Appointment, Status
from clinic import hours
from clinic.models import Absence, DoctorPlace, Holiday, WeeklyHours
from vitas.accounts.actor import Actor

MOST_DAYS: Final = 62
"""In one ask; a month's view shows six weeks."""
_DAY: Final = timedelta(days=1)
_NOT_SHOWN: Final = (Status.PENDING, Status.CANCELLED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Frame:
    """Days from `first` until before `last`, on the clock of `zone`."""

    first: date
    last: date
    zone: str

    @property
    def span(self) -> tuple[datetime, datetime]:
        return instant(datetime.combine(self.first, time()), self.zone), instant(
            datetime.combine(self.last, time()), self.zone
        )


def instant(wall: datetime, zone: str) -> datetime:
    """Of an hour that happens twice the first; one that never happens is moved forward by what the clock skips."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def doctor_id(by: Actor) -> UUID:
    """Whose agenda it is; its pages open to doctors alone."""
    assert by.doctor_id is not None
    return by.doctor_id


def places(by: Actor) -> list[DoctorPlace]:
    """Where the doctor receives, the primary place first."""
    rows = DoctorPlace.objects.visible_to(by).filter(doctor_id=by.doctor_id, active=True)
    return list(rows.select_related("clinic").primary_first())


def visits(by: Actor, frame: Frame) -> list[Appointment]:
    """The doctor's own, at every place; without those that were cancelled."""
    starts, ends = frame.span
    rows = Appointment.objects.visible_to(by).filter(
        doctor_id=doctor_id(by), starts_at__lt=ends, starts_at__gt=starts - _DAY, ends_at__gt=starts
    )
    rows = rows.exclude(status__in=_NOT_SHOWN).select_related("patient", "clinic")
    return list(rows.defer("reason", "notes", "cancellation_reason").order_by("starts_at", "pk"))


def absences(by: Actor, frame: Frame) -> list[Absence]:
    starts, ends = frame.span
    rows = Absence.objects.visible_to(by).filter(doctor_id=by.doctor_id, starts_at__lt=ends, ends_at__gt=starts)
    return list(rows.select_related("place__clinic").order_by("starts_at", "pk"))


def coming_absences(by: Actor, now: datetime) -> list[Absence]:
    """Those that are not over, the next first."""
    rows = Absence.objects.visible_to(by).filter(doctor_id=by.doctor_id, ends_at__gt=now)
    return list(rows.select_related("place__clinic").order_by("starts_at", "pk")[:100])


def holidays(by: Actor, frame: Frame, shown: DoctorPlace) -> list[Holiday]:
    rows = Holiday.objects.visible_to(by).filter(
        organization_id=shown.clinic.organization_id, date__gte=frame.first, date__lt=frame.last
    )
    return [row for row in rows.order_by("date", "pk") if row.clinic_id in (None, shown.clinic_id)]


def open_spans(spans: Sequence[hours.Span], frame: Frame) -> Iterator[tuple[datetime, datetime]]:
    """The typical week laid on these days, as wall times."""
    day = frame.first - _DAY  # a span may begin the evening before
    while day < frame.last:
        for span in spans:
            if span.weekday == day.weekday():
                starts = datetime.combine(day, time()) + timedelta(minutes=span.start_minute)
                yield starts, starts + timedelta(minutes=span.minutes)
        day += _DAY


def shown_hours(spans: Sequence[hours.Span]) -> tuple[int, int]:
    """From which hour to which a day need be drawn: an hour around the working time; all of it for a night's work."""
    if not spans:
        return 8, 18
    last = max(span.start_minute + span.minutes for span in spans)
    if last > hours.DAY:
        return 0, 24
    return max(min(span.start_minute for span in spans) // 60 - 1, 0), min(-(-last // 60) + 1, 24)


def clock_of(span: hours.Span) -> tuple[time, time]:
    """From when to when, as a clock shows it."""
    ends = (span.start_minute + span.minutes) % hours.DAY
    return time(span.start_minute // 60, span.start_minute % 60), time(ends // 60, ends % 60)


def hours_of(place_ids: Sequence[UUID]) -> dict[UUID, list[hours.Span]]:
    """The typical weeks of these places."""
    found: dict[UUID, list[hours.Span]] = {place_id: [] for place_id in place_ids}
    rows = WeeklyHours.objects.filter(place__in=place_ids).order_by("weekday", "start_minute")
    for row in rows:
        found[row.place_id].append(hours.Span(row.weekday, row.start_minute, row.minutes))
    return found
