"""Notes and diagnoses for who may read them; each reading is noted in the audit trail."""

from uuid import UUID

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from appointments.models import Appointment
from records.notes import saves
from records.notes.models import Diagnosis, Note, NoteVersion
from records.notes.querysets import NoteQuerySet
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import NotFound

State = Diagnosis.State


def require_visible(appointment_id: UUID, by: Actor) -> Appointment:
    """The visit, where the person may see it: of another's one learns nothing. Raises NotFound."""
    found = Appointment.objects.visible_to(by).filter(pk=appointment_id).first()
    if found is None:
        raise NotFound(_("There is no such appointment."))
    return found


def visit(appointment_id: UUID, by: Actor) -> Appointment:
    """As `require_visible`; that it was opened is noted."""
    found = require_visible(appointment_id, by)
    trail.record(
        by,
        "READ_APPOINTMENT",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        resource_id=found.pk,
        patient_id=found.patient_id,
        organization_id=found.organization_id,
    )
    return found


@transaction.atomic
def of_visit(appointment_id: UUID, by: Actor) -> Note | None:
    """The standing note of a visit; None where there is none, or none that the person may see."""
    found: Note | None = _rows(by).standing().filter(appointment=appointment_id).first()
    if found:
        saves.tell(by, "READ_NOTE", found)
    return found


@transaction.atomic
def one(note_id: UUID, by: Actor) -> Note:
    """Raises NotFound."""
    found = seen(note_id, by)
    saves.tell(by, "READ_NOTE", found)
    return found


def seen(note_id: UUID, by: Actor) -> Note:
    """For who notes the reading themselves. Raises NotFound."""
    found: Note | None = _rows(by).filter(pk=note_id).first()
    if found is None:
        raise NotFound(_("There is no such note."))
    return found


@transaction.atomic
def versions(note_id: UUID, by: Actor) -> list[NoteVersion]:
    """As it was drafted, as people left it, as it was signed; oldest first. For staff. Raises NotFound."""
    note = _rows(by).filter(pk=note_id).first()
    rows = NoteVersion.objects.visible_to(by).filter(note=note_id).order_by("number")
    found: list[NoteVersion] = list(rows) if note else []
    if note is None or not (found or note.organization_id == by.organization_id):
        raise NotFound(_("There is no such note."))
    for row in found:
        row.note = note
    saves.tell(by, "READ_NOTE_VERSIONS", note, count=len(found))
    return found


@transaction.atomic
def diagnoses(appointment_id: UUID, by: Actor) -> list[Diagnosis]:
    """Those of a visit that the person may see: accepted, then suggested by score, then rejected."""
    rank = Case(
        *(When(state=state, then=Value(nth)) for nth, state in enumerate((State.ACCEPTED, State.SUGGESTED))),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Diagnosis.objects.visible_to(by).standing().filter(appointment=appointment_id)
    found: list[Diagnosis] = list(rows.order_by(rank, "-score", "created_at", "pk"))
    if found:
        crypto.load_keys({row.words_subject for row in found})
        trail.record(
            by,
            "READ_DIAGNOSES",
            category=trail.Category.HEALTH_DATA,
            resource="diagnoses",
            patient_id=found[0].patient_id,
            organization_id=found[0].organization_id,
            appointment=str(appointment_id),
            count=len(found),
        )
    return found


def _rows(by: Actor) -> NoteQuerySet:
    rows: NoteQuerySet = Note.objects.visible_to(by)
    return rows.select_related("doctor", "template", "organization", "patient", "appointment__clinic", "record")
