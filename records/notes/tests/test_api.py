"""The addresses of notes and diagnoses, each called as the row-level security sees it: by who is signed in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from records.notes.models import Note
from records.notes.tests.clinic import Consultation, texts
from vitas import testing
from vitas.accounts.models import Session, User
from vitas.audit.models import AuditEntry
from vitas.common.ids import new_id
from vitas.testing import ApiClient

pytestmark = pytest.mark.django_db

PLAIN = {
    "subjective": [{"text": "Headache for three days.", "evidence": ["s1"]}, {"text": "No fever.", "evidence": ["s2"]}],
    "plan": [{"text": "Rest.", "evidence": ["s4"]}],
}


@pytest.fixture
def visit() -> Consultation:
    return Consultation()


@pytest.fixture
def doctor(visit) -> ApiClient:
    return ApiClient(visit.doctor_user)


@pytest.fixture
def patient(visit) -> ApiClient:
    return ApiClient(testing.user_of(visit.ana))


def get(client, path, status=200):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json() if status < 500 and answer.content else None


def send(client, method, path, body, status=200):
    answer = client.send(method, f"/api/v1/{path}", body)
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_consultation_is_the_visit_with_nothing_until_there_is_a_draft(visit, doctor):
    found = get(doctor, f"get-consultation-details?appointmentId={visit.visit.pk}")

    assert found["id"] == str(visit.visit.pk)
    assert found["patientName"] == visit.ana.full_name
    assert (found["soapReport"], found["icdDiagnoses"], found["noteId"]) == (None, [], None)


def test_consultation_has_the_draft_in_four_strings_and_the_diagnoses_bare(visit, doctor):
    note = visit.draft(PLAIN)
    first, second = visit.suggest("G44.2", "I10")
    send(doctor, "PATCH", f"diagnoses/{second.pk}", {"state": "rejected"})

    found = get(doctor, f"get-consultation-details?appointmentId={visit.visit.pk}")

    assert found["soapReport"] == {
        "subjective": "Headache for three days. No fever.",
        "objective": "",
        "assessment": "",
        "plan": "Rest.",
    }
    assert found["icdDiagnoses"] == [
        {
            "id": str(first.pk),
            "code": "G44.2",
            "description": "Tension-type headache",
            "system": "http://hl7.org/fhir/sid/icd-10",
            "table": "icd-10-test",
            "suspected": False,
            "state": "suggested",
            "score": pytest.approx(0.9),
        }
    ]
    assert (found["noteId"], found["noteState"]) == (str(note.pk), "draft")
    actions = set(AuditEntry.objects.filter(user_id=visit.dr.user_id).values_list("action", flat=True))
    assert actions == {"REJECT_DIAGNOSIS", "READ_APPOINTMENT", "READ_NOTE", "READ_DIAGNOSES"}


def test_patient_sees_a_note_and_its_diagnoses_once_it_is_signed(visit, doctor, patient):
    note = visit.draft(PLAIN)
    first, _second = visit.suggest("G44.2", "I10")
    address = f"get-consultation-details?appointmentId={visit.visit.pk}"
    send(doctor, "PATCH", f"diagnoses/{first.pk}", {"state": "accepted"})

    before = get(patient, address)
    get(patient, f"notes/{note.pk}", 404)
    send(doctor, "POST", f"notes/{note.pk}/sign", {"version": 1})
    after = get(patient, address)

    assert (before["soapReport"], before["icdDiagnoses"]) == (None, [])
    assert after["soapReport"]["plan"] == "Rest."
    assert [found["code"] for found in after["icdDiagnoses"]] == ["G44.2"]
    assert [found["state"] for found in get(patient, f"diagnoses?appointmentId={visit.visit.pk}")["data"]] == [
        "accepted"
    ]
    shown = get(patient, f"notes/{note.pk}")
    assert shown["diagnoses"][0]["code"] == "G44.2"
    assert {"survived", "hindrances", "recordings"}.isdisjoint(shown)
    get(patient, f"notes/{note.pk}/versions", 403)


def test_visit_that_is_not_ones_own_is_not_found(visit):
    visit.draft(PLAIN)
    strangers = [
        testing.user_of(visit.bruno),
        testing.make_doctor(visit.organization).membership.user,
        Consultation().doctor_user,
    ]

    for user in strangers:
        get(ApiClient(user), f"get-consultation-details?appointmentId={visit.visit.pk}", 404)
        get(ApiClient(user), f"notes?appointmentId={visit.visit.pk}", 404)
        get(ApiClient(user), f"diagnoses?appointmentId={visit.visit.pk}", 404)
    get(ApiClient(visit.staff("receptionist")), f"get-consultation-details?appointmentId={visit.visit.pk}", 403)
    get(ApiClient(visit.doctor_user), f"get-consultation-details?appointmentId={new_id()}", 404)
    get(ApiClient(visit.doctor_user), "get-consultation-details", 400)


def test_nurse_reads_a_draft_of_today_and_writes_nothing(visit):
    note = visit.draft(PLAIN)
    nurse = ApiClient(visit.staff("nurse"))

    (found,) = get(nurse, f"notes?appointmentId={visit.visit.pk}")["data"]
    send(nurse, "PATCH", f"notes/{note.pk}", {"version": 1, "sections": []}, 403)
    send(nurse, "POST", f"notes/{note.pk}/sign", {"version": 1}, 403)

    assert (found["state"], found["maySign"]) == ("draft", False)
    assert len(get(nurse, f"notes/{note.pk}/versions")["data"]) == 1


def test_note_is_begun_saved_and_read(visit, doctor):
    made = send(doctor, "POST", "notes", {"appointmentId": str(visit.visit.pk)})
    sent = {"version": 1, "sections": [{"key": "plan", "sentences": [{"key": "n1", "text": "Rest."}]}]}

    saved = send(doctor, "PATCH", f"notes/{made['id']}", sent)
    again = get(doctor, f"notes/{made['id']}")

    (sentence,) = again["sections"]["plan"]
    assert (saved["version"], saved["merged"], saved["conflicts"]) == (2, False, [])
    assert saved["ids"] == [{"key": "n1", "id": sentence["id"]}]
    assert (sentence["text"], sentence["by"], sentence["section"]) == ("Rest.", "person", "plan")
    assert [section["key"] for section in again["layout"]] == ["subjective", "objective", "assessment", "plan"]
    assert again["drafter"] is None


def test_two_who_save_at_once_both_find_their_words(visit, doctor):
    note = visit.draft(PLAIN)
    key = get(doctor, f"notes/{note.pk}")["sections"]["plan"][0]["id"]
    colleague = visit.colleague()
    other = ApiClient(User.objects.get(pk=colleague.user_id))

    def save(client, text):
        sections = [{"key": "plan", "sentences": [{"id": key, "text": text}]}]
        return send(client, "PATCH", f"notes/{note.pk}", {"version": 1, "sections": sections})

    save(doctor, "Rest a day.")
    second = save(other, "Rest a week.")

    assert [found["text"] for found in second["sections"]["plan"]] == ["Rest a day.", "Rest a week."]
    (pair,) = second["conflicts"]
    assert second["merged"] is True
    assert second["hindrances"] != []
    kept = send(other, "PATCH", f"notes/{note.pk}/sentences/{pair['variant']}", {"kept": True})
    assert [found["text"] for found in kept["sections"]["plan"]] == ["Rest a week."]


def test_signature_asks_who_it_is_after_ten_minutes(visit, doctor):
    visit.doctor_user.set_password("right")
    visit.doctor_user.save()
    note = visit.draft(PLAIN)
    Session.objects.filter(pk=doctor.session_row.pk).update(created_at=timezone.now() - timedelta(minutes=11))

    refused = send(doctor, "POST", f"notes/{note.pk}/sign", {"version": 1}, 403)
    wrong = send(doctor, "POST", f"notes/{note.pk}/sign", {"version": 1, "password": "wrong"}, 400)
    signed = send(doctor, "POST", f"notes/{note.pk}/sign", {"version": 1, "password": "right"})

    assert refused["confirmationRequired"] is True
    assert wrong["error"]["details"][0]["field"] == "password"
    assert (signed["state"], signed["version"], signed["survived"]) == ("signed", 2, 1.0)


def test_signature_of_another_version_is_a_conflict_and_an_empty_note_not_signed(visit, doctor):
    note = send(doctor, "POST", "notes", {"appointmentId": str(visit.visit.pk)})

    send(doctor, "POST", f"notes/{note['id']}/sign", {"version": 2}, 409)
    refused = send(doctor, "POST", f"notes/{note['id']}/sign", {"version": 1}, 422)

    assert refused["message"] == "The note is empty."


def test_versions_tell_word_by_word_what_changed(visit, doctor):
    note = visit.draft({"plan": [{"text": "Rest for two days."}]})
    key = get(doctor, f"notes/{note.pk}")["sections"]["plan"][0]["id"]
    sections = [{"key": "plan", "sentences": [{"id": key, "text": "Rest for five days."}]}]
    send(doctor, "PATCH", f"notes/{note.pk}", {"version": 1, "sections": sections})
    send(doctor, "POST", f"notes/{note.pk}/sign", {"version": 2})

    drafted, signed = get(doctor, f"notes/{note.pk}/versions")["data"]

    assert (drafted["kind"], signed["kind"]) == ("drafted", "signed")
    assert signed["madeBy"] == str(visit.dr.user_id)
    assert signed["changes"][3]["lines"] == [
        [
            {"kind": "same", "text": "Rest for"},
            {"kind": "removed", "text": " two"},
            {"kind": "added", "text": " five"},
            {"kind": "same", "text": " days."},
        ]
    ]


def test_diagnosis_is_added_by_its_code_and_decided(visit, doctor):
    table = visit.table().key
    asked = {"appointmentId": str(visit.visit.pk), "table": table}

    added = send(doctor, "POST", "diagnoses", {**asked, "code": "i10"})
    again = send(doctor, "POST", "diagnoses", {**asked, "code": "I10"})
    general = send(doctor, "POST", "diagnoses", {**asked, "code": "G44"}, 400)
    send(doctor, "POST", "diagnoses", {**asked, "code": "Z99"}, 400)
    rejected = send(doctor, "PATCH", f"diagnoses/{added['id']}", {"state": "rejected"})

    assert (added["code"], added["state"], added["coder"]) == ("I10", "accepted", None)
    assert again["id"] == added["id"]
    assert general["error"]["details"][0]["message"] == "This code is too general."
    assert rejected["state"] == "rejected"
    send(doctor, "PATCH", f"diagnoses/{new_id()}", {"state": "rejected"}, 404)
    send(ApiClient(Consultation().doctor_user), "PATCH", f"diagnoses/{added['id']}", {"state": "rejected"}, 404)


def test_draft_is_discarded_and_a_signed_note_is_not(visit, doctor):
    first = visit.draft(PLAIN)
    discarded = send(doctor, "DELETE", f"notes/{first.pk}", None)
    second = visit.draft(PLAIN)
    send(doctor, "POST", f"notes/{second.pk}/sign", {"version": 1})

    send(doctor, "DELETE", f"notes/{second.pk}", None, 422)

    assert discarded["status"] == "entered_in_error"
    assert list(Note.objects.standing().values_list("pk", flat=True)) == [second.pk]
    assert texts(second, "plan") == ["Rest."]


def test_lock_on_a_draft_is_given_to_who_may_write_in_it(visit, doctor):
    note = visit.draft(PLAIN)
    name = {"lock_name": f"note:{note.pk}", "timeout": 10}

    mine = doctor.send("POST", "/api/v1/distributed-locks/acquire", name)
    nurse = ApiClient(visit.staff("nurse")).send("POST", "/api/v1/distributed-locks/acquire", name)

    assert (mine.status_code, nurse.status_code) == (200, 404)
