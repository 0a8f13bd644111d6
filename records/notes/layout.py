"""The note of a visit as it begins: laid out as its organization wants it, one for each visit."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from appointments.models import Appointment
from records.notes import bodies
from records.notes.models import Diagnosis, Note, NoteTemplate
from vitas.accounts.models import Organization

_ERROR = Note.Status.ENTERED_IN_ERROR


def usual_template(organization_id: UUID) -> NoteTemplate | None:
    """How the organization lays out its notes; None: the four parts of SOAP."""
    rows = NoteTemplate.objects.filter(organization=organization_id, is_default=True, is_active=True)
    return rows.first()


def standing_note(
    visit: Appointment, *, written_by: UUID | None, template: NoteTemplate | None = None, **given: Any
) -> tuple[Note, bool]:
    """The visit's note with its row held, and whether it is new: of two who begin it at once, one begins it."""
    template = template or usual_template(visit.organization_id)
    fresh = Note(
        organization_id=visit.organization_id,
        patient_id=visit.patient_id,
        appointment=visit,
        doctor_id=visit.doctor_id,
        template=template,
        written_by=written_by,
        **{"language": _language(visit), "body": bodies.laid_out(template)} | given,
    )
    Note.objects.bulk_create([fresh], ignore_conflicts=True)
    note: Note = Note.objects.standing().select_for_update(no_key=True).get(appointment=visit)
    return note, note.pk == fresh.pk


def in_error(note: Note) -> None:
    """The note is none any more, nor are the diagnoses of the visit; whose row is held is asked before."""
    now = timezone.now()
    note.status, note.updated_at = _ERROR, now
    note.save(update_fields=["status", "updated_at"])
    Diagnosis.objects.standing().filter(appointment=note.appointment_id).update(status=_ERROR, updated_at=now)


def _language(visit: Appointment) -> str:
    """es, pt or en: what the organization speaks."""
    spoken = Organization.objects.values_list("language", flat=True).get(pk=visit.organization_id)
    return spoken[:2]
