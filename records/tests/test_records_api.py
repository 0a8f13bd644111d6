"""Records over the API: shapes of S3 1.3, files in ranges, and who is told what."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records import attachments, tasks, writing
from records.files import checking
from records.models import Attachment, MedicalRecord
from records.tests import hostile
from records.tests.room import AMOXICILLIN, GLUCOSE, Room
from records.tests.test_attachments import files as files
from vitas.audit.models import AuditEntry
from vitas.testing import ApiClient, user_of

pytestmark = pytest.mark.django_db

API = "/api/v1/medical-records"


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def ana(room) -> ApiClient:
    return ApiClient(user_of(room.ana))


@pytest.fixture
def doctor(room) -> ApiClient:
    return ApiClient(room.doctor_user)


def upload(client: ApiClient, record: MedicalRecord, content: bytes, name: str = "blood-work.pdf"):
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    return client.post(f"{API}/{record.pk}/attachments", {"file": file})


def kept(room: Room, record: MedicalRecord, content: bytes, name: str = "lab.pdf") -> Attachment:
    row = attachments.attach(record_id=record.pk, file_name=name, content=io.BytesIO(content), by=room.dr)
    tasks.check_files()
    row.refresh_from_db()
    return row


def test_list_has_the_documents_shape(room, ana, files):
    record = room.write(date=date(2025, 1, 10), description="Complete metabolic panel")
    row = kept(room, record, hostile.pdf(), "blood-work-2025-01-10.pdf")

    answer = ana.get(API)

    (found,) = answer.json()["data"]
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["pagination"] == {"page": 1, "limit": 20, "total": 1, "totalPages": 1}
    assert found == {
        "id": str(record.pk),
        "patientId": str(room.ana.pk),
        "organizationId": str(room.organization.pk),
        "status": "current",
        "type": "lab_result",
        "title": "Annual Blood Work",
        "date": "2025-01-10",
        "providerId": str(room.doctor.pk),
        "provider": {
            "id": str(room.doctor.pk),
            "firstName": "Ana",
            "lastName": room.doctor.last_name,
            "title": "MD",
            "specialty": "Family Medicine",
        },
        "appointmentId": None,
        "description": "Complete metabolic panel",
        "attachments": [
            {
                "id": str(row.pk),
                "fileName": "blood-work-2025-01-10.pdf",
                "fileType": "application/pdf",
                "fileSize": row.file_size,
                "sha256": row.sha256,
                "state": "clean",
                "refusedBecause": None,
                "url": f"http://localhost:8000{API}/{record.pk}/attachments/{row.pk}/download",
                "createdAt": found["attachments"][0]["createdAt"],
            }
        ],
        "isNew": True,
        "createdAt": found["createdAt"],
        "updatedAt": found["updatedAt"],
    }


def test_filters_narrow_and_wrong_ones_are_named(room, ana):
    wanted = room.write(date=date(2025, 1, 10))
    room.write(date=date(2025, 1, 10), type="imaging")
    room.write(date=date(2025, 3, 10))

    found = ana.get(f"{API}?type=lab_result&startDate=2025-01-01&endDate=2025-02-01T10:00:00Z").json()
    wrong = ana.get(f"{API}?type=gossip&startDate=tomorrow")

    assert [row["id"] for row in found["data"]] == [str(wanted.pk)]
    assert wrong.status_code == 400
    assert {one["field"] for one in wrong.json()["error"]["details"]} == {"type", "startDate"}


def test_patient_of_another_profile_is_403_and_unknown_to_a_doctor_404(room, ana, doctor):
    assert ana.get(f"{API}?patientId={room.bruno.pk}").status_code == 403
    assert doctor.get(f"{API}?patientId={room.bruno.pk}").status_code == 403
    assert doctor.get(f"{API}?patientId={Room().ana.pk}").status_code == 404


def test_record_is_new_until_the_patient_opens_it(room, ana, doctor):
    record = room.write(observations=[GLUCOSE])
    doctor.get(f"{API}/{record.pk}")
    assert ana.get(API).json()["data"][0]["isNew"]

    detail = ana.get(f"{API}/{record.pk}").json()

    assert detail["observations"][0]["interpretation"] == "H"
    assert not detail["isNew"]
    assert not ana.get(API).json()["data"][0]["isNew"]


def test_doctor_writes_and_the_same_key_writes_once(room, doctor):
    body = {
        "patientId": str(room.ana.pk),
        "type": "prescription",
        "date": "2026-01-10",
        "title": "Antibiotic",
        "medications": [AMOXICILLIN],
    }

    first = doctor.send("POST", API, body, idempotency_key="k1")
    second = doctor.send("POST", API, body, idempotency_key="k1")
    other = doctor.send("POST", API, {**body, "title": "Other"}, idempotency_key="k1")

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["medications"][0]["endsOn"] == "2026-01-16"
    assert len(first.json()["checkCode"]) == 14
    assert first.json()["paperUrl"].endswith(f"{API}/{first.json()['id']}/paper")
    assert MedicalRecord.objects.count() == 1


def test_wrong_fields_are_named_as_they_were_sent(room, doctor):
    body = {
        "patientId": str(room.ana.pk),
        "type": "lab_result",
        "date": "2026-01-10",
        "title": "Blood",
        "observations": [GLUCOSE, {**GLUCOSE, "low": "200"}],
    }

    answer = doctor.send("POST", API, body)
    dosed = doctor.send("POST", API, {**body, "type": "prescription", "observations": [], "medications": [{}]})

    assert [one["field"] for one in answer.json()["error"]["details"]] == ["observations.1.low"]
    assert {one["field"] for one in dosed.json()["error"]["details"]} == {
        f"medications.0.{name}" for name in ("display", "dose", "route", "frequency", "duration")
    }


def test_addendum_and_error_over_the_api(room, doctor, ana):
    record = room.write()

    added = doctor.send("POST", f"{API}/{record.pk}/addenda", {"text": "Not fasting."})
    marked = doctor.send("POST", f"{API}/{record.pk}/entered-in-error", {"reason": "Another patient's"})
    again = doctor.send("POST", f"{API}/{record.pk}/entered-in-error", {"reason": "Another patient's"})

    assert (added.status_code, added.json()["text"]) == (201, "Not fasting.")
    assert (marked.json()["status"], marked.json()["errorReason"]) == ("entered_in_error", "Another patient's")
    assert again.status_code == 422
    assert ana.get(API).json()["data"] == []
    assert [row["id"] for row in ana.get(f"{API}?includeErrors=true").json()["data"]] == [str(record.pk)]


def test_file_goes_in_by_a_form_and_comes_out_whole(room, doctor, ana, files):
    record, content = room.write(), hostile.pdf(pages=40)

    made = upload(doctor, record, content, "análisis.pdf")
    address = f"{API}/{record.pk}/attachments/{made.json()['id']}/download"
    waiting = ana.get(address)
    tasks.check_files()
    answer = ana.get(address)

    assert (made.status_code, made.json()["state"], made.json()["url"]) == (201, "quarantined", None)
    assert waiting.status_code == 422
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(content))
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''an%C3%A1lisis.pdf"
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert (answer["Accept-Ranges"], answer["ETag"]) == ("bytes", f'"{made.json()["sha256"]}"')


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=10-99999999", 10, None),
        ("bytes=0-0", 0, 0),
    ],
)
def test_ranges(room, ana, files, asked, first, last):
    content = hostile.pdf(pages=9)
    row = kept(room, room.write(), content)

    answer = ana.get(f"{API}/{row.record_id}/attachments/{row.pk}/download", headers={"range": asked})

    part = content[first:] if last is None else content[first : last + 1]
    begins = first % len(content)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, part)
    assert answer["Content-Range"] == f"bytes {begins}-{begins + len(part) - 1}/{len(content)}"


def test_range_behind_the_end_is_416(room, ana, files):
    row = kept(room, room.write(), hostile.pdf())

    answer = ana.get(f"{API}/{row.record_id}/attachments/{row.pk}/download", headers={"range": "bytes=9999999-"})

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{row.file_size}")


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=0-1,4-5", "pages=1", "bytes=-", "bytes=x"])
def test_range_that_cannot_be_read_gets_the_whole(room, ana, files, asked):
    row = kept(room, room.write(), hostile.pdf())

    answer = ana.get(f"{API}/{row.record_id}/attachments/{row.pk}/download", headers={"range": asked})

    assert (answer.status_code, answer["Content-Length"]) == (200, str(row.file_size))


def test_range_of_another_version_gets_the_whole(room, ana, files):
    row = kept(room, room.write(), hostile.pdf())
    address = f"{API}/{row.record_id}/attachments/{row.pk}/download"

    same = ana.get(address, headers={"range": "bytes=0-9", "if-range": f'"{row.sha256}"'})
    other = ana.get(address, headers={"range": "bytes=0-9", "if-range": '"another"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_file_in_pieces_is_one_reading(room, ana, files):
    row = kept(room, room.write(), hostile.pdf())
    address = f"{API}/{row.record_id}/attachments/{row.pk}/download"

    for asked in ("bytes=0-99", "bytes=100-199", "bytes=200-"):
        ana.get(address, headers={"range": asked})

    assert AuditEntry.objects.filter(action="READ_ATTACHMENT").count() == 1


def test_who_leaves_out_the_beginning_has_read_it_all_the_same(room, ana, files):
    row = kept(room, room.write(), hostile.pdf())

    answer = ana.get(f"{API}/{row.record_id}/attachments/{row.pk}/download", headers={"range": "bytes=1-"})

    assert (answer.status_code, AuditEntry.objects.filter(action="READ_ATTACHMENT").count()) == (206, 1)


def test_damaged_file_is_503_and_not_a_byte_of_it(room, ana, files):
    row = kept(room, room.write(), hostile.pdf())
    path = next(found for found in files.rglob("*") if found.is_file())
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    answer = ana.get(f"{API}/{row.record_id}/attachments/{row.pk}/download")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")


def test_form_over_25_mb_is_413(room, doctor, files):
    answer = upload(doctor, room.write(), b"%PDF-1.7" + b"x" * (checking.MOST_BYTES + 100_000))

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_hostile_file_is_400_on_the_field(room, doctor, files):
    answer = upload(doctor, room.write(), hostile.pdf(change=hostile.scripted))
    none = doctor.post(f"{API}/{room.write().pk}/attachments", {"other": "x"})
    text = doctor.post(f"{API}/{room.write().pk}/attachments", {"file": "x"})
    json = doctor.send("POST", f"{API}/{room.write().pk}/attachments", {"file": "x"})

    assert [one["field"] for one in answer.json()["error"]["details"]] == ["file"]
    assert (answer.status_code, none.status_code, text.status_code, json.status_code) == (400, 400, 400, 415)


def test_summary_and_its_kinds(room, doctor, ana):
    base = f"/api/v1/patients/{room.ana.pk}"
    problem = doctor.send("POST", f"{base}/conditions", {"display": "Hypertension", "code": "I10"})
    allergy = doctor.send("POST", f"{base}/allergy-intolerances", {"display": "Penicillin", "criticality": "high"})
    medicine = doctor.send("POST", f"{base}/medications", {"display": "Ibuprofen"})
    room.write(observations=[GLUCOSE])

    summary = ana.get(f"{base}/summary").json()
    series = ana.get(f"{base}/observations?code=2345-7").json()
    none = ana.get(f"{base}/observations?code=2089-1").json()

    assert {one.status_code for one in (problem, allergy, medicine)} == {201}
    assert [row["display"] for row in summary["conditions"]] == ["Hypertension"]
    assert [row["display"] for row in summary["allergyIntolerances"]] == ["Penicillin"]
    assert [(row["display"], row["intent"]) for row in summary["medications"]] == [("Ibuprofen", "reported")]
    assert ([row["value"] for row in series["data"]], none["data"]) == (["104"], [])
    assert ana.send("POST", f"{base}/conditions", {"display": "Flu"}).status_code == 403


def test_kinds_are_ended_and_taken_back(room, doctor):
    base = f"/api/v1/patients/{room.ana.pk}"
    problem = doctor.send("POST", f"{base}/conditions", {"display": "Otitis"}).json()
    allergy = doctor.send("POST", f"{base}/allergy-intolerances", {"display": "Milk"}).json()
    medicine = doctor.send("POST", f"{base}/medications", {"display": "Ibuprofen"}).json()

    resolved = doctor.send("PUT", f"/api/v1/conditions/{problem['id']}", {"status": "resolved", "on": "2026-01-01"})
    ended = doctor.send("PUT", f"/api/v1/allergy-intolerances/{allergy['id']}", {"status": "entered_in_error"})
    stopped = doctor.send("PUT", f"/api/v1/medications/{medicine['id']}", {"status": "stopped"})

    assert (resolved.json()["clinicalStatus"], resolved.json()["resolvedOn"]) == ("resolved", "2026-01-01")
    assert ended.json()["status"] == "entered_in_error"
    assert stopped.json()["stoppedAt"].endswith("Z")
    assert doctor.get(f"{base}/summary").json() == {"conditions": [], "allergyIntolerances": [], "medications": []}


def test_shared_record_is_read_and_not_written_to(room):
    from records.tests.test_writing import room_doctor_of, share

    reader = Room()
    record = room.write()
    room_doctor_of(reader, room.ana)
    client = ApiClient(reader.doctor_user)
    before = client.get(f"{API}/{record.pk}").status_code

    share(room, reader)

    assert (before, client.get(f"{API}/{record.pk}").status_code) == (404, 200)
    assert client.send("POST", f"{API}/{record.pk}/addenda", {"text": "More"}).status_code == 403


def test_marked_record_keeps_its_words_for_who_asks(room, ana):
    record = room.write(title="Kept")
    writing.mark_error(record_id=record.pk, reason="Wrong", by=room.dr)

    found = ana.get(f"{API}/{record.pk}").json()

    assert (found["title"], found["status"], found["isNew"]) == ("Kept", "entered_in_error", False)


def test_files_cost_the_same_however_many_a_record_has(room, ana, files):
    record = room.write()
    for count in (1, 8):
        while record.attachments.count() < count:
            row = kept(room, record, hostile.pdf(pages=record.attachments.count() + 1))
        address = f"{API}/{record.pk}/attachments/{row.pk}/download"
        b"".join(ana.get(address).streaming_content)

        with CaptureQueriesContext(connection) as sent:
            b"".join(ana.get(address).streaming_content)

        verbs = [query["sql"].split()[0] for query in sent if "set_config" not in query["sql"]]
        assert [verb for verb in verbs if verb in ("SELECT", "INSERT", "UPDATE")] == ["SELECT", "INSERT"]
