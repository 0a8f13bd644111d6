"""Dropping what no law keeps: settled messages, applied notices, calendar addresses that ended.

What other rooms drop by themselves stands in `retention_policy.RULES`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from appointments.models import CalendarFeed
from appointments.payments.models import WebhookDelivery
from vitas.accounts.actor import OPERATIONS
from vitas.audit.models import AuditExport
from vitas.common.acting import acting_as
from vitas.messaging.models import OutboxMessage
from vitas.operations.retention_policy import EXPORTS_KEPT, FEEDS_KEPT, MESSAGES_KEPT, NOTICES_KEPT

BATCH: Final = 5000  # rows a statement: short enough to be in nobody's way

_UNDER_WAY: Final = (OutboxMessage.State.WAITING, OutboxMessage.State.SENDING)
_EXPORT_OVER: Final = (AuditExport.State.EXPIRED, AuditExport.State.FAILED)


def messages(now: datetime) -> QuerySet[Any]:
    """Settled long ago; what waits is never dropped."""
    return OutboxMessage.objects.filter(created_at__lt=now - MESSAGES_KEPT).exclude(state__in=_UNDER_WAY)


def notices(now: datetime) -> QuerySet[Any]:
    """What gateways told, once it was applied."""
    return WebhookDelivery.objects.filter(received_at__lt=now - NOTICES_KEPT, applied_at__isnull=False)


def feeds(now: datetime) -> QuerySet[Any]:
    return CalendarFeed.objects.filter(revoked_at__lt=now - FEEDS_KEPT)


def exports(now: datetime) -> QuerySet[Any]:
    """Rows of exports whose file is gone already (vitas.audit.exports drops files after a day)."""
    return AuditExport.objects.filter(Q(file="") | Q(state__in=_EXPORT_OVER), created_at__lt=now - EXPORTS_KEPT)


SWEEPS: Final[dict[str, Callable[[datetime], QuerySet[Any]]]] = {
    "messages": messages,
    "notices of payment": notices,
    "calendar addresses": feeds,
    "exports of the audit trail": exports,
}


def count(now: datetime) -> dict[str, int]:
    """How many rows each sweep would drop."""
    with acting_as(OPERATIONS):
        return {name: rows(now).count() for name, rows in SWEEPS.items()}


def drop(now: datetime) -> dict[str, int]:
    """Drop them, in short statements; how many of each."""
    with acting_as(OPERATIONS):
        return {name: _drop(rows(now)) for name, rows in SWEEPS.items()}


def _drop(rows: QuerySet[Any]) -> int:
    dropped = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        gone = rows.filter(pk__in=keys).delete()[0]
        if not gone:
            break
        dropped += gone
    return dropped
