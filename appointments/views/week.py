"""Seven days of free times at a place: what `pieces/week.html` draws. Used to book and to move a visit.

Days and times are the clinic's. Where the addresses lead is the caller's matter: `link` makes that of a free time,
`turn` that of the page with another first day.
"""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import slots
from clinic.models import DoctorPlace, VisitType
from vitas.common.shown import clock_text, day_text, known_zone, short_day_text, zone_text
from vitas.common.shown_context import ZONE_COOKIE

DAYS: Final = 7
MONTHS_AHEAD: Final = 6  # calendar months that can be booked (S3 5.2)
MANY: Final = 6  # times a day from which they stand in groups
_PARTS: Final = (
    (6, gettext_lazy("Night")),
    (12, gettext_lazy("Morning")),
    (18, gettext_lazy("Afternoon")),
    (24, gettext_lazy("Evening")),
)  # each until this hour


@dataclass(frozen=True, slots=True)
class Start:
    """A free time: the instant (UTC), what a person reads and hears, and where it leads."""

    at: datetime
    text: str
    label: str
    address: str
    again: bool = False
    """The wall time comes a second time that day, for the clocks go back."""


@dataclass(slots=True)
class Part:
    name: str
    starts: list[Start] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    parts: list[Part]

    @property
    def count(self) -> int:
        return sum(len(part.starts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Turn:
    """Another week: the day it leads to, and the address."""

    date: date
    address: str


@dataclass(frozen=True, slots=True)
class Week:
    """`earlier`, `later`: the weeks beside it, if they can be booked. `next_free`: only where nothing is free here."""

    place: DoctorPlace
    days: list[Day]
    address: str
    earlier: Turn | None
    later: Turn | None
    next_free: Turn | None
    notes: list[str]
    zone_note: str
    grouped: bool

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def first(self) -> date:
        return self.days[0].date

    @property
    def last(self) -> date:
        return self.days[-1].date

    @property
    def span(self) -> str:
        return f"{short_day_text(self.first)} – {short_day_text(self.last)}"

    @property
    def first_free(self) -> date | None:
        """Where a phone begins to show the week."""
        return next((day.date for day in self.days if day.count), None)

    @property
    def zone(self) -> str:
        return self.place.clinic.zone

    @property
    def at(self) -> datetime:
        """A moment of the week, by which zones are compared."""
        return datetime.combine(self.first, time(12), ZoneInfo(self.zone))


def week_of(
    place: DoctorPlace,
    first: date | None,
    *,
    link: Callable[[datetime], str],
    turn: Callable[[date], str],
    visit_type: str = VisitType.CONSULTATION.value,
    minutes: int | None = None,
    visitor_zone: str = "",
    now: datetime | None = None,
) -> Week:
    """The free times of the seven days from `first`, which is moved to where one can book. Two statements.

    `place` comes with its clinic. `link` gets a time's instant in UTC. A week without free time costs up to three more.
    """
    now = now or timezone.now()
    zone = ZoneInfo(place.clinic.zone)
    today = now.astimezone(zone).date()
    end = _months_later(today)
    first = min(max(first or today, today), end)
    visit = slots.visit_minutes(place, visit_type, minutes)
    starts = _free(place, first, first + timedelta(days=DAYS - 1), visit, now)
    earlier, later = first - timedelta(days=DAYS), first + timedelta(days=DAYS)
    next_free = None if starts else _next_free(place, later, end, visit, now)
    local = [start.astimezone(zone) for start in starts]
    return Week(
        place=place,
        days=_days(first, local, link),
        address=turn(first),
        earlier=Turn(max(earlier, today), turn(max(earlier, today))) if first > today else None,
        later=Turn(later, turn(later)) if later <= end else None,
        next_free=Turn(next_free, turn(next_free)) if next_free else None,
        notes=_clock_changes(first, zone),
        zone_note=_zone_note(first, zone, visitor_zone),
        grouped=_many(local),
    )


def asked_day(text: str) -> date | None:
    """The `from` of an address; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def visitor_zone(request: HttpRequest) -> str:
    return known_zone(unquote(request.COOKIES.get(ZONE_COOKIE, "")))


def _free(place: DoctorPlace, first: date, last: date, visit: slots.Visit, now: datetime) -> list[datetime]:
    found = slots.free_slots(
        [place.pk],
        first,
        last,
        minutes=visit.minutes,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        now=now,
    )
    return [slot.starts_at for slot in found]


def _next_free(place: DoctorPlace, first: date, end: date, visit: slots.Visit, now: datetime) -> date | None:
    """The first day with free time from `first` on."""
    while first <= end:
        last = min(first + timedelta(days=slots.MOST_DAYS - 1), end)
        found = _free(place, first, last, visit, now)
        if found:
            return found[0].astimezone(ZoneInfo(place.clinic.zone)).date()
        first = last + timedelta(days=1)
    return None


def _months_later(day: date) -> date:
    """The same day of the month, or the last that it has; as PostgreSQL counts months."""
    years, month = divmod(day.month - 1 + MONTHS_AHEAD, 12)
    most = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, most))


def _many(starts: Sequence[datetime]) -> bool:
    a_day: dict[date, int] = {}
    for start in starts:
        a_day[start.date()] = a_day.get(start.date(), 0) + 1
    return max(a_day.values(), default=0) > MANY


def _days(first: date, starts: Sequence[datetime], link: Callable[[datetime], str]) -> list[Day]:
    """Each day has the same parts, so that they stand in rows: those in which the week has any time."""
    grouped = _many(starts)
    used = sorted({_part(start) for start in starts}) if grouped else [0]
    days = [first + timedelta(days=nth) for nth in range(DAYS)]
    shown = {day: Day(day, [Part(str(_PARTS[part][1]) if grouped else "") for part in used]) for day in days}
    for start in starts:
        part = used.index(_part(start)) if grouped else 0
        shown[start.date()].parts[part].starts.append(_start(start, link))
    return list(shown.values())


def _part(start: datetime) -> int:
    return next(nth for nth, (until, _name) in enumerate(_PARTS) if start.hour < until)


def _start(start: datetime, link: Callable[[datetime], str]) -> Start:
    text = clock_text(start)
    label = f"{text}, {day_text(start.date())}"
    at = start.astimezone(UTC)
    return Start(at=at, text=text, label=label, address=link(at), again=bool(start.fold))


def _clock_changes(first: date, zone: ZoneInfo) -> list[str]:
    """What to know of a week in which the clinic's clocks change."""
    days = [datetime.combine(first + timedelta(days=nth), time(), zone) for nth in range(DAYS + 1)]
    changes = [(day, after.utcoffset() - day.utcoffset()) for day, after in pairwise(days)]  # type: ignore[operator]
    place = zone_text(str(zone))
    texts = {
        True: _("On %(day)s clocks go forward in %(place)s."),
        False: _("On %(day)s clocks go back in %(place)s."),
    }
    return [texts[by > timedelta()] % {"day": day_text(day.date()), "place": place} for day, by in changes if by]


def _zone_note(first: date, zone: ZoneInfo, own: str) -> str:
    """A sentence over the week where the visitor's clock shows, or may show, other times than the clinic's."""
    said = _("All times are those of %(place)s, where the clinic is.") % {"place": zone_text(str(zone))}
    if not own:
        return said
    ends = [datetime.combine(first + timedelta(days=nth), time(12), zone) for nth in (0, DAYS - 1)]
    apart = {end.astimezone(ZoneInfo(own)).utcoffset() - end.utcoffset() for end in ends}  # type: ignore[operator]
    if apart == {timedelta()}:
        return ""
    if len(apart) > 1:
        return said
    return f"{said} {_apart(apart.pop())}"


def _apart(by: timedelta) -> str:
    hours, minutes = divmod(int(abs(by).total_seconds()) // 60, 60)
    span = _("%(hours)d h %(minutes)d min") if minutes else _("%(hours)d h")
    text = _("Your clock is %(span)s ahead.") if by > timedelta() else _("Your clock is %(span)s behind.")
    return text % {"span": span % {"hours": hours, "minutes": minutes}}
