"""Notes and diagnoses for who may read them; each reading is noted in the audit trail."""

from uuid import UUID

from records.notes.models import Diagnosis, Note, NoteVersion
from vitas.accounts.actor import Actor


def of_visit(appointment_id: UUID, by: Actor) -> Note | None:
    """The standing note of a visit; None where there is none, or none that the person may see."""
    raise NotImplementedError


def one(note_id: UUID, by: Actor) -> Note:
    """Raises NotFound."""
    raise NotImplementedError


def versions(note_id: UUID, by: Actor) -> list[NoteVersion]:
    """As it was drafted, as people left it, as it was signed; oldest first. For staff. Raises NotFound."""
    raise NotImplementedError


def diagnoses(appointment_id: UUID, by: Actor) -> list[Diagnosis]:
    """Those of a visit that the person may see: accepted, then suggested by score, then rejected."""
    raise NotImplementedError
