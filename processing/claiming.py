"""Whose work a recording is: one claim, one stage, one `ProcessingRun`; of two workers exactly one result is kept.

A claim lasts `SCRIBE_LEASE` from its last sign of life. What a worker found is saved in one transaction that first
makes sure that the claim is still its own. Instants are the database's: the clocks of two machines may differ.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from processing import news, stages, words
from processing.engines import EngineError
from processing.models import ProcessingRun, Recording, Stage

Outcome = ProcessingRun.Outcome


class ClaimLost(Exception):
    """Somebody else works on it by now: what was found is not needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One stage of one recording, in this worker's hands."""

    recording_id: UUID
    stage: Stage
    token: UUID
    seconds: float | None  # of sound, once it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a stage's work came to. `save` writes it down, given the locked row; all of it lasts or nothing does."""

    save: Callable[[Recording], None]
    engine: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    cost_micro: int = 0


def claim_next() -> Claimed | None:
    """The oldest recording that is due, for one stage of work; None where nothing is."""
    while True:
        with transaction.atomic():
            row = Recording.objects.due().select_for_update(skip_locked=True, no_key=True).first()
            if row is None:
                return None
            if row.claim is None or not _has_lost_too_many(row):
                return _taken(row, stages.work_of(Stage(row.stage)), tries=row.tries + 1)


def renew(claimed: Claimed, **progress: Any) -> None:
    """A sign of life, with how far the work is. Raises ClaimLost."""
    mine = Recording.objects.filter(pk=claimed.recording_id, claim=claimed.token)
    if not mine.update(claimed_until=Now() + settings.SCRIBE_LEASE, **progress):
        raise ClaimLost


@transaction.atomic
def advance(claimed: Claimed, done: Done) -> Claimed | None:
    """Save what was found and take the next stage in hand; None where that was the last. Raises ClaimLost."""
    row = hold(claimed)
    done.save(row)
    found = {"engine": done.engine[:80], "details": done.details, "cost_micro": done.cost_micro}
    _end(claimed.token, Outcome.DONE, **found)
    to = stages.NEXT[claimed.stage]
    if to != Stage.READY:
        return _taken(row, to, tries=1)
    _set(row, stage=to, **_FREE, percent=100, seconds_left=0, tries=0, ready_at=Now())
    news.ended(row, claim=claimed.token)
    return None


@transaction.atomic
def give_back(claimed: Claimed, error: EngineError) -> None:
    """It did not work: wait and let anyone try again, or fail for good. Raises ClaimLost."""
    row = hold(claimed)
    if not error.temporary or row.tries >= stages.MOST_TRIES:
        _end(claimed.token, Outcome.FAILED, error_code=error.code)
        _fail(row, error.code)
        return
    _end(claimed.token, Outcome.AGAIN, error_code=error.code)
    wait = stages.wait_after(row.tries, retry_after=error.retry_after)
    _set(row, **_FREE, percent=0, seconds_left=None, next_try_at=Now() + wait, error_code=error.code)
    news.ended(row, claim=claimed.token)


def hold(claimed: Claimed) -> Recording:
    """The row, locked, if it is still this worker's; nobody can take it before the transaction ends."""
    rows = Recording.objects.select_for_update(no_key=True)
    row: Recording | None = rows.filter(pk=claimed.recording_id, claim=claimed.token).first()
    if row is None:
        raise ClaimLost
    return row


_FREE: dict[str, Any] = {"claim": None, "claimed_until": None}


def _taken(row: Recording, stage: Stage, *, tries: int) -> Claimed:
    token = uuid.uuid4()
    _set(
        row,
        stage=stage,
        claim=token,
        claimed_until=Now() + settings.SCRIBE_LEASE,
        tries=tries,
        next_try_at=None,
        error_code="",
        percent=0,
        seconds_left=None,
    )
    ProcessingRun.objects.create(
        recording_id=row.pk, organization_id=row.organization_id, stage=stage, claim=token, started_at=Now()
    )
    news.progressed(row)
    return Claimed(recording_id=row.pk, stage=stage, token=token, seconds=row.seconds)


def _has_lost_too_many(row: Recording) -> bool:
    """Note that the worker who had it is lost; a recording that ends worker after worker fails."""
    assert row.claim is not None
    _end(row.claim, Outcome.LOST)
    runs = ProcessingRun.objects.filter(recording_id=row.pk, stage=row.stage).order_by("-started_at")
    latest = list(runs.values_list("outcome", flat=True)[: row.tries])
    if latest.count(Outcome.LOST) < stages.MOST_LOST:
        return False
    _fail(row, words.WORKER_LOST)
    return True


def _fail(row: Recording, code: str) -> None:
    claim = row.claim
    _set(row, stage=Stage.FAILED, failed_at=row.stage, **_FREE, error_code=code, percent=0, seconds_left=None)
    assert claim is not None
    news.ended(row, claim=claim)


def _end(claim: UUID, outcome: str, **found: Any) -> None:
    ProcessingRun.objects.filter(claim=claim, outcome="").update(outcome=outcome, ended_at=Now(), **found)


def _set(row: Recording, **fields: Any) -> None:
    """The row is locked. What is an expression is known to the database alone until it is read again."""
    Recording.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
