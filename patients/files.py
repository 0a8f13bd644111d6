"""An organization's file of a patient: from then on the patient is known there."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from patients.models import Patient, PatientFile
from vitas.accounts.models import Organization


@transaction.atomic
def open_file(*, organization_id: UUID | None, patient: Patient) -> PatientFile:
    """The file, made under the next number where there is none. Numbers of an organization are given one at a time."""
    assert organization_id is not None
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    own = PatientFile.objects.filter(organization_id=organization_id)
    highest: int = own.aggregate(Max("number"))["number__max"] or 0
    fresh: dict[str, Any] = {"number": highest + 1}
    return own.get_or_create(patient=patient, defaults={**fresh, "organization_id": organization_id})[0]
