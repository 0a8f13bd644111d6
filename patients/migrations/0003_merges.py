"""Merges of patients: what was moved is kept for ever, and undone at most once."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import vitas.common.fields
import vitas.common.ids
from vitas.common.sql import revoke

KEEP = """
CREATE FUNCTION patients_merge_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.undone_at IS NOT NULL
        OR (NEW.id, NEW.organization_id, NEW.kept_id, NEW.merged_id, NEW.reason, NEW.moved, NEW.merged_at, NEW.merged_by)
            IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.kept_id, OLD.merged_id, OLD.reason, OLD.moved,
                OLD.merged_at, OLD.merged_by)
    THEN
        RAISE EXCEPTION 'a merge is kept as it was; it is only undone, once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER merge_is_kept BEFORE UPDATE OR DELETE ON patients_patientmerge
FOR EACH ROW EXECUTE FUNCTION patients_merge_is_kept();
"""

BACK = """
DROP TRIGGER merge_is_kept ON patients_patientmerge;
DROP FUNCTION patients_merge_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("patients", "0002_found_by_number")]

    operations = [
        migrations.CreateModel(
            name="PatientMerge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=vitas.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", vitas.common.fields.EncryptedTextField(editable=True, subject="kept_id")),
                ("moved", models.JSONField(help_text="Keys only, a rule's name each.")),
                ("merged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("merged_by", models.UUIDField(help_text="The user; none for the sweep.", null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.UUIDField(null=True)),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="patients.patient"
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merged_in", to="patients.patient"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patient_merges",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["organization", "-merged_at"], name="merge_organization")]},
        ),
        migrations.RunSQL(KEEP, BACK),
        revoke("DELETE, TRUNCATE", "patients_patientmerge"),
    ]
