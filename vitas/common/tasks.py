"""Sweeps of the platform's own rows."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from vitas.common import events
from vitas.common.models import Event, IdempotencyRecord

IDEMPOTENCY_KEPT = timedelta(days=2)
SETTLED_EVENTS_KEPT = timedelta(days=30)


@shared_task
def deliver_events() -> int:
    """Deliver what was recorded and not taken yet."""
    return events.deliver_due()


@shared_task
def drop_old_rows() -> None:
    """Forget keys of requests that nobody repeats any more, and events that all have taken."""
    now = timezone.now()
    IdempotencyRecord.objects.filter(created_at__lt=now - IDEMPOTENCY_KEPT).delete()
    Event.objects.filter(settled_at__lt=now - SETTLED_EVENTS_KEPT).delete()
