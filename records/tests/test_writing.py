"""Writing: who may, what is refused and by which name, and that nothing is written over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from records import writing
from records.models import MedicalRecord, MedicationRequest, Observation
from records.tests.room import AMOXICILLIN, GLUCOSE, Room
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossibleNow
from vitas.common.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def refused(**given) -> dict[str, str]:
    """What a writing is refused for: the fields and the sentences."""
    with pytest.raises(Invalid) as refusal:
        given.pop("room").write(**given)
    return {problem.field: str(problem.message) for problem in refusal.value.problems}


def test_record_is_written_with_its_results_and_told_of(room):
    made = room.write(description="Fasting.", observations=[GLUCOSE])

    record = MedicalRecord.objects.get(pk=made.pk)
    (found,) = record.observations.all()
    assert (record.title, record.description, record.type) == ("Annual Blood Work", "Fasting.", "lab_result")
    assert (record.doctor_id, record.organization_id, record.written_by) == (
        room.doctor.pk,
        room.organization.pk,
        room.dr.user_id,
    )
    assert found.words == {**GLUCOSE, "system": "http://loinc.org", "interpretation": "H", "note": ""}
    assert found.observed_at.date() == record.date
    assert Event.objects.filter(kind="RecordWritten", payload={"record_id": str(record.pk)}).count() == 1
    entry = AuditEntry.objects.get(action="CREATE_MEDICAL_RECORD")
    assert (entry.resource_id, entry.patient_id, entry.details) == (record.pk, room.ana.pk, {"type": "lab_result"})


def test_words_of_a_record_are_sealed_in_the_database(room):
    record = room.write(title="Very private", observations=[GLUCOSE])

    row = MedicalRecord.objects.filter(pk=record.pk).extra(select={"raw": "title"}).values("raw").get()
    words = Observation.objects.filter(record=record).extra(select={"raw": "words"}).values("raw").get()
    assert b"private" not in bytes(row["raw"])
    assert b"Glucose" not in bytes(words["raw"])


def test_prescription_has_a_check_code_its_lines_and_their_last_day(room):
    made = room.prescribe(date=date(2026, 3, 1))

    record = MedicalRecord.objects.get(pk=made.pk)
    line = MedicationRequest.objects.get(record=record)
    assert len(record.check_code) == 12
    assert (line.starts_on, line.ends_on, line.intent) == (date(2026, 3, 1), date(2026, 3, 7), "order")
    assert line.words["display"] == "Amoxicillin 500 mg"


def test_prescription_without_how_it_is_taken_names_each_field(room):
    found = refused(room=room, type="prescription", medications=[{"display": "Amoxicillin"}])

    assert set(found) == {f"medications.0.{name}" for name in ("dose", "route", "frequency", "duration")}


def test_prescription_without_medicines_is_refused(room):
    assert set(refused(room=room, type="prescription")) == {"medications"}


def test_medicines_in_a_note_are_refused(room):
    assert set(refused(room=room, type="visit_note", medications=[AMOXICILLIN])) == {"medications"}


def test_results_in_a_referral_are_refused(room):
    assert set(refused(room=room, type="referral", observations=[GLUCOSE])) == {"observations"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"low": "120"}, "low"),
        ({"low": "seven"}, "low"),
        ({"value": ""}, "value"),
        ({"value": "5,4"}, "value"),
        ({"display": ""}, "display"),
        ({"code": "2345-8"}, "code"),
        ({"code": "x y", "system": "urn:own"}, "code"),
        ({"system": "LOINC"}, "system"),
        ({"interpretation": "X"}, "interpretation"),
        ({"interpretation": "L"}, "interpretation"),
        ({"unit": "m" * 41}, "unit"),
        ({"observed_at": datetime.now(UTC) + timedelta(days=2)}, "observed_at"),
    ],
)
def test_wrong_result_is_refused_by_the_fields_name(room, wrong, field):
    found = refused(room=room, observations=[GLUCOSE, {**GLUCOSE, **wrong}])

    assert set(found) == {f"observations.1.{field}"}


@pytest.mark.parametrize(
    ("value", "interpretation", "kept"),
    [
        ("69.9", "", "L"),
        ("70", "", "N"),
        ("99", "", "N"),
        ("99.01", "", "H"),
        ("400", "HH", "HH"),
        ("-1", "", "L"),
        ("negative", "", ""),
        ("<0.01", "A", "A"),
    ],
)
def test_interpretation_follows_from_value_and_range(room, value, interpretation, kept):
    record = room.write(observations=[{**GLUCOSE, "value": value, "interpretation": interpretation}])

    assert record.observations.get().words["interpretation"] == kept


def test_several_wrong_fields_are_all_named(room):
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)

    found = refused(room=room, title=" ", date=tomorrow, description="x" * 20_001)

    assert set(found) == {"title", "date", "description"}


def test_elements_and_control_characters_are_taken_out(room):
    record = room.write(title="<b>Blood</b>\x07 work", description="BP < 120 & stable<script>x</script>")

    assert (record.title, record.description) == ("Blood work", "BP < 120 & stable")


def test_doctor_writes_for_no_one_whom_they_do_not_care_for(room):
    with pytest.raises(NotAllowed):
        room.write(patient_id=room.bruno.pk)

    assert MedicalRecord.objects.count() == 0


def test_doctor_hears_nothing_of_a_patient_whom_the_organization_does_not_know(room):
    with pytest.raises(NotFound):
        room.write(patient_id=testing.make_patient().pk)


def test_doctor_writes_in_an_emergency_and_not_after_it(room):
    doctor = room.other_doctor()
    glass = room.break_glass(doctor, room.bruno)

    record = room.write(patient_id=room.bruno.pk, by=doctor)
    type(glass).objects.filter(pk=glass.pk).update(ends_at=F("opened_at"))

    assert record.doctor_id == doctor.doctor_id
    with pytest.raises(NotAllowed):
        room.write(patient_id=room.bruno.pk, by=doctor)


def test_nurse_writes_for_patients_of_her_clinics_day_and_prescribes_nothing(room):
    nurse = room.nurse()
    with pytest.raises(NotAllowed):
        room.write(by=nurse)
    visit = room.visit_now(room.ana)

    record = room.write(by=nurse, appointment_id=visit.pk)

    assert (record.doctor_id, record.appointment_id) == (room.doctor.pk, visit.pk)
    with pytest.raises(NotAllowed):
        room.prescribe(by=nurse)


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.ADMIN])
def test_desk_and_administrator_write_nothing(room, role):
    with pytest.raises(NotAllowed):
        room.write(by=room.staff_actor(room.staff(role)))


def test_patient_writes_nothing(room):
    with pytest.raises(NotAllowed):
        room.write(by=room.me)


def test_visit_of_another_patient_is_refused(room):
    assert set(refused(room=room, appointment_id=room.visit_now(room.bruno).pk)) == {"appointment_id"}


def test_same_key_writes_once(room):
    asked = {"patient_id": room.ana.pk, "type": "referral", "date": date(2026, 1, 5), "title": "To cardiology"}

    first = writing.write_once(**asked, by=room.dr, key="k1")
    second = writing.write_once(**asked, by=room.dr, key="k1")

    assert (first.fresh, second.fresh, second.record.pk) == (True, False, first.record.pk)
    with pytest.raises(Conflict):
        writing.write_once(**{**asked, "title": "To another"}, by=room.dr, key="k1")


def test_who_was_merged_is_written_for_as_who_they_are_now(room):
    merged = testing.make_patient(merged_into=room.ana)

    assert room.write(patient_id=merged.pk).patient_id == room.ana.pk


def test_addendum_stands_beside_the_record(room):
    record = room.write()

    made = writing.addend(record_id=record.pk, text="The sample was <i>not</i> fasting.", by=room.dr)

    assert [(row.pk, row.text) for row in record.addenda.all()] == [(made.pk, "The sample was not fasting.")]
    assert MedicalRecord.objects.get(pk=record.pk).title == "Annual Blood Work"
    assert AuditEntry.objects.get(action="CREATE_ADDENDUM").details == {"addendum": str(made.pk)}


def test_same_addendum_twice_stands_once(room):
    record = room.write()

    for _time in range(2):
        writing.addend(record_id=record.pk, text="Late.", by=room.dr, key="form-1")

    assert record.addenda.count() == 1


def test_written_words_cannot_be_changed(room):
    record = room.write()
    record.title = "Another"

    with pytest.raises(IntegrityError), transaction.atomic():
        record.save(update_fields=["title"])

    assert MedicalRecord.objects.get(pk=record.pk).title == "Annual Blood Work"


def test_entered_in_error_takes_the_lines_along_and_happens_once(room):
    record = room.prescribe()

    writing.mark_error(record_id=record.pk, reason="Wrong patient", by=room.dr)

    kept = MedicalRecord.objects.get(pk=record.pk)
    assert (kept.status, kept.error_reason) == ("entered_in_error", "Wrong patient")
    assert [line.status for line in record.medications.all()] == ["entered_in_error"]
    with pytest.raises(NotPossibleNow):
        writing.mark_error(record_id=record.pk, reason="Again", by=room.dr)
    with pytest.raises(NotPossibleNow):
        writing.addend(record_id=record.pk, text="More", by=room.dr)


def test_nurse_takes_back_only_what_she_wrote(room):
    room.visit_now(room.ana)
    nurse = room.nurse()
    doctors, own = room.write(), room.write(by=nurse)

    writing.mark_error(record_id=own.pk, reason="Typed for another", by=nurse)

    with pytest.raises(NotAllowed):
        writing.mark_error(record_id=doctors.pk, reason="Mine now", by=nurse)


def test_record_that_another_organization_shares_is_not_added_to(room):
    elsewhere = Room()
    record = elsewhere.write()
    share(elsewhere, room)

    with pytest.raises(NotAllowed):
        writing.addend(record_id=record.pk, text="More", by=room_doctor_of(room, elsewhere.ana))


def share(keeper: Room, reader: Room) -> None:
    from patients.models import Consent

    Consent.objects.create(
        patient=keeper.ana,
        organization=keeper.organization,
        kind="sharing",
        recipient=reader.organization,
        version="1",
        language="en",
        text="…",
        given_by=keeper.me.user_id,
    )


def room_doctor_of(room: Room, patient) -> Actor:
    from patients.models import CareRelationship

    CareRelationship.objects.create(
        organization=room.organization, doctor=room.doctor, patient=patient, because="appointment"
    )
    return room.dr
