"""The demo's medical records: enough of them, of every type, with files that are really there."""

import hashlib
import io

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import Count
from django.test import override_settings

from patients.models import Patient
from records import reading, summary
from records.files import checking
from records.models import Attachment, MedicalRecord, Observation
from records.statements import number
from records.verifying import verify
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.operations.demo import record_files, records
from vitas.testing import user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(settings, tmp_path) -> None:
    kept = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    with override_settings(STORAGES={**settings.STORAGES, "default": kept}):
        call_command("demo_data", verbosity=0)
        yield


def joao() -> Actor:
    patient = Patient.objects.get(phone="+5511999999999")
    return Actor(role=Role.PATIENT, user_id=user_of(patient).pk, patient_id=patient.pk)


def test_every_patient_has_ten_records_or_more_over_all_five_types_with_files(loaded):
    found = Patient.objects.values_list("pk", flat=True)
    counts = dict(MedicalRecord.objects.values_list("patient").annotate(n=Count("pk")))
    types = {
        patient: set(MedicalRecord.objects.filter(patient=patient).values_list("type", flat=True)) for patient in found
    }

    assert len(counts) >= 30
    assert min(counts.get(patient, 0) for patient in found) >= 10
    assert {frozenset(kinds) for kinds in types.values()} == {frozenset(MedicalRecord.Type.values)}
    # Prescriptions and signed notes are made into paper when somebody asks for it.
    without = MedicalRecord.objects.exclude(type="prescription").filter(attachments=None, note=None)
    assert without.count() == 0


def test_files_are_there_as_they_are_told_and_would_be_let_in(loaded):
    contents = {}
    for row in Attachment.objects.select_related("record"):
        with default_storage.open(row.key) as file:
            contents[row.sha256] = content = file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.file_size, row.sha256)
        assert row.file_name.endswith(checking.ENDINGS[row.file_type])
    some = list(contents.values())[:4]
    for content in some:
        with io.BytesIO(content) as file, checking.checked(file) as kept:
            assert kept.size > 0


def test_a_patients_file_is_worth_looking_at(loaded):
    """Values over time, in and out of their range; a glance; something new; prescriptions that can be verified."""
    actor = joao()
    prescription = reading.records_of(actor, type="prescription").first()
    count = MedicalRecord.objects.count()

    series = reading.series(actor.patient_id, actor, codes=[("http://loinc.org", "4548-4")])
    glance = summary.summary_of(actor.patient_id, actor)
    found = verify(prescription.check_code)
    records.make()

    assert [bool(number(row.words["value"])) for row in series] == [True] * 4
    assert {row.words["interpretation"] for row in Observation.objects.all()[:400]} == {"", "L", "H", "N"}
    assert (len(glance.problems), len(glance.allergies), len(glance.medicines)) == (2, 1, 2)  # one by the signed note
    assert 1 <= reading.new_count(actor) <= 6
    assert (found.lines, found.organization, found.withdrawn) == (1, prescription.organization.name, False)
    assert MedicalRecord.objects.count() == count


def test_every_file_says_that_it_is_made_up():
    page = record_files.pdf("Informe", "Todo bien", "es")

    assert page.bytes.startswith(b"%PDF-")
    assert record_files.radiograph("en").bytes != record_files.radiograph("es").bytes
