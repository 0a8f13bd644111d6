"""Sweeps of visits and free time; each finds its work in the database, so it may run twice or never."""

from celery import shared_task
from django.utils import timezone

from appointments import booking, claims, day_counts


@shared_task
def count_days() -> int:
    """Count the coming days of the places that were not counted today."""
    return day_counts.sweep(timezone.now())


@shared_task
def drop_past_claims() -> int:
    """Forget claims of time that is over."""
    return claims.drop_past(timezone.now())


@shared_task
def expire_holds() -> int:
    """Give back the time of holds that ran out unpaid."""
    return booking.expire_lapsed_holds()
