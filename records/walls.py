"""SQL of the policies under clinical tables. A change needs a migration that builds the walls anew."""

from patients.walls import ORGANIZATION, at_own_clinic, in_care, is_role


def seen_today(patient: str) -> str:
    """A nurse's clinic sees the patient within a day and a half of now; the zone's own day is asked for in Python."""
    return (
        f"EXISTS (SELECT FROM appointments_appointment visit WHERE visit.patient_id = {patient}"
        " AND visit.starts_at BETWEEN now() - interval '36 hours' AND now() + interval '36 hours'"
        f" AND {at_own_clinic('visit.clinic_id')})"
    )


def cared_for(patient: str) -> str:
    return f"(({is_role('doctor')} AND {in_care(patient)}) OR ({is_role('nurse')} AND {seen_today(patient)}))"


def kept_for(organization: str, patient: str) -> str:
    """The acting person's organization keeps it, or the patient lets who keeps it share it with theirs."""
    return (
        f"({organization} = {ORGANIZATION} OR EXISTS (SELECT FROM patients_consent shared WHERE shared.kind = 'sharing'"
        f" AND shared.patient_id = {patient} AND shared.organization_id = {organization}"
        f" AND shared.recipient_id = {ORGANIZATION} AND shared.revoked_at IS NULL))"
    )
