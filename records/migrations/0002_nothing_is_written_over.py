"""What was written stays as it was written: words are corrected by an addendum, or marked as entered in error.

The owner may still delete a row: retention does, when the law's time is over.
"""

from django.db import migrations

from vitas.common.sql import kept_as_written, revoke

ALL = ["id", "organization_id", "written_by", "imported_id", "source_id", "created_at"]
KEPT = {
    "records_medicalrecord": [*ALL, "type", "date", "doctor_id", "appointment_id", "title", "description", "check_code"],
    "records_observation": [*ALL, "record_id", "observed_at", "words"],
    "records_medicationrequest": [*ALL, "record_id", "doctor_id", "intent", "starts_on", "words"],
    "records_condition": [*ALL, "doctor_id", "words"],
    "records_allergyintolerance": [*ALL, "doctor_id", "words"],
    "records_attachment": [
        "id", "record_id", "file_name", "file_type", "file_size", "key", "sha256", "written_by", "created_at",
    ],
    "records_addendum": ["id", "record_id", "text", "doctor_id", "written_by", "created_at"],
    "records_recordopened": ["record_id", "user_id", "at"],
}


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        *[kept_as_written(table, columns) for table, columns in KEPT.items()],
        *[revoke("DELETE, TRUNCATE", table) for table in [*KEPT, "records_recordimport"]],
    ]
