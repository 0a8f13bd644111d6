"""The sweep of the outbox."""

from celery import shared_task

from vitas.messaging import sending


@shared_task
def send_due() -> int:
    """Send what is due; what a dead worker left is found again."""
    return sending.send_due()
