"""Keeping the audit trail's partitions ahead of time."""

from celery import shared_task
from django.db import connection

MONTHS_AHEAD = 14


@shared_task
def make_months() -> None:
    """Make the coming months' partitions; those that are there stay. The function has the owner's rights, not we."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_months(current_date, %s::int)", [MONTHS_AHEAD])
