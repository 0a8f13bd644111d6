"""What a member of the desk may do with a visit now, and why not: said before the click, by the rules that judge it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy

from appointments import booking, steps
from appointments.models import Appointment, AppointmentStep, Status
from appointments.payments.desk import require_payable
from appointments.payments.models import Payment, PaymentStatus
from vitas.accounts.actor import Actor
from vitas.common.errors import Refused


class Act(models.TextChoices):
    """What the desk does; the label is the button's."""

    CHECK_IN = "check-in", gettext_lazy("Check in")
    START = "start", gettext_lazy("Start")
    COMPLETE = "complete", gettext_lazy("Complete")
    CASH = "cash", gettext_lazy("Take cash")
    ACCEPT = "accept", gettext_lazy("Accept")
    MOVE = "move", gettext_lazy("Move")
    NO_SHOW = "no-show", gettext_lazy("Did not come")
    CANCEL = "cancel", gettext_lazy("Cancel the visit")
    REFUND = "refund", gettext_lazy("Give the money back")
    TAKE_BACK = "take-back", gettext_lazy("Take back")


# The acts that are one step, and where it leads.
STEP_OF: Final[dict[Act, Status]] = {
    Act.CHECK_IN: Status.CHECKED_IN,
    Act.START: Status.IN_PROGRESS,
    Act.COMPLETE: Status.COMPLETED,
    Act.ACCEPT: Status.CONFIRMED,
    Act.NO_SHOW: Status.NO_SHOW,
    Act.CANCEL: Status.CANCELLED,
}
MOVABLE: Final = (Status.PENDING, Status.SCHEDULED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that this visit's state knows; `why_not` is empty where it may be done now."""

    act: Act
    why_not: str = ""


def acts(
    visit: Appointment, *, by: Actor, now: datetime, last: AppointmentStep | None, payment: Payment | None
) -> list[Possible]:
    """In the order of `Act`. `last` is the visit's last step, `payment` its present one.

    What the state does not know at all is left out; what only the day or the hour forbids is there with its reason.
    """
    found = [
        Possible(act, _why_not(_of_step(act, visit, by, now)))
        for act, to in STEP_OF.items()
        if by.role in steps.STEPS.get((visit.status, to), ())
    ]
    if visit.status in MOVABLE:
        found.append(Possible(Act.MOVE, _why_not(lambda: booking.require_movable(visit, by=by, now=now))))
    found += _money(visit, payment)
    back = steps.taken_back_to(visit, last, by=by, now=now)
    if back:
        found.append(Possible(Act.TAKE_BACK, _why_not(lambda: steps.require_takeable_back(visit))))
    order = list(Act)
    return sorted(found, key=lambda possible: order.index(possible.act))


def last_steps(visit_ids: list[UUID], now: datetime) -> dict[UUID, AppointmentStep]:
    """The last step of each of these visits, where it is young enough to be taken back. One query."""
    rows = AppointmentStep.objects.filter(appointment__in=visit_ids, at__gte=now - steps.TAKEN_BACK_WITHIN)
    return {row.appointment_id: row for row in rows.defer("reason").order_by("pk")}


def payments(visit_ids: list[UUID]) -> dict[UUID, Payment]:
    """The payment of each of these visits that counts: the paid one, else the open one, else the last. One query."""
    rank = {PaymentStatus.COMPLETED: 2, PaymentStatus.PENDING: 1, PaymentStatus.FAILED: 1}
    rows = Payment.objects.filter(appointment__in=visit_ids).order_by("created_at", "pk")
    return {row.appointment_id: row for row in sorted(rows, key=lambda row: rank.get(PaymentStatus(row.status), 0))}


def back_to(visit: Appointment, *, by: Actor, now: datetime) -> str:
    """The status that taking the last step back leads to; empty where there is none to take back."""
    return steps.taken_back_to(visit, last_steps([visit.pk], now).get(visit.pk), by=by, now=now)


def _of_step(act: Act, visit: Appointment, by: Actor, now: datetime) -> Callable[[], Any]:
    def judged() -> None:
        steps.require_allowed(visit, STEP_OF[act], by=by, now=now)
        if act == Act.CANCEL:
            booking.require_cancellable(visit, by=by, now=now)

    return judged


def _money(visit: Appointment, payment: Payment | None) -> list[Possible]:
    paid = payment is not None and payment.status == PaymentStatus.COMPLETED
    if paid:
        return [Possible(Act.REFUND)]
    gone = visit.status in (Status.CANCELLED, Status.EXPIRED)
    return [] if visit.fee <= 0 or gone else [Possible(Act.CASH, _why_not(lambda: require_payable(visit)))]


def _why_not(rule: Callable[[], Any]) -> str:
    try:
        rule()
    except Refused as refusal:
        return str(refusal.message)
    return ""
