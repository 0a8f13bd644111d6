"""What a patient's token says of the profile that was chosen."""

from collections.abc import Mapping
from typing import Any

from vitas.accounts.models import Session


def patient_claims(session: Session) -> Mapping[str, Any]:
    """`patientId`, where the session acts for a patient."""
    return {"patientId": str(session.acting_patient_id)} if session.acting_patient_id else {}
