"""Row-level security under everything clinical.

A patient reads what is theirs. A doctor reads of whom they care for or opened in an emergency, a nurse of whom her
clinics see about now: what their organization keeps, and what the patient lets another share with it. They write for
their own organization. The desk, the administrator and the operator read nothing.
"""

from django.db import migrations

from patients.walls import USER, is_role, of_organization, own_patient
from records.walls import cared_for, kept_for
from vitas.common.sql import wall

SYSTEMS = ["records", "patients", "merging"]


def clinical(table: str) -> migrations.RunSQL:
    patient, organization = f"{table}.patient_id", f"{table}.organization_id"
    return wall(
        table,
        reads=f"{own_patient(patient)} OR ({kept_for(organization, patient)} AND {cared_for(patient)})",
        writes=f"{of_organization(organization, 'doctor', 'nurse')} AND {cared_for(patient)}",
        systems=SYSTEMS,
    )


def of_seen_record(table: str) -> str:
    return f"EXISTS (SELECT FROM records_medicalrecord record WHERE record.id = {table}.record_id)"


STAFF = is_role("doctor", "nurse")
CLINICAL = ["medicalrecord", "observation", "medicationrequest", "condition", "allergyintolerance"]


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_file_claims"),
        ("patients", "0006_walls"),
        ("appointments", "0007_walls"),
    ]

    operations = [
        *[clinical(f"records_{name}") for name in CLINICAL],
        *[
            wall(table, reads=of_seen_record(table), writes=f"{STAFF} AND {of_seen_record(table)}", systems=SYSTEMS)
            for table in ("records_addendum", "records_attachment")
        ],
        wall(
            "records_recordopened",
            reads=of_seen_record("records_recordopened"),
            adds=f"{is_role('patient')} AND user_id = {USER} AND {of_seen_record('records_recordopened')}",
            systems=SYSTEMS,
        ),
        wall(
            "records_recordimport",
            reads=of_organization("organization_id", "doctor", "admin"),
            writes=of_organization("organization_id", "doctor"),
            systems=SYSTEMS,
        ),
    ]
