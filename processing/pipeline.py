"""From a recording to a draft: one recording a call, stage after stage, each claimed, worked on and saved by itself.

The work is done outside any transaction and may take minutes; `claiming.py` keeps the promise that it counts once. A
worker may be killed at any moment: what it had in hand is taken up by another when its claim has run out.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from processing import claiming, tasks, words
from processing.claiming import Claimed, ClaimLost
from processing.engines import EngineError
from processing.models import Recording, Stage
from processing.sound import Sound, of_disk
from processing.stage_work import WORK, Bench
from processing.watch import DATABASE_AWAY, Watch
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.after_commit import soon
from vitas.common.errors import NotFound, NotPossibleNow

log = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds between two tries to save when the database is away: what took minutes to find is worth a few of waiting.
PATIENCE: Final = (1, 2, 4, 8, 15, 30, 60, 60)


def go_on() -> None:
    """Nothing better can be done than to go on: where a stuck worker cannot end its process."""


def work_one(*, stuck: Callable[[], None] = go_on) -> bool:
    """Carry the oldest recording that is due as far as it goes. False where nothing is due."""
    claimed = claiming.claim_next()
    if claimed is None:
        return False
    with Sound(Recording.objects.get(pk=claimed.recording_id)) as sound:
        while claimed is not None:
            claimed = _worked(claimed, sound, stuck)
    return True


def any_due() -> bool:
    return bool(Recording.objects.due().exists())


def retry(*, recording_id: UUID, by: Actor, visit_id: UUID | None = None) -> Recording:
    """Begin again at the stage that failed, or at once where it waits. Raises NotFound, NotPossibleNow."""
    with transaction.atomic():
        rows = Recording.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
        row: Recording | None = rows.filter(pk=recording_id).first()
        if row is None or visit_id not in (None, row.appointment_id):
            raise NotFound(_("There is no such recording."))
        _begin_again(row)
        trail.record(
            by,
            "RETRY_RECORDING",
            category=trail.Category.HEALTH_DATA,
            resource="recordings",
            resource_id=row.pk,
            patient_id=row.patient_id,
            stage=row.stage,
        )
        soon(tasks.work)
    return row


def _begin_again(row: Recording) -> None:
    waits = row.stage != Stage.FAILED and row.claim is None and row.next_try_at is not None
    if waits:
        row.next_try_at = None
        row.save(update_fields=["next_try_at"])
        return
    if row.stage != Stage.FAILED:
        raise NotPossibleNow(_("Only a recording that failed can be tried again."))
    if row.uploaded_at is None or row.failed_at == Stage.AWAITING:
        raise NotPossibleNow(_("The sound never arrived whole. Upload it again."))
    if row.audio_deleted_at is not None and row.failed_at in (Stage.UPLOADED, Stage.CHECKING, Stage.TRANSCRIBING):
        raise NotPossibleNow(_("The sound was deleted, so it cannot be worked on again."))
    row.stage, row.failed_at, row.error_code, row.tries, row.next_try_at = row.failed_at, "", "", 0, None
    row.save(update_fields=["stage", "failed_at", "error_code", "tries", "next_try_at"])


def _worked(claimed: Claimed, sound: Sound, stuck: Callable[[], None]) -> Claimed | None:
    """One stage; the next one, in hand, where it went well."""
    try:
        with Watch(claimed, stuck=stuck) as watch:
            done = WORK[claimed.stage](Bench(claimed=claimed, sound=sound, progress=watch.progress))
        return _patiently(lambda: claiming.advance(claimed, done))
    except ClaimLost:
        return None  # somebody else has it
    except Exception as error:
        failure = _failure(error)
    with suppress(ClaimLost):
        _patiently(lambda: claiming.give_back(claimed, failure))
    return None


def _failure(error: Exception) -> EngineError:
    """What anything that may go wrong means. Its text may hold what was said, and goes nowhere."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error, NotPossibleNow):
        return EngineError(words.NOTE_SIGNED, temporary=False)
    if isinstance(error, OSError):
        return of_disk(error)
    log.error("a stage failed in a way that nobody foresaw", exc_info=error)
    return EngineError(words.UNEXPECTED, temporary=True)


def _patiently(act: Callable[[], T]) -> T:
    """Do it, again and again while the database is away."""
    for pause in PATIENCE:
        try:
            return act()
        except DATABASE_AWAY as error:
            log.warning("the database is away", extra={"error": type(error).__name__})
            if connection.in_atomic_block:
                raise  # within somebody else's transaction nothing more can be done
            connection.close()
            time.sleep(pause)
    return act()
