"""The typical week of a doctor at a place: spans of working time on the clinic's wall clock, valid every week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import own_time
from clinic.models import DoctorPlace, WeeklyHours
from clinic.search import COUNTED_AHEAD
from vitas.accounts.actor import Actor
from vitas.common.errors import Invalid, NotFound

DAY: Final = 1440
WEEK: Final = 7 * DAY
MOST_SPANS: Final = 42
"""In a week; six a day."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Working time that comes every week: minutes of the wall clock; may cross midnight."""

    weekday: int
    start_minute: int
    minutes: int

    @property
    def first(self) -> int:
        """Minutes from Monday's midnight."""
        return self.weekday * DAY + self.start_minute


def of(place: DoctorPlace) -> list[Span]:
    """The spans of a place as they are now, in order."""
    rows = WeeklyHours.objects.filter(place=place).values_list("weekday", "start_minute", "minutes")
    return sorted(Span(*row) for row in rows)


def version(spans: Iterable[Span]) -> str:
    """What a change must send back, so that a stale one overwrites nothing."""
    return own_time.fingerprint(spans)


@transaction.atomic
def replace(*, place: DoctorPlace, spans: Sequence[Span], seen: str, by: Actor) -> list[Span]:
    """Make these the whole week of the place. What stays as it was is not touched.

    `seen` is the `version` of the week that the person changed. Visits that are booked stay where they are. Raises
    Invalid on `spans`, ChangedMeanwhile, NotAllowed, NotFound.
    """
    doctor = own_time.locked(place.doctor_id, by=by)
    if not DoctorPlace.objects.filter(pk=place.pk, doctor=doctor, active=True).exists():
        raise NotFound()
    wanted, now = sorted(set(spans)), of(place)
    if wanted == now:
        return now
    own_time.require_unchanged(seen, version(now))
    require_sane(wanted, shortest=place.slot_minutes)
    _write(place, gone=set(now) - set(wanted), fresh=set(wanted) - set(now))
    at = timezone.now()
    own_time.changed(doctor, at, at + timedelta(days=COUNTED_AHEAD + 1))
    own_time.audit(by, "CHANGE_HOURS", doctor, placeId=str(place.pk), before=_said(now), after=_said(wanted))
    return wanted


def add(*, place: DoctorPlace, span: Span, seen: str, by: Actor) -> list[Span]:
    """One span more; see `replace`."""
    return replace(place=place, spans=[*of(place), span], seen=seen, by=by)


def change(*, place: DoctorPlace, old: Span, new: Span, seen: str, by: Actor) -> list[Span]:
    """Another weekday, start or length for one span; see `replace`."""
    return replace(place=place, spans=[*_without(place, old), new], seen=seen, by=by)


def remove(*, place: DoctorPlace, span: Span, seen: str, by: Actor) -> list[Span]:
    """One span less; see `replace`."""
    return replace(place=place, spans=_without(place, span), seen=seen, by=by)


def require_sane(spans: Sequence[Span], *, shortest: int) -> None:
    """Raises Invalid on `spans`: out of a week, shorter than a visit, longer than a day, or over each other."""
    if len(spans) > MOST_SPANS:
        raise Invalid.field("spans", _("A week has at most 42 spans of working time."))
    for span in spans:
        if not (0 <= span.weekday <= 6 and 0 <= span.start_minute < DAY and 1 <= span.minutes <= DAY):
            raise Invalid.field("spans", _("Working time begins on a day of the week and lasts at most 24 hours."))
        if span.minutes < shortest:
            raise Invalid.field(
                "spans",
                _("%(from)s–%(to)s is too short: a visit takes %(minutes)s minutes here.")
                % {**_wall(span), "minutes": shortest},
            )
    for before, after, gap in _neighbours(spans):
        if before.minutes > gap:
            raise Invalid.field(
                "spans",
                _("Two spans lie over each other: the one from %(one)s and the one from %(other)s.")
                % {"one": _wall(before)["from"], "other": _wall(after)["from"]},
            )


def _neighbours(spans: Sequence[Span]) -> list[tuple[Span, Span, int]]:
    """Each span, the one that follows it, and the minutes between their starts; Sunday night is followed by Monday."""
    ordered = sorted(spans)
    pairs = [(before, after, after.first - before.first) for before, after in pairwise(ordered)]
    if len(ordered) > 1:
        pairs.append((ordered[-1], ordered[0], ordered[0].first + WEEK - ordered[-1].first))
    return pairs


def _without(place: DoctorPlace, span: Span) -> list[Span]:
    rest = of(place)
    if span not in rest:
        raise own_time.ChangedMeanwhile()
    rest.remove(span)
    return rest


def _write(place: DoctorPlace, *, gone: set[Span], fresh: set[Span]) -> None:
    for span in gone:
        WeeklyHours.objects.filter(place=place, weekday=span.weekday, start_minute=span.start_minute).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(place=place, weekday=span.weekday, start_minute=span.start_minute, minutes=span.minutes)
        for span in sorted(fresh)
    )


def _wall(span: Span) -> dict[str, str]:
    ends = (span.start_minute + span.minutes) % DAY
    return {
        "from": f"{span.start_minute // 60:02d}:{span.start_minute % 60:02d}",
        "to": f"{ends // 60:02d}:{ends % 60:02d}",
    }


def _said(spans: Iterable[Span]) -> list[str]:
    return [f"{span.weekday} {_wall(span)['from']} {span.minutes}" for span in spans]
