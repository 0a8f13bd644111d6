"""What a patient allowed, and why a doctor opened a file in an emergency, stays as it was written."""

from django.db import migrations

from vitas.common.sql import kept_as_written, revoke

KEPT = {
    "patients_consent": ["organization_id", "kind", "recipient_id", "version", "language", "text", "given_at", "given_by"],
    "patients_breakglass": ["organization_id", "doctor_id", "user_id", "reason", "opened_at"],
}


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_walls")]

    operations = [
        *[kept_as_written(table, columns) for table, columns in KEPT.items()],
        *[revoke("DELETE, TRUNCATE", table) for table in KEPT],
    ]
