"""Sweeps of files; each finds its work in the database, so it may run twice or never."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

CLAIMS_KEPT: Final = timedelta(hours=1)  # no upload lasts so long


@shared_task
def check_files() -> int:
    """Let out, or refuse, what was attached."""
    from records.files import quarantine

    return quarantine.check_all()


@shared_task
def forget_files() -> int:
    """Remove what was stored and never came to belong to a record."""
    from records.files import store

    return store.sweep_claims(timezone.now() - CLAIMS_KEPT)
