"""What the page of a visit's note shows: the note, what was said, where recordings stand, the diagnoses."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from appointments.models import Appointment
from appointments.views.today import age
from patients.models import Patient
from processing import code_table, said, sheet, standing
from records.notes import bodies, differences, permissions, reading, signing
from records.notes.models import Diagnosis, Note, NoteVersion
from vitas.accounts.actor import Actor
from vitas.common.page_headers import policy
from vitas.common.pages import page

FRAGMENTS = ("written", "codes", "progress")


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
        "lines": lines,
        "recording": chosen,
        "recordings": [(number, each) for number, each in enumerate(recordings, start=1)],
        "strip": said.strip(lines, chosen.seconds) if chosen else [],
        "strip_width": said.STRIP,
        "progress": standing.progress(recordings),
        "may_write": row is not None and permissions.may_write(actor, row),
        "may_sign": row is not None and permissions.may_sign(actor, row),
        "hindrances": signing.hindrances(row) if row and row.state == Note.State.DRAFT else [],
        "changes": _changes(actor, row) if row else [],
        **_decided(actor, visit, row),
    }


def _decided(actor: Actor, visit: Appointment, row: Note | None) -> dict[str, Any]:
    """The diagnoses; once the note is signed, those that count alone."""
    rows, is_draft = reading.diagnoses(visit.pk, actor), row is None or row.state == Note.State.DRAFT
    state = Diagnosis.State
    return {
        "accepted": [each for each in rows if each.state == state.ACCEPTED],
        "suggested": [each for each in rows if each.state == state.SUGGESTED and is_draft],
        "rejected": [each for each in rows if each.state == state.REJECTED and is_draft],
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
