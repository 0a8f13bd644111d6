"""Giving money back: who gets it by the rule, the row that stands first, and the sweep that sends it."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from appointments.models import Appointment, AppointmentStep, Status
from appointments.payments import gateways, ledger
from appointments.payments.gateways.base import GatewayError
from appointments.payments.models import GatewayPayment, Payment, PaymentStatus, Refund
from appointments.payments.steps import move
from appointments.payments.sweeping import work_through
from vitas.accounts.actor import PAYMENTS, Actor
from vitas.accounts.models import Role
from vitas.common import events
from vitas.common.after_commit import soon

log = logging.getLogger(__name__)

CALL_LASTS = timedelta(minutes=2)  # a sweep that died while it asked is taken over after this
TRIED_FOR = timedelta(days=30)


def refundable_until(appointment: Appointment) -> datetime:
    """Until then a patient who cancels gets everything back; later nothing."""
    return appointment.starts_at - timedelta(hours=appointment.organization.refund_hours)


def refund_due(appointment: Appointment, by_role: str, now: datetime) -> int:
    """What would go back (minor units of the visit's currency) if `by_role` cancelled now; shown before the click.

    A doctor or the desk who cancels refunds in full; a patient in full until the organization's limit, then nothing.
    """
    if by_role == Role.PATIENT and now > refundable_until(appointment):
        return 0
    paid = Payment.objects.filter(appointment=appointment, status=PaymentStatus.COMPLETED)
    return paid.values_list("amount", flat=True).first() or 0


def on_step(event: events.AppointmentStepped) -> None:
    """A visit was cancelled: what was paid goes back by the rule, judged at the moment of the cancellation."""
    if event.after != Status.CANCELLED:
        return
    # Locked before the visit is judged: a payment that is being settled at this moment is waited for.
    payments = list(Payment.objects.select_for_update(no_key=True).filter(appointment_id=event.appointment_id))
    paid = next((payment for payment in payments if payment.status == PaymentStatus.COMPLETED), None)
    if paid is None:
        return
    appointment = Appointment.objects.select_related("organization").get(pk=event.appointment_id)
    step = AppointmentStep.objects.get(pk=event.step_id)
    if refund_due(appointment, event.by_role, step.at):
        refund_in_full(paid, because=f"cancelled_by_{event.by_role}"[:40], by=PAYMENTS)


def on_paid_too_late(event: events.PaidTooLate) -> None:
    """Whoever says so: money for a time that is gone does not stay with us."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=event.payment_id)
    if payment.status == PaymentStatus.COMPLETED:
        refund_in_full(payment, because=GatewayPayment.Verdict.TOO_LATE, by=PAYMENTS)


@transaction.atomic
def refund_in_full(payment: Payment, *, because: str, by: Actor) -> Payment:
    """A paid payment goes back whole: cash at the desk at once, else by the gateway soon. Raises NotPossibleNow."""
    now = timezone.now()
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    move(payment, PaymentStatus.REFUNDED, by=by, now=now, paid_at=payment.paid_at or now)
    kept = payment.gateway_payments.filter(verdict=GatewayPayment.Verdict.KEPT).first()
    if kept is not None and payment.method == Payment.Method.GATEWAY:
        kept.payment = payment
        give_back(kept, because=because, by=by, now=now)
    else:
        refund = Refund.objects.create(
            payment=payment,
            amount=payment.amount,
            because=because,
            state=Refund.State.DONE,
            created_by=by.user_id,
            created_at=now,
            done_at=now,
        )
        ledger.money_goes_back(refund, currency=payment.currency, now=now)
    return payment


def give_back(charge: GatewayPayment, *, because: str, now: datetime, by: Actor = PAYMENTS) -> Refund:
    """Owe the whole charge back, once, in the caller's transaction; the sweep sends it soon after commit."""
    from appointments.payments.tasks import send_refunds

    refund, fresh = _owed(charge, because=because, now=now, by=by)
    if fresh:
        ledger.money_goes_back(refund, currency=charge.currency, now=now)
        soon(send_refunds)
    return refund


def note_returned(charge: GatewayPayment, *, now: datetime) -> None:
    """The gateway says that the charge is back with the payer: our refund is done, or one was made there."""
    refund, fresh = _owed(charge, because="at_gateway", now=now, by=PAYMENTS)
    if fresh:
        ledger.money_goes_back(refund, currency=charge.currency, now=now)
    Refund.objects.filter(pk=refund.pk).exclude(state=Refund.State.DONE).update(state=Refund.State.DONE, done_at=now)


def _owed(charge: GatewayPayment, *, because: str, now: datetime, by: Actor) -> tuple[Refund, bool]:
    wanted = Refund(
        payment=charge.payment,
        gateway_payment=charge,
        amount=charge.amount,
        because=because,
        created_by=by.user_id,
        created_at=now,
        next_try_at=now,
    )
    Refund.objects.bulk_create([wanted], ignore_conflicts=True)
    found = Refund.objects.select_related("payment").get(gateway_payment=charge)
    return found, found.pk == wanted.pk


def send_due(*, limit: int = 100) -> int:
    """The sweep: ask the gateways to give back what is owed; returns how many were asked for."""
    return work_through(_due(limit), claim=_claim, work=_send)


def _due(limit: int) -> list[UUID]:
    due = Refund.objects.filter(state=Refund.State.WAITING, next_try_at__lte=timezone.now())
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def _claim(refund_id: UUID) -> bool:
    """Compare and set: of two sweeps one asks. The claim ends by itself, should the sweep die."""
    now = timezone.now()
    mine = Refund.objects.filter(pk=refund_id, state=Refund.State.WAITING, next_try_at__lte=now)
    return bool(mine.update(next_try_at=now + CALL_LASTS, tries=F("tries") + 1))


def _send(owed_id: UUID) -> None:
    refund = Refund.objects.select_related("gateway_payment", "payment__account").get(pk=owed_id)
    charge = refund.gateway_payment
    assert charge is not None  # cash is never waiting
    gateway = gateways.of_payment(refund.payment)
    try:
        refund_id = gateway.refund(charge.gateway_id, refund.amount, charge.currency, str(refund.pk))
    except GatewayError as error:
        if not error.temporary and _is_back_already(refund):
            _done(refund, "")
        else:
            _try_later(refund, error)
        return
    _done(refund, refund_id)


def _is_back_already(refund: Refund) -> bool:
    """The gateway refused: perhaps because it was given back before, there or by a call whose answer was lost."""
    assert refund.gateway_payment is not None
    try:
        report = gateways.of_payment(refund.payment).look_up(refund.gateway_payment.gateway_id)
    except GatewayError:
        return False
    return report.status in ("refunded", "charged_back")


def _done(refund: Refund, gateway_refund_id: str) -> None:
    waiting = Refund.objects.filter(pk=refund.pk).exclude(state=Refund.State.DONE)
    waiting.update(state=Refund.State.DONE, gateway_refund_id=gateway_refund_id[:64], done_at=timezone.now())


def _try_later(refund: Refund, error: GatewayError) -> None:
    """After 10, 20, 40 … seconds, at most 6 hours; after 30 days a person must see to it."""
    now = timezone.now()
    over = now - refund.created_at > TRIED_FOR
    log.error(
        "a refund was not made",
        extra={"refund": str(refund.pk), "error": str(error), "tries": refund.tries, "given_up": over},
    )
    pause = timedelta(seconds=min(10 * 2 ** min(refund.tries - 1, 12), 6 * 3600))
    waiting = Refund.objects.filter(pk=refund.pk, state=Refund.State.WAITING)
    waiting.update(next_try_at=now + pause, state=Refund.State.FAILED if over else Refund.State.WAITING)
