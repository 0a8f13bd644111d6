"""The inbox of notices: stored before they are answered, applied from the store, once."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from appointments.payments import gateways, settle
from appointments.payments.gateways.base import Forged, GatewayError, GatewayReport, UnknownAtGateway
from appointments.payments.models import Payment, PaymentAccount, WebhookDelivery
from appointments.payments.sweeping import work_through
from vitas.common.after_commit import soon

log = logging.getLogger(__name__)

CALL_LASTS = timedelta(minutes=1)  # a sweep that died while it asked is taken over after this
TRIED_FOR = timedelta(days=5)
UNKNOWN_FOR = timedelta(hours=1)  # a notice may come before the gateway's own books show the payment
KEPT_BYTES = 16_384


def take_in(*, account_id: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> None:
    """Store a genuine notice; the same one again changes nothing. Raises Forged."""
    from appointments.payments.tasks import apply_deliveries

    account = _account(account_id)
    gateway = gateways.of_account(account) if account else gateways.default()
    notice = gateway.verify(headers, query, body)
    now = timezone.now()
    delivery = WebhookDelivery(
        source=gateway.name,
        account=account,
        delivery_id=notice.delivery_id,
        subject_id=notice.subject_id,
        raw=body[:KEPT_BYTES],
        received_at=now,
        next_try_at=now,
        applied_at=None if notice.subject_id else now,
        problem="" if notice.subject_id else "not about a payment",
    )
    WebhookDelivery.objects.bulk_create([delivery], ignore_conflicts=True)
    soon(apply_deliveries)


def _account(account_id: str) -> PaymentAccount | None:
    """The account that the notice names. One that is no longer active still gets its late notices. Raises Forged."""
    if not account_id:
        return None
    try:
        return PaymentAccount.objects.get(pk=UUID(account_id))
    except (ValueError, PaymentAccount.DoesNotExist) as error:
        raise Forged("no such account") from error


def apply_due(*, limit: int = 200) -> int:
    """The sweep: ask the gateway about each waiting notice and let the answer have its effect; returns how many."""
    return work_through(_due(limit), claim=_claim, work=_apply)


def _due(limit: int) -> list[UUID]:
    due = WebhookDelivery.objects.filter(applied_at=None, next_try_at__lte=timezone.now())
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def _claim(delivery_id: UUID) -> bool:
    """Compare and set: of two sweeps one applies. The claim ends by itself, should the sweep die."""
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(pk=delivery_id, applied_at=None, next_try_at__lte=now)
    return bool(mine.update(next_try_at=now + CALL_LASTS, tries=F("tries") + 1))


def _apply(delivery_id: UUID) -> None:
    """Asks outside any transaction; a fault of ours with one notice does not stop the others."""
    delivery = WebhookDelivery.objects.select_related("account").get(pk=delivery_id)
    try:
        gateway = gateways.of_source(delivery.source, delivery.account)
        report = gateway.look_up(delivery.subject_id)
        payment = _payment_of(report, delivery)
        if payment is None:
            _applied(delivery, problem="no payment of ours")
            return
        settle.apply_report(payment.pk, report, gateway=delivery.source)
    except GatewayError as error:
        _try_later(delivery, error)
        return
    except Exception as error:
        log.exception("a notice was not applied", extra={"delivery": str(delivery.pk)})
        _try_later(delivery, error)
        return
    _applied(delivery)


def _payment_of(report: GatewayReport, delivery: WebhookDelivery) -> Payment | None:
    """Our payment that the gateway's payment names; of the same account, so that none can speak for another's."""
    try:
        reference = UUID(report.external_reference)
    except ValueError:
        return None
    ours = Payment.objects.filter(pk=reference, gateway=delivery.source, account_id=delivery.account_id)
    return ours.first()


def _applied(delivery: WebhookDelivery, *, problem: str = "") -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(applied_at=timezone.now(), problem=problem)


def _try_later(delivery: WebhookDelivery, error: Exception) -> None:
    """After 2, 4, 8 … seconds, at most an hour; for days, or for an hour where the gateway knows no such payment."""
    now = timezone.now()
    longest = UNKNOWN_FOR if isinstance(error, UnknownAtGateway) else TRIED_FOR
    problem = f"{type(error).__name__} {error}"[:200]
    if now - delivery.received_at > longest:
        log.error("a notice was given up", extra={"delivery": str(delivery.pk), "problem": type(error).__name__})
        _applied(delivery, problem=problem)
        return
    pause = timedelta(seconds=min(2 ** min(delivery.tries, 12), 3600))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_try_at=now + pause, problem=problem)
