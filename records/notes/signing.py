"""Signing a note: from then on the database lets nobody change it; only addenda follow."""

from uuid import UUID

from records.notes.models import Note
from vitas.accounts.actor import Actor


def sign(note_id: UUID, *, seen_version: int, by: Actor) -> Note:
    """The visit's doctor signs what they have seen, within ten minutes of having proven who they are.

    Raises NotFound, NotAllowed (another's visit), ConfirmFirst (vitas/accounts/mfa/confirming.py: `confirm`, then
    again), Conflict (somebody has changed it since), NotPossibleNow (signed, empty, flagged sentences not kept, the
    visit has not begun).
    """
    raise NotImplementedError


def hindrances(note: Note) -> list[str]:
    """Sentences that say why the note cannot be signed yet, for the page; empty where it can."""
    raise NotImplementedError
