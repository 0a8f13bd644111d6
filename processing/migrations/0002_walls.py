"""Walls under recordings and what was said: doctors of the organization who care for the patient, and nobody else."""

from django.db import migrations

from patients.walls import in_care, of_organization
from vitas.common.sql import admit, kept_as_written, revoke, wall

SYSTEMS = ["processing", "patients", "merging", "records"]
OWN = (
    f"{of_organization('processing_recording.organization_id', 'doctor')}"
    f" AND {in_care('processing_recording.patient_id')}"
)


def of_recording(table: str) -> str:
    return f"EXISTS (SELECT FROM processing_recording recording WHERE recording.id = {table}.recording_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("processing", "0001_initial"),
        ("notes", "0002_walls"),
        ("appointments", "0007_walls"),
        ("patients", "0006_walls"),
    ]

    operations = [
        wall("processing_recording", reads=OWN, writes=OWN, systems=SYSTEMS),
        wall(
            "processing_recordingpiece",
            reads=of_recording("processing_recordingpiece"),
            writes=of_recording("processing_recordingpiece"),
            systems=SYSTEMS,
        ),
        wall("processing_transcript", reads=of_recording("processing_transcript"), systems=SYSTEMS),
        wall("processing_processingrun", reads=of_recording("processing_processingrun"), systems=SYSTEMS),
        kept_as_written(
            "processing_recording",
            ["id", "organization_id", "appointment_id", "doctor_id", "source", "created_by", "created_at", "key"],
        ),
        kept_as_written(
            "processing_transcript", ["id", "recording_id", "organization_id", "language", "transcriber", "body"]
        ),
        *[revoke("DELETE, TRUNCATE", f"processing_{name}") for name in ("recording", "transcript", "processingrun")],
        admit("appointments_appointment", "processing"),
        admit("patients_consent", "processing"),
    ]
