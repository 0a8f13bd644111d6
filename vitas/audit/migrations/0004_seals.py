"""Seals, the entries that wait for one, and the hours that are counted when entries are sealed."""

import django.contrib.postgres.fields
from django.db import migrations, models

from vitas.common.sql import append_only, revoke, revoke_change

# In the entry's own transaction, with the owner's rights: the application can take a row away, and never hide one by
# not adding it. What was there before waits for its seal like the rest.
QUEUE = """
CREATE FUNCTION audit_wait_for_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.audit_unsealed (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_waits_for_seal AFTER INSERT ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_wait_for_seal();
INSERT INTO audit_unsealed SELECT id FROM audit_auditentry ON CONFLICT DO NOTHING;
ALTER TABLE audit_unsealed SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE audit_auditseal ALTER digests SET STORAGE EXTERNAL;
"""
UNQUEUE = """
DROP TRIGGER audit_waits_for_seal ON audit_auditentry;
DROP FUNCTION audit_wait_for_seal();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_names")]

    operations = [
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                (
                    "entry_id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name="audit entry"),
                ),
            ],
            options={
                "verbose_name": "entry to be sealed",
                "verbose_name_plural": "entries to be sealed",
                "db_table": "audit_unsealed",
            },
        ),
        migrations.CreateModel(
            name="AuditHour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(verbose_name="hour")),
                ("organization_id", models.UUIDField(null=True, verbose_name="organization")),
                ("category", models.CharField(max_length=20, verbose_name="category")),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("outcome", models.CharField(max_length=10, verbose_name="outcome")),
                ("of_patient", models.BooleanField(verbose_name="of a patient")),
                ("count", models.BigIntegerField(verbose_name="entries")),
            ],
            options={
                "verbose_name": "hour of the audit trail",
                "verbose_name_plural": "hours of the audit trail",
                "indexes": [models.Index(fields=["hour"], name="audit_hour_of_all")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "hour", "category", "action", "outcome", "of_patient"),
                        name="audit_hour_counted_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "number",
                    models.BigIntegerField(editable=False, primary_key=True, serialize=False, verbose_name="number"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("entries", "entries"), ("closing", "end of a month"), ("dropped", "removed month")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("month", models.DateField(help_text="The first day of the month, in UTC.", verbose_name="month")),
                ("first_id", models.UUIDField(null=True, verbose_name="first entry")),
                ("last_id", models.UUIDField(null=True, verbose_name="last entry")),
                ("first_seal", models.BigIntegerField(null=True, verbose_name="first seal of the month")),
                ("last_seal", models.BigIntegerField(null=True, verbose_name="last seal of the month")),
                ("count", models.BigIntegerField(verbose_name="entries")),
                (
                    "root",
                    models.BinaryField(help_text="SHA-256 over what is sealed.", verbose_name="hash of the entries"),
                ),
                ("previous", models.BinaryField(verbose_name="hash of the seal before")),
                ("hash", models.BinaryField(verbose_name="hash")),
                ("signature", models.BinaryField(verbose_name="signature")),
                ("key", models.CharField(max_length=16, verbose_name="key that signed")),
                ("sealed_at", models.DateTimeField(verbose_name="sealed at")),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None, verbose_name="entries sealed"
                    ),
                ),
                (
                    "digests",
                    models.BinaryField(
                        default=b"",
                        help_text="32 bytes for each entry, in their order.",
                        verbose_name="hashes of the entries",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal of the audit trail",
                "verbose_name_plural": "seals of the audit trail",
                "indexes": [models.Index(fields=["month", "number"], name="audit_seal_month")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="audit_seal_begins_with_one"
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gte", 0)), name="audit_seal_counts"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_seal", None), ("kind", "entries"), ("last_seal", None)),
                            models.Q(
                                models.Q(("kind", "entries"), _negated=True),
                                ("first_seal__lte", models.F("last_seal")),
                            ),
                            _connector="OR",
                        ),
                        name="audit_seal_of_a_month_names_its_seals",
                    ),
                ],
            },
        ),
        migrations.RunSQL(QUEUE, UNQUEUE),
        revoke("INSERT, UPDATE, TRUNCATE", "audit_unsealed"),
        append_only("audit_auditseal"),
        revoke_change("audit_auditseal"),
    ]
