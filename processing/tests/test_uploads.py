"""Sound that comes as one file: the address S0 asks for, the PUT to it, and how it is taken up."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from appointments.models import Appointment, Status
from patients.models import CareRelationship, Consent
from processing import tasks, uploads
from processing.models import Recording, Stage
from processing.tests.ward import MP3, Ward
from vitas import testing
from vitas.audit.models import AuditEntry
from vitas.testing import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return Ward()


def put(url, content=MP3, content_type="audio/mpeg"):
    return ApiClient().generic("PUT", urlsplit(url).path, content, content_type)


def test_front_end_of_s0_asks_puts_and_it_is_taken_up(ward):
    answer = ward.ask().json()

    sent = put(answer["presignedUrl"])

    row = Recording.objects.get()
    assert sent.status_code == 200
    assert sent.json() == {"recordingId": str(row.pk), "size": len(MP3), "sha256": hashlib.sha256(MP3).hexdigest()}
    assert answer["recordingId"] == str(row.pk)
    assert (answer["s3Key"], answer["expiresIn"]) == (row.key, 900)
    assert (row.stage, row.size, row.sha256) == (Stage.UPLOADED, len(MP3), hashlib.sha256(MP3).hexdigest())
    assert (row.patient, row.doctor, row.appointment) == (ward.ana, ward.doctor, ward.visit)
    assert default_storage.open(row.key).read() == MP3


def test_key_names_nobody(ward):
    key = ward.ask(fileName="../../etc/Ana Silva.mp3").json()["s3Key"]

    assert key.startswith("sound/")
    assert not {"Ana", "Silva", "etc", str(ward.ana.pk), str(ward.doctor.pk)} & set(key.replace("/", " ").split())
    assert key == Recording.objects.get().key


def test_same_bytes_again_are_harmless_and_others_are_refused(ward):
    url = ward.ask().json()["presignedUrl"]
    put(url)
    Recording.objects.update(stage=Stage.CHECKING)

    assert put(url).status_code == 200
    assert put(url, MP3 + b"more").status_code == 409
    assert Recording.objects.get().stage == Stage.CHECKING
    assert default_storage.open(Recording.objects.get().key).read() == MP3


def test_sound_that_was_deleted_does_not_come_back(ward):
    url = ward.ask().json()["presignedUrl"]
    put(url)
    row = Recording.objects.get()
    default_storage.delete(row.key)
    Recording.objects.update(audio_deleted_at=timezone.now())

    assert put(url).status_code == 200
    assert not default_storage.exists(row.key)


def test_expired_altered_and_foreign_addresses_are_refused(ward):
    url = ward.ask().json()["presignedUrl"]
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        late = put(url).status_code
    foreign = uploads._token(Recording(), "audio/mpeg", None)

    assert late == 403
    assert put(url + "x").status_code == 403
    assert put(url.replace("/upload/", "/upload/e")).status_code == 403
    assert put(f"http://testserver/api/v1/recordings/upload/{foreign}").status_code == 403
    assert Recording.objects.get().stage == Stage.AWAITING


def test_type_and_length_are_bound(ward):
    url = ward.ask(contentType="audio/webm;codecs=opus", size=len(MP3)).json()["presignedUrl"]

    assert put(url, content_type="audio/wav").status_code == 415
    assert put(url, MP3 + b"x", "audio/webm").status_code == 413
    assert put(url, MP3[:-1], "audio/webm").status_code == 413
    assert put(url, MP3, "audio/webm").status_code == 200
    assert Recording.objects.get().content_type == "audio/webm"


def test_broken_off_upload_leaves_nothing(ward, tmp_path):
    ward.ask()
    token = uploads._token(Recording.objects.get(), "audio/mpeg", None)
    parts = iter([MP3[:100], b""])

    with pytest.raises(uploads.BrokenOff):
        uploads.take_in(token, content_type="audio/mpeg", length=len(MP3), read=lambda _count: next(parts))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Recording.objects.get().stage == Stage.AWAITING


def test_empty_and_too_large_files_are_refused(ward, monkeypatch):
    url = ward.ask().json()["presignedUrl"]
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)

    assert put(url, b"").status_code == 400
    assert put(url, b"x" * 101).status_code == 413


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"doctorId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"}, 403),
        ({"patientId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"}, 403),
        ({"appointmentId": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"}, 404),
        ({"fileName": "notes.txt"}, 400),
        ({"contentType": "text/plain"}, 400),
        ({"size": 500 * 1024 * 1024 + 1}, 400),
        ({"size": 0}, 400),
        ({"fileName": "visit.M4A", "doctorId": None}, 400),
        ({"fileName": "visit.M4A"}, 200),
        ({"fileName": "", "contentType": "audio/flac"}, 200),
    ],
)
def test_what_is_asked_must_be_right(ward, given, status):
    assert ward.ask(**given).status_code == status


def test_visits_that_do_not_take_place_are_not_recorded(ward):
    found = {}
    for status in (Status.NO_SHOW, Status.CANCELLED, Status.COMPLETED, Status.CONFIRMED):
        Appointment.objects.update(status=status)
        found[status] = ward.ask().status_code

    assert found == {Status.NO_SHOW: 422, Status.CANCELLED: 422, Status.COMPLETED: 200, Status.CONFIRMED: 200}


def test_care_begins_with_the_recording_of_a_visit_nobody_accepted_yet(ward):
    CareRelationship.objects.all().delete()
    Appointment.objects.update(status=Status.SCHEDULED)

    answer = ward.ask()

    assert answer.status_code == 200
    care = CareRelationship.objects.get()
    assert (care.doctor, care.patient, care.because) == (ward.doctor, ward.ana, "recording")


def test_doctor_who_cares_no_longer_records_no_more(ward):
    CareRelationship.objects.update(ended_at=timezone.now())

    assert ward.ask().status_code == 403


def test_another_doctor_records_nothing_of_this_visit(ward):
    other = testing.make_doctor(ward.organization)

    answer = ward.ask(ApiClient(other.membership.user), doctorId=str(other.pk))

    assert answer.status_code == 404


def test_recording_of_the_doctor_attests_the_consent_and_the_patient_sees_it(ward):
    ward.ask()

    consent = Consent.objects.get()
    assert (consent.kind, consent.in_person, consent.given_by) == ("recording", True, ward.doctor_user.pk)
    assert Recording.objects.get().consent == consent
    shown = ApiClient(testing.user_of(ward.ana)).send("GET", "/api/v1/consents").json()["data"]
    assert [row["id"] for row in shown] == [str(consent.pk)]


def test_who_took_the_consent_back_is_not_recorded_until_asked_again(ward):
    ward.ask()
    Consent.objects.update(revoked_at=timezone.now(), revoked_by=testing.user_of(ward.ana).pk)

    refused = ward.ask()
    again = ward.ask(patientAgrees=True)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "CONSENT_REVOKED")
    assert again.status_code == 200
    assert Consent.objects.live().count() == 1


def test_patient_who_says_no_is_not_recorded(ward):
    refused = ward.ask(patientAgrees=False)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "CONSENT_REQUIRED")
    assert not Recording.objects.exists()


def test_sweep_finds_what_was_placed_before_the_process_died(ward):
    ward.ask()
    row = Recording.objects.get()
    default_storage.save(row.key, __import__("io").BytesIO(MP3))

    tasks.take_up_uploads()
    tasks.take_up_uploads()

    row.refresh_from_db()
    assert (row.stage, row.size) == (Stage.UPLOADED, len(MP3))
    assert AuditEntry.objects.filter(action="RECEIVE_RECORDING").count() == 1


def test_what_never_came_is_closed_after_a_day(ward):
    ward.ask()
    now = timezone.now()

    uploads.sweep(now + timedelta(hours=23))
    before = Recording.objects.get().stage
    uploads.sweep(now + timedelta(hours=25))

    row = Recording.objects.get()
    assert before == Stage.AWAITING
    assert (row.stage, row.failed_at, row.error_code) == (Stage.FAILED, Stage.AWAITING, "UPLOAD_MISSING")


def test_announcing_nothing_is_told_and_twice_is_once(ward):
    answer = ward.ask().json()
    address = f"/api/v1/recordings/{answer['recordingId']}/uploaded"
    client = ward.doctor_api()

    early = client.send("POST", address)
    put(answer["presignedUrl"])
    twice = [client.send("POST", address).json()["stage"] for _ in range(2)]

    assert early.status_code == 422
    assert twice == ["uploaded", "uploaded"]


def test_recordings_are_listed_and_heard_by_who_cares_alone(ward):
    put(ward.ask().json()["presignedUrl"])
    row = Recording.objects.get()
    mine, other = ward.doctor_api(), ApiClient(testing.make_doctor(ward.organization).membership.user)

    listed = mine.send("GET", f"/api/v1/recordings?appointmentId={ward.visit.pk}").json()
    whole = mine.get(f"/api/v1/recordings/{row.pk}/audio")
    part = mine.get(f"/api/v1/recordings/{row.pk}/audio", headers={"range": "bytes=10-19"})

    assert [found["id"] for found in listed["data"]] == [str(row.pk)]
    assert listed["data"][0]["audioUrl"].endswith(f"/api/v1/recordings/{row.pk}/audio")
    assert (b"".join(whole.streaming_content), whole["Content-Type"], whole["Cache-Control"]) == (
        MP3,
        "audio/mpeg",
        "no-store",
    )
    assert (part.status_code, b"".join(part.streaming_content)) == (206, MP3[10:20])
    assert AuditEntry.objects.filter(action="READ_RECORDING", patient_id=ward.ana.pk).count() == 1
    assert other.get(f"/api/v1/recordings/{row.pk}/audio").status_code == 404
    assert other.send("GET", "/api/v1/recordings").json()["data"] == []


def test_failure_is_told_in_words(ward):
    ward.ask()
    Recording.objects.update(stage=Stage.FAILED, failed_at=Stage.CHECKING, error_code="NOT_AUDIO")
    row = Recording.objects.get()

    told = ward.doctor_api().send("GET", f"/api/v1/recordings/{row.pk}").json()

    assert told["error"]["code"] == "NOT_AUDIO"
    assert told["error"]["message"].startswith("The file holds no sound")
    assert (told["retryScheduled"], told["audioUrl"]) == (False, None)


def test_front_end_elsewhere_may_put(ward):
    url = urlsplit(ward.ask().json()["presignedUrl"]).path
    asked = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type",
    }

    answer = ApiClient().options(url, headers=asked)

    assert answer["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert "PUT" in answer["Access-Control-Allow-Methods"]
