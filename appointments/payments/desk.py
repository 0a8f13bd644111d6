"""What people ask of payments: opening one, taking cash, giving money back."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from appointments.payments import checkout, refunds, settle
from appointments.payments.models import Payment, PaymentStatus
from appointments.payments.steps import move
from vitas.accounts import idempotency
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import NotAllowed, NotFound, NotPossibleNow


@dataclass(frozen=True, slots=True)
class Asked:
    """`fresh` is false where the payment had been asked for before."""

    payment: Payment
    fresh: bool


@transaction.atomic
def ask_payment(*, appointment_id: UUID, method: str, by: Actor, key: str = "") -> Asked:
    """A patient or the desk asks for the payment of a visit, or the desk records cash for it.

    One open payment a visit: asked again, it is the same one. `key` is an Idempotency-Key. Raises NotFound (not a visit
    they may see), NotAllowed (cash, not by the desk), NotPossibleNow (nothing to pay, paid, or the visit is no more).
    """
    if method == Payment.Method.CASH and not by.is_desk:
        raise NotAllowed(_("Only the front desk records cash."))
    if key:
        made = idempotency.claim(by, key, idempotency.fingerprint("payments", [str(appointment_id), method]))
        if made is not None:
            return Asked(Payment.objects.get(pk=made), fresh=False)
    appointment = Appointment.objects.visible_to(by).filter(pk=appointment_id).first()
    if appointment is None:
        raise NotFound(_("There is no such appointment."))
    require_payable(appointment)
    began = timezone.now()
    payment = checkout.payment_for(appointment)
    fresh = payment.created_at >= began
    if fresh:
        _audit(by, "CREATE_PAYMENT", payment)
    if method == Payment.Method.CASH:
        payment, fresh = settle.record_cash(payment, by=by), True
    elif payment.status == PaymentStatus.FAILED:
        payment = _reopened(payment, by=by)
    elif payment.status == PaymentStatus.COMPLETED:
        raise NotPossibleNow(_("This visit is already paid."))
    if key:
        idempotency.settle(by, key, payment.pk)
    return Asked(payment, fresh=fresh)


def require_payable(appointment: Appointment) -> None:
    """Raises NotPossibleNow where there is nothing to pay, or the visit is no more."""
    if appointment.fee <= 0:
        raise NotPossibleNow(_("There is nothing to pay for this appointment."))
    lapsed = appointment.status == Status.PENDING and appointment.hold_ends_at <= timezone.now()  # type: ignore[operator]
    if lapsed or appointment.status in (Status.CANCELLED, Status.EXPIRED):
        raise NotPossibleNow(
            _("This appointment cannot be paid. Its status: %(status)s.")
            % {"status": Status.EXPIRED.label if lapsed else appointment.get_status_display()}
        )


def _reopened(payment: Payment, *, by: Actor) -> Payment:
    """A card was rejected; the patient tries again."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.status == PaymentStatus.FAILED:
        move(payment, PaymentStatus.PENDING, by=by, now=timezone.now())
    return payment


@transaction.atomic
def change_status(*, payment_id: UUID, to: str, by: Actor) -> Payment:
    """The desk says that cash was taken (COMPLETED), or gives a payment back in full (REFUNDED).

    Raises NotFound, NotAllowed, NotPossibleNow.
    """
    payment = Payment.objects.visible_to(by).filter(pk=payment_id).first()
    if payment is None:
        raise NotFound(_("There is no such payment."))
    if not by.is_desk:
        raise NotAllowed()
    if to == PaymentStatus.COMPLETED:
        return settle.record_cash(payment, by=by)
    if to == PaymentStatus.REFUNDED and payment.status == PaymentStatus.COMPLETED:
        return refunds.refund_in_full(payment, because=f"by_{by.role_name}"[:40], by=by)
    raise NotPossibleNow(
        _("This payment is %(status)s; this step is not possible.") % {"status": payment.get_status_display()}
    )


def _audit(by: Actor, action: str, payment: Payment) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.PAYMENT,
        resource="payments",
        resource_id=payment.pk,
        patient_id=payment.patient_id,
        organization_id=payment.organization_id,
    )
