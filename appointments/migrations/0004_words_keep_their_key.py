"""A visit that follows its patient into another one remembers whose key seals its words. Nothing is sealed anew."""

from django.db import migrations, models

from vitas.common.fields import EncryptedTextField

SEALED = [("appointment", "reason"), ("appointment", "notes"), ("appointment", "cancellation_reason")]


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_whole_references")]

    operations = [
        migrations.AddField(
            "appointment",
            "sealed_for",
            models.UUIDField(editable=False, help_text="Whose key seals the words, if not the patient's.", null=True),
        ),
        *[
            migrations.AlterField(model, field, EncryptedTextField(blank=True, editable=True, subject="words_subject"))
            for model, field in [*SEALED, ("appointmentstep", "reason")]
        ],
    ]
