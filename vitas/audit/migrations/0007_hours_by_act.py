"""Hours of one category or act are found for any length of time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="audithour",
            index=models.Index(
                fields=["organization_id", "category", "action", "hour"],
                include=["outcome", "of_patient", "count"],
                name="audit_hour_by_act",
            ),
        ),
        migrations.AddIndex(
            model_name="audithour",
            index=models.Index(
                fields=["organization_id", "action", "hour"],
                include=["category", "outcome", "of_patient", "count"],
                name="audit_hour_of_act",
            ),
        ),
    ]
