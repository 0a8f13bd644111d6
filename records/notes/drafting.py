"""Setting down what a machine drafted: the note of a visit, and diagnoses that it suggests.

Both may be called again with the same, and then change nothing: whoever drafts may be killed and begin anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from records.codes.models import CodeSystem
from records.notes.models import Diagnosis, Note, NoteTemplate

Given = Mapping[str, Any]


def save_draft(
    *,
    appointment_id: UUID,
    recording_id: UUID,
    sections: Mapping[str, Sequence[Given]],
    language: str,
    drafter: str,
    template: NoteTemplate | None = None,
) -> Note:
    """The note of a visit as a machine drafted it from a recording; called as a system actor.

    `sections`: part of SOAP -> `[{"text", "evidence": [segment ids], "flags": [codes]}]`. The same recording again
    answers with the note as it is. Another recording of the same visit adds its sentences behind those that are
    there, each naming its `recording`; nothing that a person wrote or changed is touched.
    Raises NotPossibleNow where the note is signed.
    """
    raise NotImplementedError


def suggest_diagnoses(
    *, appointment_id: UUID, suggestions: Iterable[Given], coder: str, table: CodeSystem
) -> list[Diagnosis]:
    """Diagnoses for a doctor to decide on; those that are there, decided or not, stay as they are.

    `suggestions`: `{"code", "display", "score", "evidence": [{"sentence" or "segment", "start", "end", "text"}],
    "suspected"}`. Answers with what is new; with nothing once the note is signed.
    """
    raise NotImplementedError
