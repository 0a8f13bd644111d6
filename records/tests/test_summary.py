"""Problems, allergies and medicines at a glance: noted once, ended, taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from records import summary
from records.models import AllergyIntolerance, Condition, MedicationRequest
from records.summary import summary_of
from records.tests.room import AMOXICILLIN, Room
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def test_all_three_are_shown_the_dangerous_allergy_first(room):
    summary.note_problem(patient_id=room.ana.pk, display="Hypertension", code="I10", by=room.dr)
    summary.note_allergy(patient_id=room.ana.pk, display="Penicillin", criticality="high", by=room.dr)
    summary.note_allergy(patient_id=room.ana.pk, display="Pollen", by=room.dr)
    summary.note_medicine(patient_id=room.ana.pk, display="Ibuprofen", by=room.dr)
    room.prescribe()

    found = summary_of(room.ana.pk, room.me)

    assert [row.words["display"] for row in found.problems] == ["Hypertension"]
    assert [row.words["display"] for row in found.allergies] == ["Penicillin", "Pollen"]
    assert {row.words["display"] for row in found.medicines} == {"Ibuprofen", "Amoxicillin 500 mg"}
    entry = AuditEntry.objects.get(action="READ_SUMMARY")
    assert entry.details == {"problems": 1, "allergies": 2, "medicines": 2}


def test_same_problem_twice_stands_once_by_code_or_name(room):
    for name, code in (("Hypertension", "I10"), ("Essential hypertension", "I10"), ("hypertension", "")):
        summary.note_problem(patient_id=room.ana.pk, display=name, code=code, by=room.dr)

    assert Condition.objects.count() == 1


def test_resolved_problem_is_over_and_may_come_back(room):
    row = summary.note_problem(patient_id=room.ana.pk, display="Otitis", onset_on=date(2026, 1, 1), by=room.dr)

    summary.resolve_problem(problem_id=row.pk, on=date(2026, 1, 20), by=room.dr)

    assert summary_of(room.ana.pk, room.dr).problems == []
    with pytest.raises(NotPossibleNow):
        summary.resolve_problem(problem_id=row.pk, by=room.dr)
    again = summary.note_problem(patient_id=room.ana.pk, display="Otitis", by=room.dr)
    with pytest.raises(Invalid):
        summary.resolve_problem(problem_id=again.pk, on=date(2999, 1, 1), by=room.dr)
    assert again.pk != row.pk


def test_problem_does_not_end_before_it_begins(room):
    row = summary.note_problem(patient_id=room.ana.pk, display="Otitis", onset_on=date(2026, 1, 10), by=room.dr)

    with pytest.raises(Invalid):
        summary.resolve_problem(problem_id=row.pk, on=date(2026, 1, 9), by=room.dr)


def test_allergy_ends_once(room):
    row = summary.note_allergy(patient_id=room.ana.pk, display="Milk", reaction="Hives", by=room.dr)

    summary.end_allergy(allergy_id=row.pk, by=room.dr)

    assert summary_of(room.ana.pk, room.dr).allergies == []
    with pytest.raises(NotPossibleNow):
        summary.end_allergy(allergy_id=row.pk, by=room.dr)


def test_criticality_is_low_or_high(room):
    with pytest.raises(Invalid):
        summary.note_allergy(patient_id=room.ana.pk, display="Milk", criticality="mid", by=room.dr)


def test_medicine_that_is_over_or_stopped_is_not_taken(room):
    today = datetime.now(UTC).date()
    room.prescribe(date=today - timedelta(days=30))
    told = summary.note_medicine(patient_id=room.ana.pk, display="Ibuprofen", by=room.dr)
    summary.stop_medicine(medicine_id=told.pk, by=room.dr)

    assert summary_of(room.ana.pk, room.dr).medicines == []


def test_nurse_stops_no_prescribed_medicine(room):
    room.visit_now(room.ana)
    line = room.prescribe(medications=[AMOXICILLIN]).medications.get()

    with pytest.raises(NotAllowed):
        summary.stop_medicine(medicine_id=line.pk, by=room.nurse())


def test_allergy_noted_in_error_is_taken_back(room):
    row = summary.note_allergy(patient_id=room.ana.pk, display="Milk", by=room.dr)

    summary.take_back(model=AllergyIntolerance, row_id=row.pk, by=room.dr)

    assert summary_of(room.ana.pk, room.dr).allergies == []
    assert AllergyIntolerance.objects.get(pk=row.pk).words["display"] == "Milk"


def test_line_of_a_prescription_goes_with_it_only(room):
    line = room.prescribe().medications.get()

    with pytest.raises(NotPossibleNow):
        summary.take_back(model=MedicationRequest, row_id=line.pk, by=room.dr)


def test_nobody_else_sees_or_changes_it(room):
    row = summary.note_problem(patient_id=room.ana.pk, display="Hypertension", by=room.dr)
    stranger = room.other_doctor()

    with pytest.raises(NotAllowed):
        summary_of(room.ana.pk, stranger)
    with pytest.raises(NotFound):
        summary.resolve_problem(problem_id=row.pk, by=stranger)
    with pytest.raises(NotAllowed):
        summary.note_problem(patient_id=room.ana.pk, display="Flu", by=room.me)
