"""A doctor's day as it stands now: who is in, who waits since when, who comes next, what is done.

A nurse reads the same of her clinics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from appointments import possible
from appointments.models import Appointment, Status
from appointments.possible import Act, Possible
from vitas.accounts.actor import Actor
from vitas.common.errors import NotAllowed

COMING: Final = (Status.SCHEDULED, Status.CONFIRMED)
OPEN: Final = (Status.CHECKED_IN, Status.IN_PROGRESS)
_NOT_SHOWN: Final = (Status.PENDING, Status.EXPIRED)
_LEAST_GAP: Final = timedelta(minutes=10)
_LOOKED_BACK: Final = timedelta(hours=26)  # a visit that began before midnight is still somebody's

# The acts that are a doctor's, the likeliest first. Moving and money are the desk's.
OWN_ACTS: Final = (Act.ACCEPT, Act.START, Act.COMPLETE, Act.NO_SHOW, Act.CANCEL)


@dataclass(frozen=True, slots=True)
class Gap:
    """Time between two visits to come in which nobody is expected."""

    starts_at: datetime
    ends_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Day:
    """The visits in the order in which they matter."""

    now_in: list[Appointment]
    waiting: list[Appointment]
    coming: list[Appointment | Gap]
    done: list[Appointment]
    count: int

    @property
    def rows(self) -> list[Appointment]:
        return [*self.now_in, *self.waiting, *(row for row in self.coming if isinstance(row, Appointment)), *self.done]

    @property
    def next_up(self) -> Appointment | None:
        """Whom the doctor most likely wants to see: who is in, who waits longest, who comes next."""
        coming = [row for row in self.coming if isinstance(row, Appointment)]
        return next(iter([*self.now_in, *self.waiting, *coming]), None)


def of(actor: Actor, now: datetime) -> Day:
    """The day that it is now at each clinic. One query."""
    visible = Appointment.objects.visible_to(actor).exclude(status__in=_NOT_SHOWN)
    today = visible.today(now)
    still_open = Q(status__in=OPEN, starts_at__gt=now - _LOOKED_BACK, starts_at__lte=now)
    rows = list(
        visible.filter(Q(pk__in=today.values("pk")) | still_open)
        .select_related("patient", "clinic", "doctor")
        .order_by("starts_at", "pk")
    )
    waiting = [row for row in rows if row.status == Status.CHECKED_IN]
    now_in = [row for row in rows if row.status == Status.IN_PROGRESS]
    return Day(
        now_in=now_in,
        waiting=sorted(waiting, key=lambda row: (row.check_in_time or row.starts_at, row.pk)),
        coming=list(_with_gaps([row for row in rows if row.status in COMING], now, _busy_until(now_in, waiting, now))),
        done=[row for row in rows if row.status not in (*COMING, *OPEN)],
        count=sum(row.status != Status.CANCELLED for row in rows),
    )


def _busy_until(now_in: Sequence[Appointment], waiting: Sequence[Appointment], now: datetime) -> datetime:
    """When those who are here have been seen, by the planned lengths."""
    left = [row.ends_at - row.starts_at - (now - (row.started_at or now)) for row in now_in]
    planned = [row.ends_at - row.starts_at for row in waiting]
    return now + sum((max(span, timedelta()) for span in [*left, *planned]), timedelta())


def _with_gaps(coming: Sequence[Appointment], now: datetime, free_from: datetime) -> Iterator[Appointment | Gap]:
    for row in coming:
        if row.starts_at > now and row.starts_at - free_from >= _LEAST_GAP:
            yield Gap(free_from, row.starts_at, row.clinic.zone)
        yield row
        free_from = max(free_from, row.ends_at)


def own_acts(visit: Appointment, *, by: Actor, now: datetime) -> list[Possible]:
    """What this doctor may do with the visit now, and why not what the day or the hour forbids."""
    found = {
        each.act: each for each in possible.acts(visit, by=by, now=now, last=None, payment=None) if each.act in OWN_ACTS
    }
    known = [found[act] for act in OWN_ACTS if act in found]
    return sorted(known, key=lambda each: bool(each.why_not))  # what can be done stands first


def step_of(act: str) -> Status:
    """Where an act of a doctor leads. Raises NotAllowed for one that is not a doctor's."""
    if act not in OWN_ACTS:
        raise NotAllowed()
    return possible.STEP_OF[Act(act)]
