"""Reading: whose records are listed, filters, what is new, and that every reading is noted."""

from datetime import date

import pytest

from records import reading, writing
from records.models import MedicalRecord
from records.tests.room import AMOXICILLIN, GLUCOSE, Room
from vitas.audit.models import AuditEntry
from vitas.common.errors import NotAllowed, NotFound
from vitas.live.models import LiveEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def ids(rows) -> list[object]:
    return [row.pk for row in rows]


def test_patient_reads_their_own_newest_first(room):
    old, new = room.write(date=date(2025, 1, 10)), room.write(date=date(2026, 1, 10))
    Room().write()

    assert ids(reading.records_of(room.me)) == [new.pk, old.pk]


def test_filters_of_type_and_dates(room):
    room.write(date=date(2025, 1, 10), type="imaging", title="X-ray")
    wanted = room.write(date=date(2025, 2, 10))
    room.write(date=date(2025, 3, 10))

    found = reading.records_of(room.me, type="lab_result", first=date(2025, 1, 1), last=date(2025, 2, 10))

    assert ids(found) == [wanted.pk]


def test_errors_are_left_out_unless_asked_for(room):
    wrong = room.write()
    writing.mark_error(record_id=wrong.pk, reason="Another's", by=room.dr)

    assert ids(reading.records_of(room.me)) == []
    assert ids(reading.records_of(room.me, with_errors=True)) == [wrong.pk]


def test_profile_one_may_not_act_for_is_refused(room):
    with pytest.raises(NotAllowed):
        reading.records_of(room.me, patient_id=room.bruno.pk)


def test_doctor_asks_for_a_patient_in_care_and_for_no_other(room):
    record = room.write()

    assert ids(reading.records_of(room.dr, patient_id=room.ana.pk)) == [record.pk]
    with pytest.raises(NotAllowed):
        reading.records_of(room.dr, patient_id=room.bruno.pk)
    with pytest.raises(NotFound):
        reading.records_of(room.dr, patient_id=Room().ana.pk)


def test_record_is_new_until_the_patients_side_opens_it(room):
    record = room.write()

    reading.opened(reading.detail(record.pk, room.dr), room.dr)
    assert reading.is_new(MedicalRecord.objects.get(pk=record.pk))
    assert reading.new_count(room.me) == 1
    for _time in range(2):
        reading.opened(reading.detail(record.pk, room.me), room.me)

    assert not reading.is_new(MedicalRecord.objects.get(pk=record.pk))
    assert reading.new_count(room.me) == 0
    assert record.opened.user_id == room.me.user_id


def test_detail_holds_all_that_hangs_on_a_record_and_is_noted(room):
    record = room.write(observations=[GLUCOSE])
    writing.addend(record_id=record.pk, text="Late.", by=room.dr)

    found = reading.detail(record.pk, room.me)

    assert [row.words["display"] for row in found.observations.all()] == ["Glucose"]
    assert [row.text for row in found.addenda.all()] == ["Late."]
    entry = AuditEntry.objects.get(action="READ_MEDICAL_RECORD")
    assert (entry.resource_id, entry.patient_id, entry.user_id) == (record.pk, room.ana.pk, room.me.user_id)


@pytest.mark.parametrize("who", ["other_doctor", "nurse"])
def test_record_of_no_patient_in_care_is_not_there(room, who):
    record = room.write()

    with pytest.raises(NotFound):
        reading.detail(record.pk, getattr(room, who)())


def test_list_of_staff_is_noted_for_each_patient(room):
    room.write()

    rows = list(reading.for_list(reading.records_of(room.dr)))
    reading.listed(rows, by=room.dr)

    assert [entry.patient_id for entry in AuditEntry.objects.filter(action="READ_MEDICAL_RECORDS")] == [room.ana.pk]


def test_statements_do_not_grow_with_the_list(room, django_assert_num_queries):
    room.write()
    with django_assert_num_queries(3):  # records, files, the audit entry; keys are remembered
        [row.title for row in reading.listed(list(reading.for_list(reading.records_of(room.me))), by=room.me)]
    for _row in range(5):
        room.write()
    with django_assert_num_queries(3):
        [row.title for row in reading.listed(list(reading.for_list(reading.records_of(room.me))), by=room.me)]


def test_series_of_a_result_are_in_the_order_of_time(room):
    room.write(date=date(2026, 2, 1), observations=[{**GLUCOSE, "value": "90"}])
    room.write(date=date(2026, 1, 1), observations=[GLUCOSE, {"display": "Note", "value": "clear"}])

    found = reading.series(room.ana.pk, room.me, codes=[("http://loinc.org", "2345-7")])

    assert [row.words["value"] for row in found] == ["104", "90"]


def test_patient_hears_of_a_record_and_not_what_it_says(room):
    from records import news
    from vitas.common import events

    record = room.prescribe(medications=[AMOXICILLIN])
    for _twice in range(2):
        news.on_written(events.RecordWritten(record.pk))

    (event,) = LiveEvent.objects.filter(event="record:new")
    (said,) = news.of_record(room.me, [event.ids])
    assert event.topic == f"patient:{room.ana.pk}"
    assert said.sentence == "A new prescription is there."
    assert news.of_record(Room().me, [event.ids]) == [None]
    assert news.record_new(room.me, [event.ids]) == [
        {"recordId": str(record.pk), "patientId": str(room.ana.pk), "type": "prescription"}
    ]
