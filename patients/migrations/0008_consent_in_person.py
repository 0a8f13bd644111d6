"""A doctor writes down that a patient in their care allowed the recording of visits by word of mouth."""

from django.db import migrations, models

from patients.walls import USER, in_care, of_organization
from vitas.common.sql import kept_as_written

TABLE = "patients_consent"
BEFORE = ["organization_id", "kind", "recipient_id", "version", "language", "text", "given_at", "given_by"]
HEARD = (
    f"kind = 'recording' AND in_person AND given_by = {USER}"
    f" AND {of_organization(f'{TABLE}.organization_id', 'doctor')} AND {in_care(f'{TABLE}.patient_id')}"
)


def no_longer_kept() -> migrations.RunSQL:
    """Its trigger is made anew, with the new column."""
    before = kept_as_written(TABLE, BEFORE)
    return migrations.RunSQL(before.reverse_sql, before.sql)


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_kept_as_written")]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="in_person",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Said to the doctor, who wrote it down.",
                verbose_name="given in person",
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="given_by",
            field=models.UUIDField(help_text="The user who gave it, or wrote it down.", verbose_name="given by"),
        ),
        migrations.RunSQL(
            f"CREATE POLICY heard ON {TABLE} FOR INSERT WITH CHECK ({HEARD})", f"DROP POLICY heard ON {TABLE}"
        ),
        no_longer_kept(),
        kept_as_written(TABLE, [*BEFORE, "in_person"]),
    ]
