"""Polling and notices from outside (S0 "Real-time Notifications"), and what goes by socket and bell."""

import hashlib
import hmac
import json
import time

import pytest

from processing import news, notices, pipeline, tasks, watch
from processing.claiming import claim_next
from processing.models import Notice, Recording, Stage
from processing.tests import scripted
from processing.tests.scripted import Ward, fails
from vitas import testing
from vitas.accounts.models import Role
from vitas.live import news as bell
from vitas.live.models import LiveEvent
from vitas.live.presenting import presented

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/processing-webhook"
SECRET = "a-secret-of-the-service-outside"


def poll(api, ward: Ward, user=None):
    return api(user or ward.doctor_user).get(f"{ADDRESS}?doctorId={ward.doctor.pk}")


def told(ward: Ward, **given):
    metadata = {"doctorId": str(ward.doctor.pk), "appointmentId": str(ward.visit_now(ward.ana).pk)}
    return {"type": "error", "service": "transcription", "error": "boom", "metadata": metadata} | given


def send(api, body, *, secret=SECRET, at=None, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    signed = {"x-timestamp": stamp, "x-signature": f"sha256={digest}"} | headers
    return api().generic("POST", ADDRESS, raw, "application/json", headers=signed)


@pytest.fixture(autouse=True)
def secret(settings) -> None:
    settings.PROCESSING_WEBHOOK_SECRET = SECRET


def test_what_is_done_is_given_once(api, ward: Ward) -> None:
    recording = ward.recording()
    pipeline.work_one()

    first, second = poll(api, ward), poll(api, ward)

    (notification,) = first.json()["notifications"]
    assert notification.pop("timestamp").endswith("Z")
    assert notification == {
        "id": str(Notice.objects.get().pk),
        "type": "success",
        "message": "Processing is done.",
        "appointmentId": str(recording.appointment_id),
        "service": "vitas-scribe",
        "metadata": {
            "doctorId": str(ward.doctor.pk),
            "appointmentId": str(recording.appointment_id),
            "recordingId": str(recording.pk),
        },
    }
    assert first.json()["count"] == 1
    assert (second.json()["notifications"], second.json()["count"]) == ([], 0)


def test_failure_is_given_in_words_and_with_its_code(api, ward: Ward) -> None:
    ward.recording()
    scripted.before["check"] = fails("NO_SPEECH", temporary=False)
    pipeline.work_one()

    (notification,) = poll(api, ward).json()["notifications"]

    assert notification["type"] == "error"
    assert notification["error"] == "Nobody speaks in the recording, so there is no note."
    assert notification["message"] == f"Error: {notification['error']}"
    assert notification["metadata"]["errorCode"] == "NO_SPEECH"


def test_what_is_tried_again_by_itself_is_no_notice(api, ward: Ward) -> None:
    ward.recording()
    scripted.before["check"] = fails("PROVIDER_AWAY", temporary=True)
    pipeline.work_one()

    assert poll(api, ward).json()["notifications"] == []


def test_a_sockets_delivery_does_not_count_as_asked(api, ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()
    presented(ward.dr, list(LiveEvent.objects.filter(event=news.DONE)))

    assert poll(api, ward).json()["count"] == 1


def test_without_a_doctor_id_all_is_well(api, ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()

    answer = api(ward.doctor_user).get(ADDRESS)

    assert answer.json() == {"status": "ok"}
    assert poll(api, ward).json()["count"] == 1


def test_another_doctors_notices_are_refused(api, ward: Ward) -> None:
    other = testing.make_doctor(ward.organization)

    assert poll(api, ward, other.membership.user).status_code == 403
    assert poll(api, ward, ward.staff(Role.RECEPTIONIST)).status_code == 403
    assert api().get(ADDRESS).status_code == 401


def test_many_notices_are_given_a_hundred_at_a_time(api, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "AT_ONCE", 2)
    for _ in range(3):
        ward.recording()
        pipeline.work_one()

    assert [poll(api, ward).json()["count"] for _ in range(3)] == [2, 1, 0]


def test_notice_from_outside_reaches_the_doctor_once(api, ward: Ward) -> None:
    body = json.dumps(told(ward)).encode()

    answers = [send(api, body), send(api, body, at=int(time.time()) - 60)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"success": True})] * 2
    (notification,) = poll(api, ward).json()["notifications"]
    assert (notification["type"], notification["error"], notification["service"]) == ("error", "boom", "transcription")
    assert notification["message"] == "Error: boom"


def test_code_from_outside_is_put_into_words(api, ward: Ward) -> None:
    send(api, told(ward, error="NO_SPEECH"))

    (notification,) = poll(api, ward).json()["notifications"]

    assert notification["error"] == "Nobody speaks in the recording, so there is no note."


def test_what_a_service_said_is_sealed(api, ward: Ward) -> None:
    send(api, told(ward, error="The patient's diabetes"))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT words, error_code FROM processing_notice")
        ((sealed, code),) = cursor.fetchall()

    assert b"diabetes" not in bytes(sealed)
    assert code == "OUTSIDE"


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ({"secret": "another"}, {}),
        ({"at": int(time.time()) - 301}, {}),  # and later, by the time it is sent
        ({"at": int(time.time()) + 40_000}, {}),  # tests may wait for their turn
        ({}, {"x-signature": "sha256=00"}),
        ({}, {"x-signature": ""}),
        ({}, {"x-timestamp": "soon"}),
        ({}, {"x-timestamp": "", "x-source": "aws-lambda"}),
    ],
)
def test_forged_or_old_notice_is_refused(api, ward: Ward, given, headers) -> None:
    answer = send(api, told(ward), **given, **headers)

    assert answer.status_code == 401
    assert Notice.objects.count() == 0


def test_without_a_secret_every_notice_is_refused(api, ward: Ward, settings) -> None:
    settings.PROCESSING_WEBHOOK_SECRET = ""

    assert send(api, told(ward), secret="").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"metadata": 3}', 400),
        (b'{"metadata": {"doctorId": "x"}}', 400),
        (b'{"metadata": {"doctorId": {"a": 1}}}', 400),
        (b'{"error": "\\u0000", "metadata": {}}', 400),
        (b'{"metadata": {"doctorId": "0197a1b2-0000-7000-8000-0000000000a1"}}', 400),
        (b'{"type": "success"}', 200),
    ],
)
def test_notice_that_names_nobody_of_ours_is_kept_for_nobody(api, ward: Ward, body: bytes, status: int) -> None:
    assert send(api, body).status_code == status
    assert Notice.objects.count() == 0


def test_visit_of_another_doctor_is_refused(api, ward: Ward) -> None:
    other = Ward()
    metadata = {"doctorId": str(ward.doctor.pk), "appointmentId": str(other.visit_now(other.ana).pk)}

    assert send(api, told(ward, metadata=metadata)).status_code == 400


def test_notice_from_outside_goes_by_socket_and_bell_too(api, ward: Ward) -> None:
    send(api, told(ward, error="NO_SPEECH"))
    event = LiveEvent.objects.get(event=news.FAILED)

    (message,) = presented(ward.dr, [event])
    (line,) = bell.told(ward.dr, [event])

    assert message["data"]["error"]["code"] == "NO_SPEECH"
    assert (line.said.sentence, line.said.about) == ("A recording could not be worked on.", ward.ana.full_name)


def test_socket_gets_the_payload_of_the_contract(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TELL_EVERY", 0.0)
    recording, seen = ward.recording(), []

    def look(audio, progress, *_more):
        progress(15.0)
        events = LiveEvent.objects.filter(event=news.PROGRESS)
        seen.extend(message["data"] for message in presented(ward.dr, list(events)))

    scripted.before["transcribe"] = look
    pipeline.work_one()

    (progress,) = seen
    assert isinstance(progress.pop("secondsLeft"), int)
    assert progress == {
        "appointmentId": str(recording.appointment_id),
        "recordingId": str(recording.pk),
        "stage": "transcribing",
        "percent": 25,
    }
    (done,) = presented(ward.dr, list(LiveEvent.objects.filter(event=news.DONE)))
    assert (done["data"]["stage"], done["data"]["percent"], done["data"]["secondsLeft"]) == ("ready", 100, 0)


def test_progress_keeps_one_event_a_recording(ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()

    assert LiveEvent.objects.filter(event=news.PROGRESS).count() == 1


def test_failure_that_is_tried_again_says_when(ward: Ward) -> None:
    ward.recording()
    scripted.before["draft"] = fails("PROVIDER_BUSY", temporary=True, retry_after=120)
    pipeline.work_one()

    (failed,) = presented(ward.dr, list(LiveEvent.objects.filter(event=news.FAILED)))

    assert failed["data"]["error"] == {
        "code": "PROVIDER_BUSY",
        "message": "The service that does this work has too much to do.",
    }
    assert (failed["data"]["retryScheduled"], 110 < failed["data"]["nextRetryIn"] <= 120) == (True, True)
    assert list(bell.of(ward.dr)) == []


def test_bell_tells_of_the_draft_and_of_the_failure_only(ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()
    scripted.before["check"] = fails("NOT_AUDIO", temporary=False)
    ward.recording()
    pipeline.work_one()

    lines = bell.told(ward.dr, list(bell.of(ward.dr)))

    assert [line.said.sentence for line in lines] == [
        "A recording could not be worked on.",
        "The draft of a note is ready.",
    ]


def test_who_no_longer_cares_for_the_patient_hears_nothing(ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()
    events = list(LiveEvent.objects.filter(event=news.DONE))

    assert presented(ward.other_doctor(), events) == []
    assert bell.told(ward.other_doctor(), events) == []


def test_retry_over_the_api(api, ward: Ward) -> None:
    recording = ward.recording(stage=Stage.FAILED, failed_at=Stage.DRAFTING, error_code="PROVIDER_AWAY")

    first = api(ward.doctor_user).post(f"/api/v1/recordings/{recording.pk}/retry")
    claim_next()
    second = api(ward.doctor_user).post(f"/api/v1/recordings/{recording.pk}/retry")

    assert (first.status_code, first.json()["stage"]) == (200, "drafting")
    assert second.status_code == 422
    assert Recording.objects.get().stage == Stage.DRAFTING


def test_notices_nobody_came_for_are_forgotten(ward: Ward) -> None:
    ward.recording()
    pipeline.work_one()
    Notice.objects.update(at="2020-01-01T00:00Z")

    assert tasks.drop_old_notices() == 1
