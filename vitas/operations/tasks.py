"""What the worker does for operations."""

from celery import shared_task
from django.utils import timezone

from vitas.operations import health
from vitas.operations.keeping import sweeps


@shared_task
def heartbeat() -> None:
    """Beat asks, the worker answers: so both are alive, and the broker between them."""
    health.beat()


@shared_task
def drop_short_lived() -> dict[str, int]:
    """Drop settled messages, applied notices and the like; what the law keeps is erased by a command alone."""
    return sweeps.drop(timezone.now())
