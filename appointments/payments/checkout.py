"""Asking for money: the payment of a visit, and the gateway's page where it is paid."""

import logging
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from appointments.payments import gateways
from appointments.payments.gateways.base import GatewayError, Order
from appointments.payments.models import OPEN, Payment
from vitas.accounts.actor import PAYMENTS
from vitas.common.acting import acting_as
from vitas.common.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

FIRST_ASKED_AFTER = timedelta(minutes=2)  # a notice mostly comes within seconds


@acting_as(PAYMENTS)  # the account and its keys are nobody else's to see
def payment_for(appointment: Appointment) -> Payment:
    """The visit's payment: the one that is paid or open, else a new PENDING one. Stands in the caller's transaction.

    Amount and currency are the visit's own. The visit must cost something.
    """
    earlier = _current(appointment.pk)
    if earlier is not None:
        return earlier
    account = gateways.account_for(organization_id=appointment.organization_id, currency=appointment.currency)
    fresh = Payment(
        organization_id=appointment.organization_id,
        account=account,
        appointment=appointment,
        patient_id=appointment.patient_id,
        amount=appointment.fee,
        currency=appointment.currency,
        gateway=account.gateway if account else gateways.default().name,
        ask_next_at=timezone.now() + FIRST_ASKED_AFTER,
    )
    # Of two who ask at once one row stands.
    Payment.objects.bulk_create([fresh], ignore_conflicts=True)
    return _current(appointment.pk) or fresh


@acting_as(PAYMENTS)
def open_checkout(appointment_id: UUID) -> str:
    """The address where the visit is paid; asked of the gateway once, then stored. Outside any transaction.

    Raises Unavailable when the gateway does not answer within 4 s: the hold stays, and the next call gets the address.
    """
    payment = _current(appointment_id) or _first(appointment_id)
    if payment.checkout_url or payment.status not in OPEN:
        return payment.checkout_url
    try:
        checkout = gateways.of_payment(payment).open_checkout(_order(payment))
    except GatewayError as error:
        log.error("no checkout", extra={"payment": str(payment.pk), "error": str(error), "temporary": error.temporary})
        raise Unavailable(
            _("The payment page cannot be reached right now. The time stays held; try again in a moment.")
        ) from error
    # Of two who asked at once the first address stands, so that there is one.
    Payment.objects.filter(pk=payment.pk, checkout_url="").update(
        checkout_url=checkout.url, preference_id=checkout.preference_id
    )
    return Payment.objects.values_list("checkout_url", flat=True).get(pk=payment.pk)


def _first(appointment_id: UUID) -> Payment:
    """A held visit whose payment was not made with it."""
    held = Appointment.objects.filter(pk=appointment_id, fee__gt=0).exclude(status__in=["cancelled", "expired"]).first()
    if held is None:
        raise NotFound(_("There is nothing to pay for this appointment."))
    return payment_for(held)


def _current(appointment_id: UUID) -> Payment | None:
    """The payment that is paid, else the open one."""
    live = Payment.objects.filter(appointment_id=appointment_id, status__in=["COMPLETED", *OPEN])
    return live.select_related("account").order_by("status", "-created_at").first()  # COMPLETED sorts first


def _order(payment: Payment) -> Order:
    appointment = Appointment.objects.select_related("doctor").get(pk=payment.appointment_id)
    return Order(
        reference=payment.pk,
        appointment_id=appointment.pk,
        title=_("Appointment with %(doctor)s") % {"doctor": appointment.doctor},
        amount=payment.amount,
        currency=payment.currency,
        expires_at=appointment.hold_ends_at if appointment.status == Status.PENDING else None,
        notification_url=notification_url(payment),
        back_urls={way: back_url(payment, way) for way in ("success", "pending", "failure")},
    )


def notification_url(payment: Payment) -> str:
    """Where notices go. They name the account, for each has a secret of its own; webhooks only, for the older kind of
    notice is not signed."""
    query = {"source_news": "webhooks"}
    if payment.account_id:
        query["account"] = str(payment.account_id)
    return f"{settings.PUBLIC_URL.rstrip('/')}/confirm-pay?{urlencode(query)}"


def back_url(payment: Payment, way: str) -> str:
    """Where the payer comes back to (S0): `booking/success`, `booking/pending`, `booking/failure`."""
    query = urlencode({"appointmentId": str(payment.appointment_id)})
    return f"{settings.FRONTEND_URL.rstrip('/')}/booking/{way}?{query}"
