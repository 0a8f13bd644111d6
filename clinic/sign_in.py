"""What a doctor's sign-in answers of the doctor (S0)."""

from clinic import photos
from clinic.models import Doctor
from vitas.accounts.models import Role, Session
from vitas.common.api.renderers import AsIs


def doctor_of(session: Session) -> dict[str, AsIs | None]:
    """What stands beside the tokens of every sign-in of staff."""
    return {"doctor": doctor_object(session)}


def doctor_object(session: Session) -> AsIs | None:
    """S0's snake_case `doctor`; null for who is no doctor."""
    if session.membership is None or session.membership.role != Role.DOCTOR:
        return None
    doctor = Doctor.objects.filter(membership=session.membership).first()
    if doctor is None:
        return None
    return AsIs(
        doctor_id=doctor.pk,
        email=session.user.email,
        first_name=doctor.first_name,
        last_name=doctor.last_name,
        name=str(doctor),
        title=doctor.title,
        specialty=doctor.specialty,
        specialties=doctor.specialties,
        languages=doctor.languages,
        phone_number=doctor.phone or session.user.phone,
        photo_url=photos.address(doctor.photo_url),
        organization_id=doctor.organization_id,
        active=doctor.active,
        created_at=doctor.created_at,
    )
