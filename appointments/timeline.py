"""What happened to a visit, in words, for its patient."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from appointments.models import Appointment, AppointmentStep, Status
from appointments.payments.models import Payment, PaymentStatus, Refund
from appointments.payments.standing import Standing
from vitas.accounts.models import Role
from vitas.common.shown import money_text


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, in words, and the icon beside it."""

    at: datetime
    text: str
    icon: str


def of(visit: Appointment, standing: Standing) -> list[Moment]:
    """The visit's steps and what became of the money, in their order. One query; reasons stay sealed."""
    steps = AppointmentStep.objects.filter(appointment=visit).defer("reason").order_by("pk")
    found = [moment for step in steps if (moment := _of_step(step))]
    return sorted([*found, *_of_money(visit, standing)], key=lambda moment: moment.at)


def _of_step(step: AppointmentStep) -> Moment | None:
    if step.before == step.after:
        return Moment(step.at, _("Moved to another time"), "calendar-event")
    by_patient = step.by_role == Role.PATIENT
    match step.after:
        case Status.PENDING:
            return Moment(step.at, _("Time held for 15 minutes"), "hourglass")
        case Status.SCHEDULED if step.before:
            return Moment(step.at, _("Put back as booked by the clinic"), "arrow-back-up")
        case Status.SCHEDULED:
            return Moment(step.at, _("Booked") if by_patient else _("Booked by the clinic"), "calendar-plus")
        case Status.CONFIRMED if step.before in (Status.PENDING, Status.EXPIRED):
            return Moment(step.at, _("Confirmed"), "circle-check")
        case Status.CONFIRMED:
            return Moment(step.at, _("Confirmed by the clinic"), "circle-check")
        case Status.CHECKED_IN:
            return Moment(step.at, _("Arrived at the clinic"), "armchair")
        case Status.IN_PROGRESS:
            return Moment(step.at, _("The visit began"), "stethoscope")
        case Status.COMPLETED:
            return Moment(step.at, _("The visit ended"), "checks")
        case Status.CANCELLED:
            words = _("Cancelled by you or your family") if by_patient else _("Cancelled by the clinic")
            return Moment(step.at, words, "circle-x")
        case Status.EXPIRED:
            return Moment(step.at, _("Not paid in time: the time was freed"), "clock-off")
        case Status.NO_SHOW:
            return Moment(step.at, _("Noted as not attended"), "user-x")
    return None


def _of_money(visit: Appointment, standing: Standing) -> Iterator[Moment]:
    payment, refund = standing.payment, standing.refund
    if payment is not None and payment.paid_at and payment.status in (PaymentStatus.COMPLETED, PaymentStatus.REFUNDED):
        amount = money_text(payment.amount, payment.currency)
        cash = payment.method == Payment.Method.CASH
        words = _("%(amount)s paid in cash") if cash else _("%(amount)s paid")
        yield Moment(payment.paid_at, words % {"amount": amount}, "cash" if cash else "credit-card")
    if refund is not None:
        amount = money_text(refund.amount, visit.currency)
        if refund.state == Refund.State.DONE and refund.done_at:
            yield Moment(refund.done_at, _("%(amount)s given back") % {"amount": amount}, "arrow-back-up")
        else:
            yield Moment(refund.created_at, _("%(amount)s is on its way back") % {"amount": amount}, "arrow-back-up")
