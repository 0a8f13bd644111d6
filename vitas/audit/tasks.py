"""Keeping the audit trail: its partitions ahead of time, its seals, and their files."""

from celery import shared_task
from django.db import connection

from vitas.audit import anomalies, closing, exports, seal_files, sealing

MONTHS_AHEAD = 14


@shared_task
def make_months() -> None:
    """Make the coming months' partitions; those that are there stay. The function has the owner's rights, not we."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_months(current_date, %s::int)", [MONTHS_AHEAD])


@shared_task
def seal_entries() -> int:
    """Seal what is committed and not sealed yet."""
    return sealing.seal_waiting()


@shared_task
def find_anomalies() -> int:
    """Write down what somebody should look at."""
    return len(anomalies.find())


@shared_task
def close_months() -> int:
    """Close the months that are over."""
    return len(closing.close_months())


@shared_task
def write_seal_files() -> int:
    """Write the signed file of each past day for a keeper outside."""
    return len(seal_files.write_missing())


@shared_task
def make_exports() -> int:
    """Make the exports that were asked for."""
    return exports.make_waiting()


@shared_task
def drop_old_exports() -> int:
    """Remove the files of exports after their day."""
    return exports.drop_old()
