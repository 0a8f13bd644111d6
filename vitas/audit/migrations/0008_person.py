"""Somebody's acts at a house are counted from the index alone; what did not succeed is found by its sort."""

from django.db import migrations

from vitas.audit.partitions import index_each_month


class Migration(migrations.Migration):
    atomic = False  # concurrent indexes

    dependencies = [("audit", "0007_hours_by_act")]

    operations = [
        index_each_month("audit_person", "user_id, organization_id, id"),
        index_each_month("audit_sort_not_done", "organization_id, category, id", where="outcome <> 'success'"),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS audit_user", "CREATE INDEX audit_user ON audit_auditentry (user_id, id)"
        ),
    ]
