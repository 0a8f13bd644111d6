"""Sweeps of recordings. Each finds its work in the database, so it may run twice or never."""

import os
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from vitas.common.after_commit import soon

NOTICES_KEPT: Final = timedelta(days=90)
LONGEST_WORK: Final = 16 * 3600  # seconds; a stage that is stuck is found long before (watch.py)


@shared_task(acks_late=True, expires=30, time_limit=LONGEST_WORK)
def work() -> bool:
    """Carry one recording as far as it goes; if more is due, some worker goes on with it. In the queue `scribe`."""
    from processing import pipeline

    did = pipeline.work_one(stuck=_end_process)
    if did and pipeline.any_due():
        soon(work)
    return did


def _end_process() -> None:
    """A model that hangs cannot be interrupted. The worker's keeper starts another."""
    os._exit(os.EX_TEMPFAIL)


@shared_task
def drop_old_notices() -> int:
    """Forget notices that no client has come for in a long time."""
    from processing.models import Notice

    return Notice.objects.filter(at__lt=timezone.now() - NOTICES_KEPT).delete()[0]


@shared_task
def take_up_uploads() -> int:
    """Find what was uploaded and nobody told of; close what never came."""
    from processing import audio_store, uploads

    audio_store.sweep_unfinished()
    return uploads.sweep(timezone.now())


@shared_task
def join_recordings() -> int:
    """Put the pieces of finished recordings together."""
    from processing import pieces

    now = timezone.now()
    pieces.sweep_leftovers(now)
    return pieces.join_due(now)


@shared_task
def read_upload_events() -> int:
    """Ask the bucket's queue what has arrived, where there is one."""
    from processing import upload_events

    return upload_events.read_all() if settings.AUDIO_EVENTS_QUEUE else 0


@shared_task
def drop_audio() -> int:
    """Delete the sound whose time is over."""
    from processing import audio_retention

    return audio_retention.sweep(timezone.now())
