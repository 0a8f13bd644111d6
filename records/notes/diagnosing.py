"""A doctor decides on the diagnoses of a visit: accepts or rejects what was suggested, adds by code."""

from uuid import UUID

from records.notes.models import Diagnosis
from vitas.accounts.actor import Actor


def accept(diagnosis_id: UUID, *, by: Actor) -> Diagnosis:
    """Raises NotFound, NotAllowed, NotPossibleNow (the note is signed). Twice does no harm."""
    raise NotImplementedError


def reject(diagnosis_id: UUID, *, by: Actor) -> Diagnosis:
    """As `accept`."""
    raise NotImplementedError


def add(*, appointment_id: UUID, code: str, table: str, by: Actor) -> Diagnosis:
    """An accepted diagnosis by its code in a loaded table (CodeSystem.key). One that was suggested is accepted.

    Raises NotFound, NotAllowed, Invalid (no such code), NotPossibleNow.
    """
    raise NotImplementedError
