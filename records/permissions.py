"""Who may write in whose file. Whose records are read at all is `visible_to` (querysets.py)."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from patients.merging import now_known_as
from patients.models import BreakGlass, CareRelationship, Patient, PatientFile
from patients.querysets import open_access
from records.models import Clinical, MedicalRecord
from records.querysets import of_the_day
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.common.errors import NotAllowed, NotFound

MAY_READ: Final[Access] = frozenset({Role.PATIENT, Role.DOCTOR, Role.NURSE})
MAY_WRITE: Final[Access] = frozenset({Role.DOCTOR, Role.NURSE})

Type = MedicalRecord.Type


class _Known(NamedTuple):
    merged_into: UUID | None
    cared: bool
    known: bool


def patient_to_write_for(actor: Actor, patient_id: UUID) -> UUID:
    """Whose file the person writes in: who was merged is written for as who they are now. Raises as `require_cares`."""
    if actor.role not in MAY_WRITE or actor.organization_id is None:
        raise NotAllowed()
    return require_cares(actor, patient_id)


def require_cares(actor: Actor, patient_id: UUID) -> UUID:
    """A doctor cares for the patient, or opened their file in an emergency; a nurse has them at her clinics today.

    Raises NotAllowed for a patient whom only the organization knows, NotFound for one whom it does not.
    """
    found = _known(actor, patient_id)
    if found and found.merged_into:
        patient_id = now_known_as(patient_id)
        found = _known(actor, patient_id)
    if found and found.cared:
        return patient_id
    if found and found.known:
        raise NotAllowed(_("You do not care for this patient."))
    raise NotFound(_("There is no such patient."))


def patient_to_read(actor: Actor, patient_id: UUID) -> UUID:
    """Whose file the person reads. A patient: a profile they may act for. Raises NotAllowed, NotFound."""
    if actor.is_patient:
        if patient_id != actor.patient_id and not open_access(actor).filter(patient_id=patient_id).exists():
            raise NotAllowed(_("You cannot act for this patient. Choose one of your profiles."))
        return patient_id
    return require_cares(actor, patient_id)


def require_may_write_type(actor: Actor, type: str) -> None:
    """A nurse prescribes nothing. Raises NotAllowed."""
    if type == Type.PRESCRIPTION and actor.role != Role.DOCTOR:
        raise NotAllowed(_("Only doctors prescribe."))


def require_may_add(actor: Actor, record: MedicalRecord) -> None:
    """To a record of the own organization, of a patient in care. Raises NotAllowed, NotFound."""
    _require_own(actor, record)
    require_may_write_type(actor, record.type)
    patient_to_write_for(actor, record.patient_id)


def require_may_take_back(actor: Actor, row: Clinical) -> None:
    """Entered in error: any doctor who cares for the patient; a nurse what she wrote herself. Raises NotAllowed."""
    _require_own(actor, row)
    if actor.role == Role.NURSE and row.written_by != actor.user_id:
        raise NotAllowed(_("Only who wrote it, or a doctor, takes it back."))
    patient_to_write_for(actor, row.patient_id)


def _require_own(actor: Actor, row: Clinical) -> None:
    if actor.role not in MAY_WRITE or row.organization_id != actor.organization_id:
        raise NotAllowed(_("Another organization keeps this record: it is only shared with you."))


def _known(actor: Actor, patient_id: UUID) -> _Known | None:
    """One statement: whether the patient is cared for by this person, and known to the organization."""
    rows = Patient.objects.filter(pk=patient_id).annotate(
        cared=_cared(actor),
        known=Exists(PatientFile.objects.filter(organization=actor.organization_id, patient=OuterRef("pk"))),
    )
    found = rows.values_list("merged_into_id", "cared", "known").first()
    return _Known(*found) if found else None


def _cared(actor: Actor) -> Any:
    mine: dict[str, Any] = {"patient": OuterRef("pk")}
    if actor.role == Role.NURSE:
        return Exists(of_the_day(actor).filter(**mine))
    care = CareRelationship.objects.filter(doctor=actor.doctor_id, ended_at=None, **mine)
    return Exists(care) | Exists(BreakGlass.objects.filter(doctor=actor.doctor_id, **mine).open())
