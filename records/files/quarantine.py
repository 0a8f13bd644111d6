"""The check of what was attached: scanned, compared with what was received, then let out or refused."""

import logging
import tempfile
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from records.files import store
from records.models import Attachment
from records.scanners import ScannerAway, Verdict, scanner
from vitas.accounts.actor import RECORDS
from vitas.audit import trail

log = logging.getLogger(__name__)

State = Attachment.State
_IN_MEMORY: Final = 1024 * 1024


def check_all(*, limit: int = 100) -> int:
    """Check what waits, the oldest first; how many were settled. A scanner that is away ends it: all wait on."""
    rows = Attachment.objects.filter(state=State.QUARANTINED).order_by("created_at")
    settled = 0
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        try:
            settled += _check(pk)
        except ScannerAway as error:
            log.error("the virus scanner does not answer: files wait", extra={"error": str(error)})
            break
        except store.StoreAway:
            break
    return settled


def _check(pk: UUID) -> bool:
    """Outside any transaction; of two who check the same file at once, one settles it."""
    row = Attachment.objects.filter(pk=pk, state=State.QUARANTINED).first()
    if row is None:
        return False
    with tempfile.TemporaryFile(prefix="vitas-scan-") as spool:
        try:
            store.fetch(row.key, row.sha256, spool)
        except store.Damaged:
            return _settle(row, Verdict(clean=False, because="damaged"))
        return _settle(row, scanner().scan(spool))


@transaction.atomic
def _settle(row: Attachment, verdict: Verdict) -> bool:
    state = State.CLEAN if verdict.clean else State.REFUSED
    waiting = Attachment.objects.filter(pk=row.pk, state=State.QUARANTINED)
    if not waiting.update(state=state, refused_because=verdict.because, checked_at=timezone.now()):
        return False
    if not verdict.clean:
        _note_refusal(row, verdict)
        transaction.on_commit(lambda: store.forget(row.key), robust=True)
    return True


def _note_refusal(row: Attachment, verdict: Verdict) -> None:
    record: Any = row.record
    log.warning("a file was refused", extra={"attachment": str(row.pk), "because": verdict.because})
    trail.record(
        RECORDS,
        "REFUSE_ATTACHMENT",
        category=trail.Category.HEALTH_DATA,
        resource="attachments",
        resource_id=row.pk,
        patient_id=record.patient_id,
        organization_id=record.organization_id,
        outcome=trail.Outcome.REFUSED,
        because=verdict.because,
        signature=verdict.name,
    )
