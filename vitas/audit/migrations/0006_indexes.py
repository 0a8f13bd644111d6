"""What questions to the trail are asked by: category, act, what did not succeed, and what tells of no patient."""

from django.db import migrations

from vitas.audit.partitions import index_each_month


class Migration(migrations.Migration):
    atomic = False  # concurrent indexes

    dependencies = [("audit", "0005_anomalies_and_exports")]

    operations = [
        index_each_month("audit_category", "organization_id, category, id"),
        index_each_month("audit_action", "organization_id, action, id"),
        index_each_month("audit_not_done", "organization_id, id", where="outcome <> 'success'"),
        index_each_month("audit_of_no_patient", "category, id", where="patient_id IS NULL"),
    ]
