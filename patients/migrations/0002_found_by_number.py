"""Patients are found by any part of a phone, and by a document however its number is written."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import patients.documents


class Migration(migrations.Migration):
    atomic = False  # the desk goes on working meanwhile

    dependencies = [("patients", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "patient", GinIndex(OpClass(models.F("phone"), name="gin_trgm_ops"), name="patient_phone_trgm")
        ),
        AddIndexConcurrently(
            "patientidentifier",
            models.Index(OpClass(patients.documents.Bare("number"), name="text_pattern_ops"), name="identifier_bare"),
        ),
    ]
