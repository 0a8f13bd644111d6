"""Taking an import back: whole, once, and never over somebody's later words."""

from typing import Any

import pytest

from records import imports, summary, writing
from records.csv_import import read_csv
from records.import_undo import AddedTo, undo
from records.models import Condition, MedicalRecord, Observation, RecordImport
from records.tests.full_file import FullFile
from vitas.accounts.actor import OPERATIONS
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotFound

pytestmark = pytest.mark.django_db

RESULTS = b"date,name,value,report\n2026-01-01,A,1,Blood\n2026-01-01,B,2,Blood\n"
PROBLEMS = b"problem\nGout\n"


@pytest.fixture
def file() -> FullFile:
    return FullFile()


def bring(content: bytes, file: FullFile, by: Any = None) -> imports.Report:
    incoming = read_csv(content, chosen=True)
    return imports.bring_in(incoming, organization_id=file.organization.pk, by=by or file.dr, patient_id=file.ana.pk)


def test_every_row_is_marked_and_the_batch_keeps_who_and_when(file):
    made = bring(RESULTS, file)

    undone = undo(import_id=made.import_id, by=file.dr)

    batch = RecordImport.objects.get(pk=made.import_id)
    record = MedicalRecord.objects.get(imported=batch)
    assert (undone.rows, undone.before) == ({"record": 1, "result": 2}, False)
    assert (record.status, record.error_reason) == ("entered_in_error", "The import was taken back.")
    assert set(Observation.objects.filter(imported=batch).values_list("status", flat=True)) == {"entered_in_error"}
    assert (batch.undone_by, batch.undone_at is not None) == (file.dr.user_id, True)
    entry = AuditEntry.objects.get(action="UNDO_IMPORT")
    assert (entry.patient_id, entry.details) == (file.ana.pk, {"rows": {"record": 1, "result": 2}})
    assert MedicalRecord.objects.get(pk=file.lab.pk).status == "current"


def test_second_time_does_nothing_and_the_file_can_be_brought_in_again(file):
    made = bring(RESULTS, file)
    undo(import_id=made.import_id, by=file.dr)

    again = undo(import_id=made.import_id, by=OPERATIONS)

    assert (again.before, again.rows) == (True, {})
    assert AuditEntry.objects.filter(action="UNDO_IMPORT").count() == 1
    assert bring(RESULTS, file).added == {"record": 1, "result": 2}


def test_what_somebody_added_to_stays_and_is_named(file):
    made = bring(RESULTS, file)
    record = MedicalRecord.objects.get(imported=made.import_id)
    writing.addend(record_id=record.pk, text="Checked again.", by=file.dr)

    with pytest.raises(AddedTo) as refusal:
        undo(import_id=made.import_id, by=file.dr)

    assert refusal.value.extra == {"rows": [{"kind": "MedicalRecord", "id": str(record.pk)}]}
    assert not Observation.objects.filter(imported=made.import_id, status="entered_in_error").exists()


def test_problem_that_was_resolved_since_stays(file):
    made = bring(PROBLEMS, file)
    problem = Condition.objects.get(imported=made.import_id)
    summary.resolve_problem(problem_id=problem.pk, by=file.dr)

    with pytest.raises(AddedTo):
        undo(import_id=made.import_id, by=file.dr)


def test_row_marked_by_hand_stays_marked_and_hinders_nothing(file):
    made = bring(PROBLEMS, file)
    problem = Condition.objects.get(imported=made.import_id)
    summary.take_back(model=Condition, row_id=problem.pk, by=file.dr)

    assert undo(import_id=made.import_id, by=file.dr).rows == {}


def test_only_who_brought_it_in_or_the_operator_takes_it_back(file):
    made = bring(RESULTS, file)

    for actor in (file.other_doctor(), file.nurse(), file.me, file.staff_actor(file.staff("admin"))):
        with pytest.raises(NotFound):
            undo(import_id=made.import_id, by=actor)
    assert undo(import_id=made.import_id, by=OPERATIONS).rows == {"record": 1, "result": 2}
