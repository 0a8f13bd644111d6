"""What a patient's token and `user` say of the profile that was chosen."""

from collections.abc import Mapping
from typing import Any

from patients import profiles
from patients.models import Patient, PatientAccess
from vitas.accounts.models import Session
from vitas.common.api.renderers import AsIs


def patient_claims(session: Session) -> Mapping[str, Any]:
    """`patientId`, where the session acts for a patient and the person still may."""
    if not session.acting_patient_id:
        return {}
    access = PatientAccess.objects.filter(
        user_id=session.user_id, patient_id=session.acting_patient_id, ended_at=None, verified_at__isnull=False
    )
    return {"patientId": str(session.acting_patient_id)} if access.exists() else {}


def patient_profiles(session: Session) -> Mapping[str, Any]:
    """`profiles`, for who signed in as a patient."""
    if session.membership_id is not None or session.user.is_operator:
        return {}
    return {"profiles": [profile.shown() for profile in profiles.of(session.user)]}


def acting(session: Session) -> Mapping[str, Any]:
    """For whom a page acts, as its frame shows it; and whether the person may act for others too."""
    if session.membership_id is not None or not session.acting_patient_id:
        return {}
    live = PatientAccess.objects.filter(
        user_id=session.user_id, ended_at=None, verified_at__isnull=False, patient__merged_into=None
    )
    rows = live.values_list("patient_id", "patient__first_name", "patient__last_name")[:50]
    names = {patient_id: (first, f"{first} {last}".strip()) for patient_id, first, last in rows}
    if session.acting_patient_id not in names:
        return {}
    first, name = names[session.acting_patient_id]
    return {"acting": {"first": first, "name": name, "others": len(names) > 1}}


def patient_object(session: Session) -> AsIs | None:
    """S0's snake_case `patient` of a code verification; null until a profile is open."""
    patient = Patient.objects.filter(pk=session.acting_patient_id).first() if session.acting_patient_id else None
    if patient is None:
        return None
    return AsIs(
        patient_id=patient.pk,
        patient_name=patient.full_name,
        first_name=patient.first_name,
        last_name=patient.last_name,
        phone_number=patient.phone or session.user.phone,
        email=patient.email or None,
        birth_date=patient.birth_date,
        city=patient.city or None,
        language=patient.language,
        status=patient.status,
        created_at=patient.created_at,
    )
