"""The file of a patient on the pages of doctors and nurses, and that nobody else reads a clinical word on any."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from appointments.tests.page_client import text_of
from patients.models import CareRelationship, Consent
from records import summary
from records.tests.room import GLUCOSE, Room
from vitas import testing
from vitas.accounts.models import Role, User
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
SECRET = "Xanthoma of the secret kind"


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def doctor(room: Room) -> Any:
    return testing.browser(room.doctor_user)


def of(actor: Any) -> Any:
    return testing.browser(User.objects.get(pk=actor.user_id))


def address(name: str, room: Room, patient: Any = None) -> str:
    return reverse(name, args=[(patient or room.ana).pk])


def filled(room: Room) -> Any:
    """A file with something of everything; the record with results."""
    room.prescribe()
    summary.note_allergy(patient_id=room.ana.pk, display="Pollen", by=room.dr)
    summary.note_allergy(
        patient_id=room.ana.pk, display="Penicillin", reaction="Swelling", criticality="high", by=room.dr
    )
    summary.note_problem(patient_id=room.ana.pk, display="Asthma", by=room.dr)
    return room.write(title=SECRET, description=SECRET, observations=[GLUCOSE])


def entries(room: Room, actor: Any) -> list[str]:
    found = AuditEntry.objects.filter(user_id=actor.user_id, category="health_data", action__startswith="READ")
    return list(found.order_by("id").values_list("action", flat=True))


# Reading


def test_patients_page_shows_the_glance_the_records_and_the_results(room: Room, doctor: Any) -> None:
    filled(room)

    words = text_of(doctor.get(address("doctor-patient", room)))

    assert words.index("Penicillin") < words.index("Pollen") < words.index("Asthma") < words.index(SECRET)
    for said in ("dangerous", "Swelling", "Amoxicillin 500 mg", "Glucose", "Write a record"):
        assert said in words


def test_file_shows_the_same_timeline_and_says_what_the_patient_has_not_opened(room: Room, doctor: Any) -> None:
    filled(room)

    words = text_of(doctor.get(address("patient-file", room)))

    assert SECRET in words
    assert words.count("Not opened by the patient yet") == 2


def test_reading_by_a_doctor_opens_nothing_for_the_patient(room: Room, doctor: Any) -> None:
    record = filled(room)

    doctor.get(reverse("patient-record", args=[record.pk]))

    assert "Not opened by the patient yet" in text_of(doctor.get(address("patient-file", room)))


def test_every_page_of_a_file_is_noted_once(room: Room, doctor: Any) -> None:
    record = filled(room)
    observation = record.observations.get()

    for page in (
        address("patient-file", room),
        reverse("patient-record", args=[record.pk]),
        address("patient-results", room),
        reverse("patient-result", args=[observation.pk]),
        address("patient-allergies", room),
    ):
        doctor.get(page)

    assert entries(room, room.dr) == [
        "READ_MEDICAL_RECORDS",
        "READ_MEDICAL_RECORD",
        "READ_OBSERVATIONS",
        "READ_OBSERVATIONS",
        "READ_SUMMARY",
    ]


def test_visits_page_shows_the_glance_beside_it(room: Room, doctor: Any) -> None:
    filled(room)
    visit = room.visit_now(room.ana)

    alone = text_of(doctor.get(reverse("doctor-visit", args=[visit.pk])))
    of_day = text_of(doctor.get(f"/doctor?visit={visit.pk}"))

    for words in (alone, of_day):
        assert "Penicillin" in words
        assert "Write a record" in words


def test_visit_of_a_patient_not_in_care_shows_no_glance(room: Room, doctor: Any) -> None:
    filled(room)
    visit = room.visit_now(room.ana)
    CareRelationship.objects.filter(patient=room.ana).update(ended_at=datetime.now(UTC))

    words = text_of(doctor.get(reverse("doctor-visit", args=[visit.pk])))

    assert "Penicillin" not in words
    assert "Allergies" not in words


def test_doctor_who_does_not_care_is_told_and_offered_the_emergency(room: Room) -> None:
    record = filled(room)
    other = of(room.other_doctor())

    closed = other.get(address("patient-file", room))

    assert closed.status_code == 403
    assert "You do not care for this patient" in text_of(closed)
    assert reverse("break-glass", args=[room.ana.pk]) in closed.content.decode()
    assert SECRET not in closed.content.decode()
    for page in (
        reverse("patient-record", args=[record.pk]),
        address("patient-results", room),
        address("patient-allergies", room),
        address("new-record", room),
    ):
        assert other.get(page).status_code == 404


def test_doctor_who_broke_the_glass_reads_and_is_reminded(room: Room) -> None:
    filled(room)
    actor = room.other_doctor()
    room.break_glass(actor, room.ana)

    words = text_of(of(actor).get(address("patient-file", room)))

    assert SECRET in words
    assert "Emergency access" in words


def test_doctor_of_another_organization_reads_what_the_patient_shares(room: Room) -> None:
    record = filled(room)
    away = Room()
    CareRelationship.objects.create(
        organization=away.organization, doctor=away.doctor, patient=room.ana, because="appointment"
    )
    theirs = testing.browser(away.doctor_user)
    before = theirs.get(address("patient-file", room))
    Consent.objects.create(
        patient=room.ana,
        organization=room.organization,
        kind="sharing",
        recipient=away.organization,
        version="1",
        language="en",
        text="…",
        given_by=room.me.user_id,
    )

    shared = theirs.get(reverse("patient-record", args=[record.pk]))

    assert SECRET not in before.content.decode()
    assert SECRET in shared.content.decode()
    assert "it is only shared with you" in text_of(shared)
    assert "Add to this record" not in text_of(shared)


# A nurse


def test_nurse_finds_the_patients_of_her_day_and_their_files(room: Room) -> None:
    filled(room)
    nurse = of(room.nurse())
    room.visit_now(room.ana)

    people = text_of(nurse.get(reverse("doctor-patients")))
    words = text_of(nurse.get(address("patient-file", room)))
    page = text_of(nurse.get(address("doctor-patient", room)))

    assert room.ana.full_name in people
    assert room.bruno.full_name not in people
    assert SECRET in words
    assert "Penicillin" in page
    assert "Payments" not in page


def test_nurse_reads_nobody_of_another_day(room: Room) -> None:
    filled(room)
    nurse = of(room.nurse())
    visit = room.visit_now(room.ana)
    visit.starts_at, visit.ends_at = visit.starts_at - timedelta(days=3), visit.ends_at - timedelta(days=3)
    visit.save()

    answer = nurse.get(address("patient-file", room))

    assert answer.status_code == 403
    assert SECRET not in answer.content.decode()


def test_nurse_writes_what_she_may(room: Room) -> None:
    nurse = of(room.nurse())
    room.visit_now(room.ana)

    form = nurse.get(f"{address('new-record', room)}?type=prescription")
    answer = nurse.post(
        f"{address('new-record', room)}?type=visit_note",
        {"title": "Blood pressure", "date": str(TODAY), "description": "120/80", **no_rows()},
    )

    assert "Prescription" not in text_of(form)
    assert answer.status_code == 302
    assert "120/80" in text_of(nurse.get(answer.headers["Location"]))


def no_rows() -> dict[str, str]:
    return {"rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0"}


# Nobody else


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.ADMIN, "operator"])
def test_desk_administrator_and_operator_read_no_clinical_word(room: Room, role: str) -> None:
    record = filled(room)
    visit = room.visit_now(room.ana)
    user = testing.make_user(is_operator=True) if role == "operator" else room.staff(role)
    browser = testing.browser(user)
    pages = [
        address("patient-file", room),
        address("patient-results", room),
        address("patient-allergies", room),
        address("new-record", room),
        address("doctor-patient", room),
        reverse("patient-record", args=[record.pk]),
        reverse("patient-result", args=[record.observations.get().pk]),
        reverse("record", args=[record.pk]),
        reverse("record-files", args=[record.pk]),
        reverse("doctor-visit", args=[visit.pk]),
        "/records",
        "/records/results",
        "/notifications",
        "/admin/",
        f"/admin/patients/patient/{room.ana.pk}/change/",
        f"/admin/appointments/appointment/{visit.pk}/change/",
    ]

    said = b"".join(browser.get(page, follow=True).content for page in pages)

    for word in (SECRET, "Glucose", "Penicillin", "Asthma", "Amoxicillin"):
        assert word.encode() not in said


def test_desk_cannot_write(room: Room) -> None:
    record = filled(room)
    browser = testing.browser(room.staff(Role.RECEPTIONIST))

    answers = [
        browser.post(reverse(name, args=[record.pk]), {"addendum-text": "x", "error-reason": "x"})
        for name in ("add-to-record", "mark-record", "attach-file")
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert record.addenda.count() == 0
    record.refresh_from_db()
    assert record.status == "current"


# Writing: without scripts


def result_rows(*rows: dict[str, str], total: int | None = None) -> dict[str, str]:
    found = {"rows-TOTAL_FORMS": str(total or len(rows)), "rows-INITIAL_FORMS": "0"}
    return found | {f"rows-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}


def test_doctor_writes_a_lab_result_and_its_empty_rows_are_left_out(room: Room, doctor: Any) -> None:
    given = {"title": "Blood work", "date": str(TODAY), "description": "Fasting", "key": ""}
    rows = result_rows(
        {"display": "Glucose", "value": "104", "unit": "mg/dL", "low": "70", "high": "99"},
        {},
        {"display": "HbA1c", "value": "5,4", "unit": "%", "low": "4", "high": "5,6"},
    )

    answer = doctor.post(f"{address('new-record', room)}?type=lab_result", given | rows)

    record = room.ana.pk and room.doctor.medical_records.get()
    found = [(row.words["value"], row.words["interpretation"]) for row in record.observations.order_by("id")]
    assert answer.headers["Location"] == reverse("patient-record", args=[record.pk])
    assert found == [("104", "H"), ("5.4", "N")]


def test_second_click_writes_nothing_more(room: Room, doctor: Any) -> None:
    body = doctor.get(f"{address('new-record', room)}?type=visit_note").content.decode()
    key = body.partition('name="key" value="')[2].partition('"')[0]
    given = {"title": "Note", "date": str(TODAY), "description": "", "key": key} | no_rows()

    answers = [doctor.post(f"{address('new-record', room)}?type=visit_note", given) for _time in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert room.doctor.medical_records.count() == 1


def test_more_rows_come_without_losing_what_was_typed(room: Room, doctor: Any) -> None:
    given = {"title": "Half done", "date": "", "description": "Typed", "more": "yes"}

    answer = doctor.post(
        f"{address('new-record', room)}?type=lab_result", given | result_rows({"display": "Glucose"}, total=3)
    )

    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="rows-7-value"' in body
    assert 'name="rows-8-value"' not in body
    for typed in ("Half done", "Typed", "Glucose"):
        assert typed in body
    assert "field-error" not in body


def test_what_is_wrong_is_said_beside_its_field_and_the_input_is_kept(room: Room, doctor: Any) -> None:
    given = {"title": "Blood work", "date": str(TODAY + timedelta(days=5)), "description": "Kept"}
    rows = result_rows(
        {}, {"display": "Glucose", "value": ""}, {"display": "HbA1c", "value": "5", "low": "9", "high": "4"}
    )

    answer = doctor.post(f"{address('new-record', room)}?type=lab_result", given | rows)

    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Kept" in body
    for field in ("id_date", "id_rows-1-value", "id_rows-2-low"):
        assert f'id="{field}_error"' in body
        assert f'href="#{field}"' in body
    assert room.doctor.medical_records.count() == 0


def test_doctor_prescribes(room: Room, doctor: Any) -> None:
    given = {"title": "Prescription", "date": str(TODAY), "description": ""}
    row = {"display": "Amoxicillin", "dose": "500 mg", "route": "oral", "frequency": "8 h", "duration": "7 days"}

    lacking = doctor.post(f"{address('new-record', room)}?type=prescription", given | result_rows(row | {"dose": ""}))
    answer = doctor.post(f"{address('new-record', room)}?type=prescription", given | result_rows(row))

    assert 'id="id_rows-0-dose_error"' in lacking.content.decode()
    words = text_of(doctor.get(answer.headers["Location"]))
    assert "Amoxicillin 500 mg 8 h oral 7 days" in words
    assert "Check code:" in words


def test_record_of_a_visit_hangs_on_it(room: Room, doctor: Any) -> None:
    visit = room.visit_now(room.ana)
    body = doctor.get(f"{address('new-record', room)}?type=visit_note&visit={visit.pk}").content.decode()
    given = {"title": "Note", "date": str(TODAY), "description": "", "visit": str(visit.pk)} | no_rows()

    doctor.post(f"{address('new-record', room)}?type=visit_note", given)

    assert f'value="{visit.pk}"' in body
    assert room.doctor.medical_records.get().appointment_id == visit.pk


def test_addendum_and_mistake_are_written_by_forms(room: Room, doctor: Any) -> None:
    record = room.write()
    page = reverse("patient-record", args=[record.pk])

    empty = doctor.post(reverse("add-to-record", args=[record.pk]), {"addendum-text": " "})
    doctor.post(reverse("add-to-record", args=[record.pk]), {"addendum-text": "And more."})
    added = text_of(doctor.get(page))
    doctor.post(reverse("mark-record", args=[record.pk]), {"error-reason": "Wrong patient"})
    marked = text_of(doctor.get(page))

    assert empty.status_code == 422
    assert 'id="id_addendum-text_error"' in empty.content.decode()
    assert "And more." in added
    assert "Wrong patient" in marked
    assert "Add to this record" not in marked


def test_nobody_writes_in_the_file_of_a_stranger(room: Room) -> None:
    record = room.write()
    other = of(room.other_doctor())

    answers = [
        other.post(reverse("add-to-record", args=[record.pk]), {"addendum-text": "x"}),
        other.post(reverse("mark-record", args=[record.pk]), {"error-reason": "x"}),
        other.post(reverse("attach-file", args=[record.pk]), {"file": io.BytesIO(b"%PDF-1.4")}),
        other.post(f"{address('new-record', room)}?type=visit_note", {"title": "x", "date": str(TODAY)} | no_rows()),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]


# Allergies, problems, medicines


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("allergies", {"display": "Latex", "reaction": "Rash", "criticality": "high", "note": ""}),
        ("problems", {"display": "Migraine", "code": "G43.9", "onset_on": "2020-01-05", "note": ""}),
        ("medicines", {"display": "Ibuprofen 400 mg", "dose": "", "frequency": "when it hurts", "starts_on": ""}),
    ],
)
def test_something_is_written_down_ended_and_taken_back(room: Room, doctor: Any, kind: str, given: Any) -> None:
    page = address(f"patient-{kind}", room)

    empty = doctor.post(page, given | {"display": ""})
    doctor.post(page, given)
    doctor.post(page, given | {"display": "Another one", "code": ""})
    rows = {row.words["display"]: row for row in getattr(summary, f"{kind}_of")(room.ana.pk, room.dr)}
    for name, act in ((given["display"], "end"), ("Another one", "take_back")):
        doctor.post(reverse(f"change-{kind}", args=[room.ana.pk, rows[name].pk]), {act: "yes"})
    words = text_of(doctor.get(page))

    assert empty.status_code == 422
    assert given["display"] in words.partition("Over")[2]
    assert "Another one" not in words


def test_what_was_ended_before_is_said_and_nothing_changes(room: Room, doctor: Any) -> None:
    row = summary.note_allergy(patient_id=room.ana.pk, display="Latex", by=room.dr)
    change = reverse("change-allergies", args=[room.ana.pk, row.pk])

    doctor.post(change, {"end": "yes"})
    again = doctor.post(change, {"end": "yes"}, follow=True)

    assert "has ended already" in again.content.decode()


def test_writing_is_in_the_audit_trail_without_its_words(room: Room, doctor: Any) -> None:
    doctor.post(
        f"{address('new-record', room)}?type=visit_note",
        {"title": SECRET, "date": str(TODAY), "description": SECRET} | no_rows(),
    )

    [entry] = AuditEntry.objects.filter(action="CREATE_MEDICAL_RECORD")

    assert entry.patient_id == room.ana.pk
    assert SECRET not in str(entry.details)
