"""What becomes of a payment: the one function that changes its status, what a gateway's report means, and cash.

A report is never a delta: it says how one charge stands, and what follows depends on how all charges of the payment
stand. So any number of reports in any order has the same end. Locks are taken payment first, then visit, everywhere.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments import booking
from appointments.payments import ledger, refunds
from appointments.payments.gateways.base import GatewayReport
from appointments.payments.models import OPEN, GatewayPayment, Payment, PaymentStatus
from appointments.payments.steps import move
from vitas.accounts.actor import PAYMENTS, Actor
from vitas.common import events
from vitas.common.errors import NotPossibleNow

log = logging.getLogger(__name__)

Verdict = GatewayPayment.Verdict

# How far a charge has come. A report that is behind what we know is old news.
_FAR = {
    "pending": 1,
    "in_process": 1,
    "authorized": 1,
    "rejected": 2,
    "cancelled": 2,
    "approved": 3,
    "in_mediation": 3,
    "refunded": 4,
    "charged_back": 4,
}
_OPEN = ("pending", "in_process", "authorized")
_REFUSED = ("rejected", "cancelled")
_PAID = ("approved", "in_mediation")
_RETURNED = ("refunded", "charged_back")


@booking.act
def apply_report(payment_id: UUID, report: GatewayReport, *, gateway: str, by: Actor = PAYMENTS) -> None:
    """Let one report have its effect, once. Harmless when repeated."""
    now = timezone.now()
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    charge = _noted(payment, report, gateway=gateway, now=now)
    if charge is None:
        return
    if charge.status in _PAID and not charge.verdict:
        _money_came(payment, charge, by=by, now=now)
    elif charge.status in _RETURNED:
        _money_went_back(payment, charge, by=by, now=now)
    elif payment.status in OPEN:
        _follow_open_charges(payment, by=by, now=now)


def _noted(payment: Payment, report: GatewayReport, *, gateway: str, now: datetime) -> GatewayPayment | None:
    """The charge as we know it now; None where the report brings nothing new or belongs elsewhere."""
    if report.status not in _FAR:
        log.error("a gateway's status is not known", extra={"payment": str(payment.pk), "status": report.status})
        return None
    known = GatewayPayment.objects.filter(gateway=gateway, gateway_id=report.gateway_id).first()
    if known is None:
        return GatewayPayment.objects.create(
            payment=payment,
            gateway=gateway,
            gateway_id=report.gateway_id,
            status=report.status,
            amount=report.amount,
            currency=report.currency,
            seen_at=now,
        )
    behind = _FAR[report.status] < _FAR[known.status]
    if known.payment_id != payment.pk or known.status == report.status or behind:
        return None
    known.payment, known.status, known.seen_at = payment, report.status, now
    if not known.verdict:
        known.amount, known.currency = report.amount, report.currency
    known.save(update_fields=["status", "amount", "currency", "seen_at"])
    return known


def _money_came(payment: Payment, charge: GatewayPayment, *, by: Actor, now: datetime) -> None:
    """Keep it, or give it back: for another amount than asked, a second time, or for a time that is gone."""
    ledger.money_came(payment, amount=charge.amount, currency=charge.currency, now=now)
    verdict = _verdict(payment, charge)
    if verdict == Verdict.KEPT and not booking.confirm_paid(appointment_id=payment.appointment_id, by=by):
        verdict = Verdict.TOO_LATE
    _judge(charge, verdict)
    if verdict == Verdict.KEPT:
        move(payment, PaymentStatus.COMPLETED, by=by, now=now, paid_at=now)
        return
    log.warning("money goes back", extra={"payment": str(payment.pk), "because": verdict})
    refunds.give_back(charge, because=verdict, now=now)
    if verdict == Verdict.TOO_LATE:
        move(payment, PaymentStatus.REFUNDED, by=by, now=now, paid_at=now)
        events.record(events.PaidTooLate(appointment_id=payment.appointment_id, payment_id=payment.pk))
    elif verdict == Verdict.PAID_TWICE and payment.status in OPEN:
        # The visit was paid by another payment meanwhile.
        move(payment, PaymentStatus.REFUNDED, by=by, now=now, paid_at=now)


def _money_went_back(payment: Payment, charge: GatewayPayment, *, by: Actor, now: datetime) -> None:
    """The gateway says so: our own refund arrived, or somebody gave it back there, or the bank took it back."""
    if not charge.verdict:  # it came and went before we heard of it
        ledger.money_came(payment, amount=charge.amount, currency=charge.currency, now=now)
        _judge(charge, _verdict(payment, charge))
    refunds.note_returned(charge, now=now)
    if charge.verdict == Verdict.KEPT and payment.status != PaymentStatus.REFUNDED:
        move(payment, PaymentStatus.REFUNDED, by=by, now=now, paid_at=payment.paid_at or now)


def _verdict(payment: Payment, charge: GatewayPayment) -> str:
    """What the payment alone says of the money; whether the time is still there is another question."""
    if charge.currency != payment.currency:
        return Verdict.WRONG_CURRENCY
    if charge.amount != payment.amount:
        return Verdict.WRONG_AMOUNT
    return Verdict.KEPT if _unpaid(payment) else Verdict.PAID_TWICE


def _follow_open_charges(payment: Payment, *, by: Actor, now: datetime) -> None:
    states = set(payment.gateway_payments.values_list("status", flat=True))
    if states & set(_OPEN):
        wanted = PaymentStatus.PENDING
    elif states & set(_REFUSED):
        wanted = PaymentStatus.FAILED
    else:
        return
    if payment.status != wanted:
        move(payment, wanted, by=by, now=now)


def _unpaid(payment: Payment) -> bool:
    """Nothing was kept for this payment before, nor for its visit by another one."""
    if payment.status not in OPEN:
        return False
    others = Payment.objects.filter(appointment_id=payment.appointment_id, status=PaymentStatus.COMPLETED)
    return not others.exists()


def _judge(charge: GatewayPayment, verdict: str) -> None:
    charge.verdict = verdict
    charge.save(update_fields=["verdict"])


@transaction.atomic
def record_cash(payment: Payment, *, by: Actor) -> Payment:
    """The desk has the money in hand: an open payment is completed, and a held visit confirmed.

    Raises NotPossibleNow where it is settled already, or the visit's time is gone.
    """
    now = timezone.now()
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.status == PaymentStatus.COMPLETED or not _unpaid(payment):
        raise NotPossibleNow(_("This visit is already paid."))
    if not booking.confirm_paid(appointment_id=payment.appointment_id, by=PAYMENTS):
        raise NotPossibleNow(_("The time of this visit is gone; take no money for it."))
    extra: dict[str, Any] = {"method": Payment.Method.CASH, "recorded_by": by.user_id, "paid_at": now}
    move(payment, PaymentStatus.COMPLETED, by=by, now=now, **extra)
    ledger.money_came(payment, amount=payment.amount, currency=payment.currency, now=now)
    return payment
