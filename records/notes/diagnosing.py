"""A doctor decides on the diagnoses of a visit: accepts or rejects what was suggested, adds by code."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment
from records.codes.models import Code
from records.notes.drafting import hash_of, new_diagnosis
from records.notes.models import Diagnosis, Note
from records.notes.permissions import require_draft, require_written_down
from records.permissions import require_cares
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common.errors import Invalid, NotAllowed, NotFound

State = Diagnosis.State


@transaction.atomic
def accept(diagnosis_id: UUID, *, by: Actor) -> Diagnosis:
    """Raises NotFound, NotAllowed, NotPossibleNow (the note is signed). Twice does no harm."""
    return _decide(_held(diagnosis_id, by), State.ACCEPTED, by)


@transaction.atomic
def reject(diagnosis_id: UUID, *, by: Actor) -> Diagnosis:
    """As `accept`."""
    return _decide(_held(diagnosis_id, by), State.REJECTED, by)


@transaction.atomic
def add(*, appointment_id: UUID, code: str, table: str, by: Actor) -> Diagnosis:
    """An accepted diagnosis by its code in a loaded table (CodeSystem.key). One that was suggested is accepted.

    Raises NotFound, NotAllowed, Invalid (no such code), NotPossibleNow.
    """
    visit = _visit(appointment_id, by)
    _require_may_decide(by, visit.organization_id, visit.patient_id)
    require_written_down(visit)
    _hold_note(visit.pk)
    found = Code.objects.select_related("system").filter(system=table, code__iexact=code.strip(), retired_at=None)
    known = found.filter(is_leaf=True).first()
    if known is None:
        raise Invalid.field("code", _("This code is too general.") if found.exists() else _("There is no such code."))
    fresh = new_diagnosis(
        visit,
        code=known.code,
        display=known.display,
        table=known.system,
        state=State.ACCEPTED,
        decided_at=timezone.now(),
        decided_by=by.user_id,
        written_by=by.user_id,
    )
    Diagnosis.objects.bulk_create([fresh], ignore_conflicts=True)
    code_hash = hash_of(visit.pk, known.system_id, known.code)
    row: Diagnosis = (
        Diagnosis.objects.standing().select_for_update(no_key=True).get(appointment=visit, code_hash=code_hash)
    )
    if row.pk == fresh.pk:
        _tell(by, "ADD_DIAGNOSIS", row)
    return _decide(row, State.ACCEPTED, by)


def _decide(row: Diagnosis, state: str, by: Actor) -> Diagnosis:
    if row.state == state:
        return row
    now = timezone.now()
    row.state, row.decided_at, row.decided_by, row.updated_at = state, now, by.user_id, now
    row.save(update_fields=["state", "decided_at", "decided_by", "updated_at"])
    _tell(by, "ACCEPT_DIAGNOSIS" if state == State.ACCEPTED else "REJECT_DIAGNOSIS", row)
    return row


def _held(diagnosis_id: UUID, by: Actor) -> Diagnosis:
    """The row, held after its note, as signing does. Raises NotFound, NotAllowed, NotPossibleNow."""
    found: Diagnosis | None = Diagnosis.objects.visible_to(by).standing().filter(pk=diagnosis_id).first()
    if found is None:
        raise NotFound(_("There is no such diagnosis."))
    _require_may_decide(by, found.organization_id, found.patient_id)
    _hold_note(found.appointment_id)
    row: Diagnosis = Diagnosis.objects.select_for_update(no_key=True).get(pk=diagnosis_id)
    return row


def _hold_note(appointment_id: UUID) -> None:
    """Nobody signs meanwhile. Raises NotPossibleNow where somebody has."""
    note = Note.objects.standing().select_for_update(no_key=True).filter(appointment=appointment_id).first()
    if note:
        require_draft(note)


def _visit(appointment_id: UUID, by: Actor) -> Appointment:
    """The doctor's own visit, or one whose note they may read. Raises NotFound."""
    rows = Appointment.objects.select_related("clinic").filter(pk=appointment_id)
    shared = Note.objects.visible_to(by).standing().filter(appointment=appointment_id)
    visit = rows.visible_to(by).first() or (rows.first() if shared.exists() else None)
    if visit is None:
        raise NotFound(_("There is no such appointment."))
    return visit


def _require_may_decide(by: Actor, organization_id: UUID, patient_id: UUID) -> None:
    """As for notes: a doctor of the organization who cares for the patient."""
    if by.role != Role.DOCTOR or organization_id != by.organization_id:
        raise NotAllowed(_("Only doctors decide on diagnoses."))
    require_cares(by, patient_id)


def _tell(by: Actor, action: str, row: Diagnosis) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="diagnoses",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
        appointment=str(row.appointment_id),
    )
