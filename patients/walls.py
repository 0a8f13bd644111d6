"""SQL of the policies under tables that tell of patients. A change needs a migration that builds the walls anew."""

from vitas.common.sql import acting

ROLE, USER, ORGANIZATION, DOCTOR = acting("role"), acting("user"), acting("organization"), acting("doctor")


def _of_the_row(column: str) -> str:
    """A bare name within a sub-select could mean the sub-select's own column, and be true of every row."""
    if "." not in column:
        raise ValueError(f"Name the table of {column} too.")
    return column


def is_role(*roles: str) -> str:
    """The acting person's role is one of these."""
    return f"{ROLE} IN ({', '.join(repr(role) for role in roles)})"


def own_patient(patient: str) -> str:
    """A patient acts, and `patient` is themselves or somebody they may act for."""
    return (
        f"({is_role('patient')} AND EXISTS (SELECT FROM patients_patientaccess own WHERE own.user_id = {USER}"
        f" AND own.patient_id = {_of_the_row(patient)} AND own.verified_at IS NOT NULL AND own.ended_at IS NULL))"
    )


def in_care(patient: str) -> str:
    """The acting doctor cares for `patient`, or opened them in an emergency."""
    return (
        f"(EXISTS (SELECT FROM patients_carerelationship care WHERE care.doctor_id = {DOCTOR}"
        f" AND care.patient_id = {_of_the_row(patient)} AND care.ended_at IS NULL)"
        f" OR EXISTS (SELECT FROM patients_breakglass glass WHERE glass.doctor_id = {DOCTOR}"
        f" AND glass.patient_id = {_of_the_row(patient)} AND glass.ends_at > now()))"
    )


def of_organization(organization: str, *roles: str) -> str:
    """One of these roles acts, at this organization."""
    return f"({is_role(*roles)} AND {organization} = {ORGANIZATION})"


def at_own_clinic(clinic: str) -> str:
    """The acting member of staff works at `clinic`."""
    return (
        "EXISTS (SELECT FROM clinic_staffplace post JOIN accounts_membership member ON member.id = post.membership_id"
        f" WHERE post.clinic_id = {_of_the_row(clinic)} AND member.user_id = {USER}"
        f" AND member.organization_id = {ORGANIZATION} AND member.active)"
    )
