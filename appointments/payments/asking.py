"""Asking the gateways about payments that stayed open: notices get lost, and the patient has paid."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from appointments import booking
from appointments.models import Status
from appointments.payments import gateways, settle
from appointments.payments.gateways.base import GatewayError
from appointments.payments.models import Payment, PaymentStatus
from appointments.payments.steps import move
from appointments.payments.sweeping import work_through
from vitas.accounts.actor import PAYMENTS

log = logging.getLogger(__name__)

SHORTEST_PAUSE = timedelta(minutes=2)
ASKED_FOR = timedelta(days=7)  # a voucher may be paid days after it was printed


def ask_about_open(*, limit: int = 50) -> int:
    """The sweep: ask about payments that were opened at a gateway and are not settled; returns how many were.

    Each is asked about again after a tenth of its age: at 2 minutes for the first time, then ever more seldom.
    """
    return work_through(_due(limit), claim=_claim, work=_ask)


def close_unpaid(*, limit: int = 200) -> int:
    """Payments that nobody made, for visits that are no more, count as failed; money that comes later is seen to."""
    now = timezone.now()
    old = Payment.objects.filter(
        status=PaymentStatus.PENDING,
        created_at__lt=now - ASKED_FOR,
        appointment__status__in=[Status.EXPIRED, Status.CANCELLED],
    )
    closed = 0
    for payment_id in old.order_by("created_at").values_list("pk", flat=True)[:limit]:
        closed += _close(payment_id)
    return closed


@booking.act
def _close(payment_id: UUID) -> bool:
    now = timezone.now()
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if payment.status != PaymentStatus.PENDING:
        return False
    move(payment, PaymentStatus.FAILED, by=PAYMENTS, now=now)
    return True


def _due(limit: int) -> list[UUID]:
    due = Payment.objects.open().filter(method=Payment.Method.GATEWAY, ask_next_at__lte=timezone.now())
    return list(due.order_by("ask_next_at").values_list("pk", flat=True)[:limit])


def _claim(payment_id: UUID) -> bool:
    """Compare and set: of two sweeps one asks."""
    now = timezone.now()
    made = Payment.objects.values_list("created_at", flat=True).get(pk=payment_id)
    again = now + max((now - made) / 10, SHORTEST_PAUSE) if now - made < ASKED_FOR else None
    mine = Payment.objects.open().filter(pk=payment_id, ask_next_at__lte=now)
    return bool(mine.update(asked_at=now, ask_next_at=again))


def _ask(payment_id: UUID) -> None:
    payment = Payment.objects.select_related("account").get(pk=payment_id)
    if not payment.preference_id:
        return  # the gateway never heard of it
    try:
        reports = gateways.of_payment(payment).find(str(payment.pk))
        for report in reports:
            if report.external_reference == str(payment.pk):
                settle.apply_report(payment.pk, report, gateway=payment.gateway)
    except GatewayError as error:
        log.warning("could not ask about a payment", extra={"payment": str(payment.pk), "error": str(error)})
    except Exception:
        log.exception("an answer about a payment was not applied", extra={"payment": str(payment.pk)})
