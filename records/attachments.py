"""Files of records: attached, checked for viruses before anybody reads them, and given out whole or not at all."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from records import reading, tasks, writing
from records.files import checking, store
from records.models import Attachment, Clinical, FileClaim, MedicalRecord
from records.permissions import require_may_add
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.audit.models import AuditEntry
from vitas.common.after_commit import soon
from vitas.common.errors import Invalid, NotFound, NotPossibleNow
from vitas.common.ids import first_id_at

log = logging.getLogger(__name__)

State = Attachment.State

MOST_FILES: Final = 20  # a record
ONE_READING: Final = timedelta(minutes=10)  # a reader that asks for a file in pieces is in the trail once
_READ: Final = "READ_ATTACHMENT"


def attach(*, record_id: UUID, file_name: str, content: IO[bytes], by: Actor) -> Attachment:
    """Keep a file of a record; nobody reads it before it was checked. The same file twice is one.

    Not within a transaction: the file is stored first, and found by the sweep if nothing comes to refer to it.
    Raises NotFound, NotAllowed, NotPossibleNow, Invalid on `file`, FileTooLarge, StoreAway.
    """
    with transaction.atomic():  # refused before anything is read
        _require_may_attach(record_id, by)
    with checking.checked(content) as kept:
        claim = store.claim()
        store.put(claim.key, kept.file)
        try:
            made = _written(record_id, claim, kept, file_name, by)
        except BaseException:
            store.forget(claim.key)
            raise
    if made.key != claim.key:
        store.forget(claim.key)
        FileClaim.objects.filter(pk=claim.pk).delete()
    return made


@transaction.atomic
def _written(record_id: UUID, claim: FileClaim, kept: checking.Checked, file_name: str, by: Actor) -> Attachment:
    record = _require_may_attach(record_id, by)
    same = record.attachments.filter(sha256=kept.sha256).exclude(state=State.REFUSED).first()
    if same:
        return same
    if record.attachments.count() >= MOST_FILES:
        raise Invalid.field("file", _("A record has at most %(count)d files.") % {"count": MOST_FILES})
    made = Attachment.objects.create(
        record=record,
        file_name=checking.clean_name(file_name, kept.media_type),
        file_type=kept.media_type,
        file_size=kept.size,
        key=claim.key,
        sha256=kept.sha256,
        written_by=by.user_id,
    )
    claim.delete()
    MedicalRecord.objects.filter(pk=record.pk).update(updated_at=timezone.now())
    writing.note(by, "CREATE_ATTACHMENT", record, attachment=str(made.pk), file_type=made.file_type)
    soon(tasks.check_files)
    return made


def _require_may_attach(record_id: UUID, by: Actor) -> MedicalRecord:
    record = writing.locked(record_id, by)
    require_may_add(by, record)
    if record.status != Clinical.Status.CURRENT:
        raise NotPossibleNow(_("This record was entered in error."))
    return record


@dataclass(frozen=True, slots=True)
class Given:
    """A file that may be given out, checked to its last byte; close `file`."""

    attachment: Attachment
    name: str
    file: IO[bytes]


def give(*, record_id: UUID, attachment_id: UUID, by: Actor, anew: bool = True) -> Given:
    """The file for who may read the record. It is new no more if the patient does.

    `anew` is false where a piece from the middle is asked for: that is the same reading, if there was one just before.
    Raises NotFound, NotPossibleNow (it is still being checked), Damaged, StoreAway.
    """
    found = readable(record_id=record_id, attachment_id=attachment_id, by=by)
    file = store.spooled(found.key, found.sha256)
    if anew or not _read_just_before(found, by):
        with transaction.atomic():
            reading.opened(found.record, by)
            _note_reading(found, by)
    return Given(found, str(found.file_name), file)


def readable(*, record_id: UUID, attachment_id: UUID, by: Actor) -> Attachment:
    """The row of a file that may be given out. Raises NotFound, NotPossibleNow."""
    rows = Attachment.objects.visible_to(by).select_related("record__opened")
    found: Attachment | None = rows.filter(pk=attachment_id, record=record_id).exclude(state=State.REFUSED).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    if found.state == State.QUARANTINED:
        raise NotPossibleNow(_("This file is still being checked. Try again in a moment."))
    return found


def seen_by(attachments: list[Attachment], actor: Actor) -> list[Attachment]:
    """Those that a person is shown: what was refused only who may mend it."""
    return [row for row in attachments if row.state != State.REFUSED or not actor.is_patient]


def _read_just_before(found: Attachment, by: Actor) -> bool:
    since = first_id_at(timezone.now() - ONE_READING)
    entries = AuditEntry.objects.filter(user_id=by.user_id, id__gte=since, action=_READ, resource_id=found.pk)
    return entries.exists()


def _note_reading(found: Attachment, by: Actor) -> None:
    trail.record(
        by,
        _READ,
        category=trail.Category.HEALTH_DATA,
        resource="attachments",
        resource_id=found.pk,
        patient_id=found.record.patient_id,
        organization_id=found.record.organization_id,
        record=str(found.record_id),
    )
