"""Whose organization a try was for; notices that are kept until they are asked for; and the walls under both."""

import django.db.models.deletion
import django.utils.timezone
import vitas.common.fields
import vitas.common.ids
from django.db import migrations, models

from patients.walls import DOCTOR, ROLE, USER, of_organization
from vitas.common.sql import kept_as_written, wall

SYSTEMS = ["processing", "patients", "merging", "records"]
OF_RECORDING = "EXISTS (SELECT FROM processing_recording recording WHERE recording.id = processing_processingrun.recording_id)"
OF_THE_PLACE = f"{of_organization('processing_processingrun.organization_id', 'admin')} OR {ROLE} = 'operator'"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_second_factors"),
        ("clinic", "0005_names"),
        ("processing", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            "processingrun",
            "organization",
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization", verbose_name="organization"),
        ),
        migrations.RunSQL(
            "UPDATE processing_processingrun run SET organization_id = recording.organization_id"
            " FROM processing_recording recording WHERE recording.id = run.recording_id;"
            " SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            "processingrun",
            "organization",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization", verbose_name="organization"),
        ),
        wall("processing_processingrun", reads=f"{OF_RECORDING} OR {OF_THE_PLACE}", systems=SYSTEMS),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(default=vitas.common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="key")),
                ("recording_id", models.UUIDField(null=True, verbose_name="recording")),
                ("appointment_id", models.UUIDField(null=True, verbose_name="appointment")),
                ("type", models.CharField(choices=[("success", "done"), ("error", "failed")], max_length=7, verbose_name="type")),
                ("service", models.CharField(max_length=40, verbose_name="service")),
                ("error_code", models.CharField(blank=True, help_text="A code.", max_length=40, verbose_name="error")),
                ("words", vitas.common.fields.EncryptedJsonField(editable=True, subject="", verbose_name="text")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("doctor", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.doctor", verbose_name="doctor")),
                ("organization", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization", verbose_name="organization")),
            ],
            options={
                "verbose_name": "notice of a recording",
                "verbose_name_plural": "notices of recordings",
                "indexes": [models.Index(fields=["doctor", "id"], name="notice_doctor")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("error_code", ""), ("type", "success")), models.Q(("type", "error"), models.Q(("error_code", ""), _negated=True)), _connector="OR"),
                        name="notice_of_an_error_says_which",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Polled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.UUIDField(verbose_name="person")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("notice", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="polls", to="processing.notice", verbose_name="notice of a recording")),
            ],
            options={
                "verbose_name": "given notice of a recording",
                "verbose_name_plural": "given notices of recordings",
                "constraints": [models.UniqueConstraint(fields=("user_id", "notice"), name="notice_given_once")],
            },
        ),
        wall("processing_notice", reads=f"processing_notice.doctor_id = {DOCTOR}", systems=["processing"]),
        wall(
            "processing_polled",
            reads=f"processing_polled.user_id = {USER}",
            adds=f"processing_polled.user_id = {USER}",
            systems=["processing"],
        ),
        kept_as_written("processing_processingrun", ["id", "recording_id", "organization_id", "stage", "claim", "started_at"]),
    ]
