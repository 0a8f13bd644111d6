"""What the worker does for operations."""

from celery import shared_task

from vitas.operations import health


@shared_task
def heartbeat() -> None:
    """Beat asks, the worker answers: so both are alive, and the broker between them."""
    health.beat()
