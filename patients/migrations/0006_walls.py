"""Row-level security under consents, emergency access and merges: what tells of health, or of who may read it."""

from django.db import migrations

from patients.walls import DOCTOR, is_role, of_organization, own_patient
from vitas.common.sql import wall

STAFF = ("doctor", "nurse", "receptionist", "admin")
CONSENT = f"{of_organization('organization_id', *STAFF)} OR {of_organization('recipient_id', *STAFF)}"
GLASS = f"({is_role('doctor')} AND doctor_id = {DOCTOR}) OR {of_organization('organization_id', 'admin')}"
DESK = of_organization("organization_id", "receptionist", "admin")


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_consents_and_emergency_access"),
        ("accounts", "0001_initial"),
        ("clinic", "0001_initial"),
    ]

    operations = [
        wall(
            "patients_consent",
            reads=f"{own_patient('patients_consent.patient_id')} OR {CONSENT}",
            writes=own_patient("patients_consent.patient_id"),
            systems=["patients", "merging"],
        ),
        wall(
            "patients_breakglass",
            reads=f"{own_patient('patients_breakglass.patient_id')} OR {GLASS}",
            writes=GLASS,
            systems=["patients", "merging"],
        ),
        wall("patients_patientmerge", reads=DESK, writes=DESK, systems=["patients", "merging"]),
    ]
