"""Sweeps of recordings. Each finds its work in the database, so it may run twice or never."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

NOTICES_KEPT: Final = timedelta(days=90)


@shared_task
def drop_old_notices() -> int:
    """Forget notices that no client has come for in a long time."""
    from processing.models import Notice

    return Notice.objects.filter(at__lt=timezone.now() - NOTICES_KEPT).delete()[0]
