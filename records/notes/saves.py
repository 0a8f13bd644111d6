"""What a draft was after each save, and which of that is kept as a version.

One person writing at one go is a sitting: its last state becomes a version when the next sitting begins.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from records.notes.bodies import Body
from records.notes.models import Note, NoteSave, NoteVersion
from vitas.accounts.actor import Actor
from vitas.audit import trail

KEPT: Final = 100  # saves; who has not saved for longer than that is merged with less to go by
SITTING: Final = timedelta(minutes=30)  # without a save, it is over


def write(note: Note, body: Body, *, by: UUID | None) -> Note:
    """Set the body of a draft whose row is held: one version further."""
    note.body, note.version, note.updated_at = body, note.version + 1, timezone.now()
    note.save(update_fields=["body", "version", "updated_at"])
    NoteSave.objects.create(note=note, version=note.version, body=body, made_by=by)
    NoteSave.objects.filter(note=note, version__lte=note.version - KEPT).delete()
    return note


def first(note: Note, *, by: UUID | None) -> None:
    """What a new note begins with."""
    NoteSave.objects.create(note=note, version=note.version, body=note.body, made_by=by)


def seen(note: Note, version: int) -> Body | None:
    """The body as it was then; None where nobody remembers."""
    if version == note.version:
        return note.body
    found = note.saves.filter(version=version).first()
    if found is None:
        return None
    found.note = note
    return found.body


def begin_sitting(note: Note, by: UUID | None) -> bool:
    """Whether somebody else, or nobody for a while, wrote last: then what they left is kept as a version.

    `by` None: a machine, or a signature, which end a person's sitting at once.
    """
    last = note.saves.order_by("-version").only("version", "made_by", "made_at").first()
    if last is None or last.made_by is None:
        return True
    if last.made_by == by and last.made_at > timezone.now() - SITTING:
        return False
    keep_version(note, NoteVersion.Kind.EDITED, made_by=last.made_by, made_at=last.made_at)
    return True


def keep_version(note: Note, kind: str, *, made_by: UUID | None, **more: Any) -> None:
    """The note as it stands, once."""
    if not note.versions.filter(number=note.version).exists():
        NoteVersion.objects.create(note=note, number=note.version, kind=kind, body=note.body, made_by=made_by, **more)


def tell(by: Actor, action: str, note: Note, **details: Any) -> None:
    """One entry of the audit trail about a note."""
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="notes",
        resource_id=note.pk,
        patient_id=note.patient_id,
        organization_id=note.organization_id,
        appointment=str(note.appointment_id),
        **details,
    )
