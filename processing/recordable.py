"""Which visit a doctor may record, and what a recording begins with."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from patients.models import CareRelationship, Consent, Patient
from patients.permissions import among, caring
from processing import audio_store
from processing.models import Recording
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.audit import trail
from vitas.common.errors import NotAllowed, NotFound, NotPossibleNow

MAY_RECORD: Final[Access] = frozenset({Role.DOCTOR})
STATUSES: Final = (Status.SCHEDULED, Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED)


def visit_of(
    appointment_id: UUID, *, by: Actor, doctor_id: UUID | None = None, patient_id: UUID | None = None
) -> Appointment:
    """The doctor's own visit, in a state in which it may be recorded. `doctor_id`, `patient_id`: what a client says.

    They grant nothing: the token does. Raises NotAllowed (they do not match), NotFound, NotPossibleNow.
    """
    if by.doctor_id is None or (doctor_id is not None and doctor_id != by.doctor_id):
        raise NotAllowed(_("Only the doctor of a visit records it."))
    rows = Appointment.objects.visible_to(by).filter(doctor_id=by.doctor_id)
    cared = Exists(Patient.objects.filter(pk=OuterRef("patient_id")).filter(among(caring(by), "pk")))
    found = rows.select_related("patient", "organization", "clinic").annotate(in_care=cared)
    visit = found.filter(pk=appointment_id).first()
    if visit is None:
        raise NotFound(_("There is no such visit."))
    if patient_id is not None and patient_id != visit.patient_id:
        raise NotAllowed(_("This visit is of another patient."))
    if visit.status not in STATUSES:
        raise NotPossibleNow(_("A visit that does not take place is not recorded."))
    if not visit.in_care and visit.status != Status.SCHEDULED:
        raise NotAllowed(_("You do not care for this patient."))
    return visit


def begin_care(visit: Appointment) -> None:
    """A visit that nobody accepted yet takes place: the doctor is with the patient, so care begins as at check-in."""
    if not visit.in_care:  # type: ignore[attr-defined]
        care = CareRelationship(
            organization_id=visit.organization_id,
            doctor_id=visit.doctor_id,
            patient_id=visit.patient_id,
            because="recording",
        )
        CareRelationship.objects.bulk_create([care], ignore_conflicts=True)


def begin(
    visit: Appointment, *, consent: Consent, source: str, content_type: str, ends_at: datetime, by: Actor
) -> Recording:
    """The row that its sound will belong to, in the caller's transaction."""
    made = Recording.objects.create(
        organization_id=visit.organization_id,
        appointment=visit,
        patient_id=visit.patient_id,
        doctor_id=visit.doctor_id,
        source=source,
        consent=consent,
        created_by=by.user_id,  # type: ignore[misc]  # visit_of has asked
        key=audio_store.new_key(),
        content_type=content_type,
        upload_ends_at=ends_at,
    )
    note(by, "CREATE_RECORDING", made, source=source, consent=str(consent.pk))
    return made


def note(by: Actor, action: str, recording: Recording, **details: Any) -> None:
    """One entry of the audit trail, in the transaction of what it tells of."""
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="recordings",
        resource_id=recording.pk,
        patient_id=recording.patient_id,
        organization_id=recording.organization_id,
        **details,
    )
