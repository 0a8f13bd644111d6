"""Drafts are edited by one person at a time (vitas/live/locks.py), as a courtesy: what both save is merged."""

from uuid import UUID

from records.notes.models import Note
from records.notes.permissions import may_write
from vitas.accounts.actor import Actor
from vitas.live.locks import Editable


def note(actor: Actor, key: UUID) -> Editable | None:
    """By whoever may write in it."""
    found = Note.objects.visible_to(actor).filter(pk=key).first()
    if found is None or not may_write(actor, found):
        return None
    return Editable(patient_id=found.patient_id)
