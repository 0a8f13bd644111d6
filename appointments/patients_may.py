"""What a patient may do with a visit now, and why not: said before the click, by the rules that judge it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments import booking, steps
from appointments.models import Appointment, Status
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.errors import Refused


class WhyNot(models.TextChoices):
    """Why an act is not possible; the label is said to the patient. `OTHER_STATE` needs no words: the state says it."""

    OTHER_STATE = "other_state", _("Its state does not allow it.")
    LAPSED = "lapsed", _("The time is no longer held for you.")
    BEGUN = "begun", _("The visit has begun or is past.")
    TOO_LATE = "too_late", _("Visits can be moved until two hours before they begin. Call the clinic.")


MOVABLE: Final = (Status.PENDING, Status.SCHEDULED, Status.CONFIRMED)
_WORTH_SAYING: Final = (WhyNot.TOO_LATE,)
_PATIENT: Final = Actor(role=Role.PATIENT)


@dataclass(frozen=True, slots=True)
class May:
    """Each is None where it may be done now, else why not."""

    why_not_pay: WhyNot | None
    why_not_move: WhyNot | None
    why_not_cancel: WhyNot | None
    move_until: datetime
    cancel_until: datetime

    @property
    def pay(self) -> bool:
        return self.why_not_pay is None

    @property
    def move(self) -> bool:
        return self.why_not_move is None

    @property
    def cancel(self) -> bool:
        return self.why_not_cancel is None

    @property
    def forbids_move(self) -> WhyNot | None:
        """The rule that stands against a move, where a person would wonder."""
        return self.why_not_move if self.why_not_move in _WORTH_SAYING else None


def for_patient(visit: Appointment, now: datetime | None = None) -> May:
    """What the patient of `visit`, or who may act for them, can do with it at `now`."""
    now = now or timezone.now()
    return May(
        why_not_pay=_why_not_pay(visit, now),
        why_not_move=_why_not_move(visit, now),
        why_not_cancel=_why_not_cancel(visit, now),
        move_until=visit.starts_at - booking.PATIENTS_MOVE_BEFORE,
        cancel_until=visit.starts_at,
    )


def has_lapsed(visit: Appointment, now: datetime) -> bool:
    """The hold ran out, whether or not the sweep has come by."""
    held = visit.status == Status.PENDING and visit.hold_ends_at is not None
    return visit.status == Status.EXPIRED or (held and visit.hold_ends_at <= now)  # type: ignore[operator]


def _why_not_pay(visit: Appointment, now: datetime) -> WhyNot | None:
    if has_lapsed(visit, now):
        return WhyNot.LAPSED
    return None if visit.status == Status.PENDING else WhyNot.OTHER_STATE


def _why_not_move(visit: Appointment, now: datetime) -> WhyNot | None:
    try:
        booking.require_movable(visit, by=_PATIENT, now=now)
    except Refused:
        if visit.status not in MOVABLE:
            return WhyNot.OTHER_STATE
        if has_lapsed(visit, now):
            return WhyNot.LAPSED
        return WhyNot.BEGUN if visit.starts_at <= now else WhyNot.TOO_LATE
    return None


def _why_not_cancel(visit: Appointment, now: datetime) -> WhyNot | None:
    try:
        steps.require_allowed(visit, Status.CANCELLED, by=_PATIENT, now=now)
        booking.require_cancellable(visit, by=_PATIENT, now=now)
    except Refused:
        return WhyNot.BEGUN if (visit.status, Status.CANCELLED) in steps.STEPS else WhyNot.OTHER_STATE
    return None
