"""What a doctor's token says of the doctor."""

from collections.abc import Mapping
from typing import Any

from clinic.models import Doctor
from vitas.accounts.models import Role, Session


def doctor_claims(session: Session) -> Mapping[str, Any]:
    """`doctorId`, for a session of a doctor's membership."""
    if session.membership is None or session.membership.role != Role.DOCTOR:
        return {}
    doctor_id = Doctor.objects.filter(membership=session.membership).values_list("pk", flat=True).first()
    return {"doctorId": str(doctor_id)} if doctor_id else {}
