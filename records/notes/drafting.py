"""Setting down what a machine drafted: the note of a visit, and diagnoses that it suggests.

Both may be called again with the same, and then change nothing: whoever drafts may be killed and begin anew.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from appointments.models import Appointment
from records.codes.models import CodeSystem
from records.notes import bodies, layout, saves
from records.notes.models import Diagnosis, Note, NoteTemplate, NoteVersion
from records.notes.permissions import require_draft
from vitas.accounts.actor import PROCESSING

Given = Mapping[str, Any]


@transaction.atomic
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
    visit = Appointment.objects.get(pk=appointment_id)
    given = {"language": language, "drafter": drafter, "drafted_from": recording_id}
    note, fresh = layout.standing_note(visit, written_by=None, template=template, **given)
    if str(recording_id) in note.body.get("recordings", ()):
        return note
    require_draft(note)
    drafted = bodies.with_draft(note.body, sections, str(recording_id))
    if fresh:
        note.body = drafted
        note.save(update_fields=["body"])
        saves.first(note, by=None)
    else:
        saves.begin_sitting(note, None)
        _name_drafter(note, given)
        saves.write(note, drafted, by=None)
    saves.keep_version(note, NoteVersion.Kind.DRAFTED, made_by=None)
    saves.tell(PROCESSING, "DRAFT_NOTE", note, recording=str(recording_id))
    return note


@transaction.atomic
def suggest_diagnoses(
    *, appointment_id: UUID, suggestions: Iterable[Given], coder: str, table: CodeSystem
) -> list[Diagnosis]:
    """Diagnoses for a doctor to decide on; those that are there, decided or not, stay as they are.

    `suggestions`: `{"code", "display", "score", "evidence": [{"sentence" or "segment", "start", "end", "text"}],
    "suspected"}`. Answers with what is new; with nothing once the note is signed.
    """
    visit = Appointment.objects.get(pk=appointment_id)
    note = Note.objects.standing().select_for_update(no_key=True).filter(appointment=visit).first()
    if note and note.state == Note.State.SIGNED:
        return []
    rows = {row.code_hash: row for row in (_suggestion(visit, given, coder, table) for given in suggestions)}
    known = Diagnosis.objects.standing().filter(appointment=visit).values_list("code_hash", flat=True)
    fresh = [row for code_hash, row in rows.items() if code_hash not in set(known)]
    Diagnosis.objects.bulk_create(fresh, ignore_conflicts=True)
    written = Diagnosis.objects.filter(pk__in=[row.pk for row in fresh])
    return list(written.order_by("-score", "pk"))


def hash_of(appointment_id: UUID, table: str, code: str) -> str:
    """What a code is known by within its visit; it tells nothing of the code, nor that two visits share it."""
    message = f"diagnosis:{appointment_id}:{table}:{code}".encode()
    return hmac.new(settings.CODE_SECRET.encode(), message, hashlib.sha256).hexdigest()


def new_diagnosis(
    visit: Appointment, *, code: str, display: str, table: CodeSystem, words: Given | None = None, **more: Any
) -> Diagnosis:
    """A row that is not saved yet."""
    said = {"code": code, "display": display, "system": table.uri, "table": table.key}
    return Diagnosis(
        organization_id=visit.organization_id,
        patient_id=visit.patient_id,
        appointment=visit,
        doctor_id=visit.doctor_id,
        code_hash=hash_of(visit.pk, table.key, code),
        words={"evidence": [], "suspected": False, **(words or {}), **said},
        **more,
    )


def _suggestion(visit: Appointment, given: Given, coder: str, table: CodeSystem) -> Diagnosis:
    evidence = [dict(found) for found in given.get("evidence", ())]
    words = {"evidence": evidence, "suspected": bool(given.get("suspected"))}
    score = min(max(float(given["score"]), 0.0), 1.0)
    return new_diagnosis(
        visit, code=given["code"], display=given["display"], table=table, words=words, coder=coder, score=score
    )


def _name_drafter(note: Note, given: Given) -> None:
    """A note begun by hand is drafted from now on; one that was drafted keeps who drafted it first."""
    if not note.drafter:
        note.drafter, note.drafted_from = given["drafter"], given["drafted_from"]
        note.save(update_fields=["drafter", "drafted_from"])
