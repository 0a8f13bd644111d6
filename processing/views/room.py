"""What the page of a visit's note shows: the note, what was said, where recordings stand, the diagnoses."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from appointments.models import Appointment
from appointments.views.today import age
from patients.models import Patient
from processing import code_table, recordable, said, sheet, standing, suggested
from processing.models import Recording
from records.notes import bodies, differences, permissions, reading, signing
from records.notes.models import Diagnosis, Note, NoteVersion
from records.notes.permissions import WRITTEN_DOWN
from vitas.accounts.actor import Actor
from vitas.common.page_headers import policy
from vitas.common.pages import page

FRAGMENTS = ("written", "codes", "progress")
WAVE_SECONDS = 20 * 60  # a browser reads a sound as a whole to draw its wave: longer ones are shown without


def visit_of(request: HttpRequest, visit_id: UUID) -> Appointment:
    """A visit of the doctor's, of a patient in their care. Raises Http404."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Appointment.objects.visible_to(actor).select_related("patient", "clinic", "doctor")
    visit: Appointment = get_object_or_404(rows, pk=visit_id)
    get_object_or_404(Patient.objects.visible_to(actor), pk=visit.patient_id)
    return visit


def shown(request: HttpRequest, visit: Appointment, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page; `more` stands over what it shows by itself."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {"visit": visit, "patient": visit.patient, "age": age(visit.patient, visit.starts_at.date())}
    context |= _room(actor, visit, request.GET.get("recording", ""))
    response = page(request, "processing/note.html", {**context, **more}, fragments=FRAGMENTS, status=status)
    # The waveform brings a style of its own, which this page alone lets in.
    allowed = policy(request.csp_nonce).replace("style-src 'self'", f"style-src 'self' 'nonce-{request.csp_nonce}'")  # type: ignore[attr-defined]
    response.headers["Content-Security-Policy"] = allowed
    return response


def _room(actor: Actor, visit: Appointment, asked_for: str) -> dict[str, Any]:
    recordings = standing.recordings_of(actor, visit.pk)
    chosen = standing.chosen(recordings, asked_for)
    lines = said.lines(standing.segments_of(actor, chosen)) if chosen else []
    row = reading.of_visit(visit.pk, actor)
    found = sheet.of(row, lines, recording=str(chosen.pk) if chosen else "") if row else None
    return {
        "sheet": found,
        "progress": standing.progress(recordings),
        "recordings": [(number, each) for number, each in enumerate(recordings, start=1)],
        "may_begin": row is None and visit.doctor_id == actor.doctor_id and visit.status in WRITTEN_DOWN,
        "may_record": visit.doctor_id == actor.doctor_id and visit.status in recordable.STATUSES,
        **_sound(chosen, lines),
        **(_note(actor, visit, row) if row else {}),
        **_diagnoses(actor, visit, row, found, lines),
    }


def _sound(recording: Recording | None, lines: list[said.Line]) -> dict[str, Any]:
    if recording is None:
        return {"lines": []}
    return {
        "recording": recording,
        "lines": lines,
        "has_audio": bool(recording.uploaded_at) and recording.audio_deleted_at is None,
        "expects_wave": (recording.seconds or 0) <= WAVE_SECONDS,
        "length": said.clock(recording.seconds or (lines[-1].end if lines else 0)),
        "strip": said.strip(lines, recording.seconds),
        "strip_width": said.STRIP,
        "speakers": said.shares(lines),
    }


def _note(actor: Actor, visit: Appointment, row: Note) -> dict[str, Any]:
    is_draft = row.state == Note.State.DRAFT
    return {
        "may_write": permissions.may_write(actor, row),
        "may_sign": permissions.may_sign(actor, row),
        "lock": f"note:{row.pk}",
        "hindrances": signing.hindrances(row) if is_draft else [],
        "changes": [] if is_draft else _changes(actor, row),
        "signer": visit.doctor,
        "survived": None if row.survived is None else round(100 * row.survived),
    }


def _diagnoses(
    actor: Actor, visit: Appointment, row: Note | None, found: sheet.Sheet | None, lines: list[said.Line]
) -> dict[str, Any]:
    """Once the note is signed, those that count alone."""
    rows, is_draft = reading.diagnoses(visit.pk, actor), row is None or row.state == Note.State.DRAFT
    sentences = {one.id for section in found.sections for one in section.sentences} if found else set()
    segments = {line.id for line in lines}

    def those(state: str) -> list[suggested.Shown]:
        return [suggested.of(each, sentences=sentences, segments=segments) for each in rows if each.state == state]

    state = Diagnosis.State
    return {
        "accepted": those(state.ACCEPTED),
        "suggested": those(state.SUGGESTED) if is_draft else [],
        "rejected": those(state.REJECTED) if is_draft else [],
        "may_decide": is_draft and visit.doctor_id == actor.doctor_id,
        "code_table": code_table.of(visit.organization_id) if is_draft else None,
    }


def _changes(actor: Actor, row: Note) -> list[dict[str, Any]]:
    """What was signed, word by word against what was drafted; nothing for a note that was written by hand."""
    if row.state != Note.State.SIGNED or not row.drafter:
        return []
    versions = reading.versions(row.pk, actor)
    drafted = next((each for each in versions if each.kind == NoteVersion.Kind.DRAFTED), None)
    if drafted is None:
        return []
    return [
        {"title": bodies.title_of({"title": each.title, "part": each.part}), "lines": each.lines}
        for each in differences.between(drafted.body, row.body)
    ]
