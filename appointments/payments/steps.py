"""The steps a payment may take, and the one function that takes them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from appointments.payments.models import Payment, PaymentStatus
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import events
from vitas.common.errors import NotPossibleNow

NEXT = {
    PaymentStatus.PENDING: {PaymentStatus.COMPLETED, PaymentStatus.FAILED, PaymentStatus.REFUNDED},
    PaymentStatus.FAILED: {PaymentStatus.PENDING, PaymentStatus.COMPLETED, PaymentStatus.REFUNDED},
    PaymentStatus.COMPLETED: {PaymentStatus.REFUNDED},
    PaymentStatus.REFUNDED: set(),
}


def move(payment: Payment, to: PaymentStatus, *, by: Actor, now: datetime, **also: Any) -> None:
    """Take one step inside the caller's transaction, and set what goes `also` with it. Raises NotPossibleNow."""
    before = PaymentStatus(payment.status)
    fields = {"status": to, "updated_at": now, **also}
    if to not in NEXT[before] or not Payment.objects.filter(pk=payment.pk, status=before).update(**fields):
        raise NotPossibleNow(_("This payment is %(status)s; this step is not possible.") % {"status": before.label})
    for name, value in fields.items():
        setattr(payment, name, value)
    trail.record(
        by,
        "UPDATE_PAYMENT",
        category=trail.Category.PAYMENT,
        resource="payments",
        resource_id=payment.pk,
        patient_id=payment.patient_id,
        organization_id=payment.organization_id,
        before=before.value,
        after=to.value,
    )
    events.record(events.PaymentChanged(payment_id=payment.pk, status=to.value, at=now.isoformat()))
