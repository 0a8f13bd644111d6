"""How the money of a visit stands, for the person who owes or paid it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from appointments.models import Appointment, Status
from appointments.payments import refunds
from appointments.payments.models import GatewayPayment, Payment, PaymentStatus, Refund

# A refund is a row soon after the visit was cancelled; until then the rule says what will come.
_SOON: Final = timedelta(hours=1)
_ASKED: Final = ("pending", "in_process", "authorized")  # the gateway's own words for a charge that is not decided
_OVER: Final = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW)


class Money(StrEnum):
    NOTHING = "nothing"  # nothing was asked, or nothing is any more
    AT_CLINIC = "at_clinic"
    DUE = "due"
    REJECTED = "rejected"
    ASKED = "asked"  # paid at the gateway, which has not decided yet
    PAID = "paid"
    GOING_BACK = "going_back"
    BACK = "back"
    KEPT = "kept"  # cancelled too late to get it back


@dataclass(frozen=True, slots=True)
class Standing:
    """`amount` in minor units of the visit's currency; `at` is when it was paid, or came back."""

    money: Money
    amount: int = 0
    at: datetime | None = None
    payment: Payment | None = None
    refund: Refund | None = None

    @property
    def receipt(self) -> str:
        """The number to name when asking about it."""
        return str(self.payment.pk)[-12:].upper() if self.payment else ""


def of(visit: Appointment, now: datetime) -> Standing:
    """At most three queries; none for what is paid at the clinic and was not paid yet, beyond the first."""
    payment = _payment(visit)
    if payment is None or payment.status in (PaymentStatus.PENDING, PaymentStatus.FAILED):
        return _unpaid(visit, payment)
    refund = payment.refunds.order_by("-created_at").first()
    if refund is not None or payment.status == PaymentStatus.REFUNDED:
        back = refund is None or refund.state == Refund.State.DONE
        at = refund.done_at if refund else payment.updated_at
        amount = refund.amount if refund else payment.amount
        return Standing(Money.BACK if back else Money.GOING_BACK, amount, at, payment, refund)
    if visit.status == Status.CANCELLED:
        return Standing(_after_cancelling(visit, now), payment.amount, payment.paid_at, payment)
    return Standing(Money.PAID, payment.amount, payment.paid_at, payment)


def _payment(visit: Appointment) -> Payment | None:
    """The one that was paid, else the last."""
    rank = {PaymentStatus.COMPLETED: 2, PaymentStatus.REFUNDED: 1}
    rows = list(Payment.objects.filter(appointment=visit).order_by("created_at", "pk"))
    return max(rows, key=lambda row: rank.get(PaymentStatus(row.status), 0), default=None)


def _unpaid(visit: Appointment, payment: Payment | None) -> Standing:
    held = visit.status in (Status.PENDING, Status.EXPIRED)  # what is approved late may still be kept
    if held and payment and GatewayPayment.objects.filter(payment=payment, status__in=_ASKED).exists():
        return Standing(Money.ASKED, payment.amount, payment=payment)
    if visit.fee <= 0 or visit.status in _OVER:
        return Standing(Money.NOTHING, visit.fee)
    if visit.status != Status.PENDING:
        return Standing(Money.AT_CLINIC, visit.fee)
    rejected = payment is not None and payment.status == PaymentStatus.FAILED
    return Standing(Money.REJECTED if rejected else Money.DUE, visit.fee, payment=payment)


def _after_cancelling(visit: Appointment, now: datetime) -> Money:
    """Between the cancellation and the refund's row: what the rule gives. Later no row means that nothing is due."""
    cancelled = visit.cancelled_at or now
    if now - cancelled > _SOON or cancelled > refunds.refundable_until(visit):
        return Money.KEPT
    return Money.GOING_BACK
