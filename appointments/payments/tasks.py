"""Sweeps of payments: notices to apply, refunds to send, open payments to ask about."""

from celery import shared_task

from appointments.payments import asking, inbox, refunds


@shared_task
def apply_deliveries() -> int:
    """Apply the notices that were stored and not applied yet."""
    return inbox.apply_due()


@shared_task
def send_refunds() -> int:
    """Ask the gateways for the refunds that are owed."""
    return refunds.send_due()


@shared_task
def ask_about_pending() -> int:
    """Ask the gateways about payments whose notice may have been lost."""
    asking.close_unpaid()
    return asking.ask_about_open()
