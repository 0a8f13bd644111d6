"""Turning what a person asked for into a place, a patient and an instant: ids in a body grant nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from appointments.permissions import require_own_clinic
from appointments.querysets import patients_of
from clinic import directory
from clinic.models import DoctorPlace
from patients.models import Patient, PatientFile
from vitas.accounts.actor import Actor
from vitas.common import wall_time
from vitas.common.errors import Invalid, NotAllowed


def place_asked_for(provider_id: UUID, clinic_id: UUID | None, *, field: str, by: Actor) -> DoctorPlace:
    """The doctor's place. Raises Invalid on `field`, NotAllowed where the desk books at somebody else's clinic."""
    place = directory.place_for_booking(provider_id, clinic_id)
    if place is None:
        raise Invalid.field("clinic_id" if clinic_id else field, _("There is no such doctor at this place."))
    if by.is_desk and place.clinic.organization_id != by.organization_id:
        raise NotAllowed(_("This doctor belongs to another organization."))
    require_own_clinic(by, place.clinic_id)
    return place


def patient_asked_for(patient_id: UUID | None, *, by: Actor) -> Patient:
    """Whom the visit is for. A patient's profile must be one they may act for (403); the desk's one of its files."""
    if by.is_patient and patient_id in (None, by.patient_id) and by.patient_id:
        # The token says so, for its fifteen minutes.
        return Patient.from_db("default", ["id"], [by.patient_id])
    if by.is_patient:
        wanted = patient_id or by.patient_id
        found = Patient.objects.filter(pk=wanted, pk__in=patients_of(by), merged_into=None).first() if wanted else None
        if found is None:
            raise NotAllowed(_("You cannot act for this patient. Choose one of your profiles."))
        return found
    if patient_id is None:
        raise Invalid.field("patient_id", _("Say which patient the appointment is for."))
    known = PatientFile.objects.filter(organization=by.organization_id, patient_id=patient_id)
    file = known.select_related("patient__merged_into").first()
    if file is None:
        raise Invalid.field("patient_id", _("There is no such patient in this organization."))
    return file.patient.merged_into or file.patient


def start_asked_for(asked: dict[str, Any], place: DoctorPlace) -> datetime:
    """The instant: of an hour that happens twice the first is meant. Raises Invalid on `time`."""
    if asked.get("starts_at"):
        return asked["starts_at"]
    found = wall_time.instant(asked["date"], asked["time"], place.clinic.zone)
    if found is None:
        raise Invalid.field("time", _("This time does not exist on that day: the clocks change."))
    return found
