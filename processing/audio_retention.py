"""How long sound is kept: the organization's days after the note was signed, never less, and never without a trace.

A draft that nobody has signed keeps its sound. What failed, and has no note, is kept for ninety days, so that somebody
can still listen to it or have it tried again. A legal hold keeps everything.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from processing import audio_store, recordable
from processing.models import Recording, ScribePolicy, Stage
from records.models import Clinical, FileClaim
from records.notes.models import Note
from vitas.accounts.actor import OPERATIONS, PROCESSING
from vitas.common.acting import acting_as

FAILED_KEPT: Final = timedelta(days=90)
USUAL_DAYS: Final[int] = ScribePolicy._meta.get_field("audio_days").default

# That the patient at this path of a query must be kept whole: the rooms above know.
_held: list[Callable[[str], Any]] = []


def keep_while(held: Callable[[str], Any]) -> None:
    """Register what keeps sound; called in an `apps.py`."""
    if held not in _held:
        _held.append(held)


@acting_as(OPERATIONS)  # a hold is nobody else's to see
def sweep(now: datetime, *, limit: int = 500) -> int:
    """Delete the sound whose time is over; how many."""
    return sum(_delete(pk, now) for pk in list(_pks(now))[:limit])


def due(now: datetime, *, organization_id: UUID, days: int) -> QuerySet[Recording]:
    """Recordings of an organization whose sound is kept no longer."""
    notes = Note.objects.filter(appointment_id=OuterRef("appointment_id"), status=Clinical.Status.CURRENT)
    signed = Exists(notes.filter(state=Note.State.SIGNED, signed_at__lte=now - timedelta(days=days)))
    rows = Recording.objects.filter(organization_id=organization_id, audio_deleted_at=None, uploaded_at__isnull=False)
    rest = rows.filter(claim=None, stage__in=[Stage.READY, Stage.FAILED])
    for held in _held:
        rest = rest.exclude(held("patient_id"))
    failed = rest.filter(~Exists(notes), stage=Stage.FAILED, uploaded_at__lte=now - FAILED_KEPT)
    return rest.filter(signed) | failed


def _pks(now: datetime) -> Iterator[UUID]:
    policies = dict(ScribePolicy.objects.values_list("organization_id", "audio_days"))
    here = Recording.objects.filter(audio_deleted_at=None, uploaded_at__isnull=False)
    for organization_id in here.values_list("organization_id", flat=True).distinct():
        days = policies.get(organization_id, USUAL_DAYS)
        yield from due(now, organization_id=organization_id, days=days).values_list("pk", flat=True)


def _delete(pk: UUID, now: datetime) -> bool:
    """Judged anew under a lock; the claim finds the file if this process dies before it is gone."""
    with transaction.atomic():
        recording = Recording.objects.select_for_update(no_key=True).get(pk=pk)
        policy = ScribePolicy.objects.filter(organization_id=recording.organization_id).first()
        days = policy.audio_days if policy else USUAL_DAYS
        if not due(now, organization_id=recording.organization_id, days=days).filter(pk=pk).exists():
            return False
        recording.audio_deleted_at = now
        recording.save(update_fields=["audio_deleted_at"])
        FileClaim.objects.get_or_create(key=recording.key)
        recordable.note(PROCESSING, "DELETE_AUDIO", recording)
    if audio_store.forget(recording.key):
        FileClaim.objects.filter(key=recording.key).delete()
    return True
