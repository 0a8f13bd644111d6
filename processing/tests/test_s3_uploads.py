"""The same with a bucket: moto's server on loopback answers as S3 and SQS do."""

import json
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from processing import pieces, tasks, upload_events
from processing.models import Recording, Stage
from processing.tests.test_pieces import begin, keep_all
from processing.tests.ward import MP3, Ward, cut, length_of, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def at(server):
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@pytest.fixture
def ward(at, settings):
    options = {
        "bucket_name": "vitas-sound",
        "access_key": "a",
        "secret_key": "b",
        "region_name": "us-east-1",
        "endpoint_url": at,
        "default_acl": None,
        "file_overwrite": False,
        "client_config": Config(connect_timeout=0.5, read_timeout=2, retries={"max_attempts": 0}),
    }
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    # By the fixture that the tests set other settings with: each restores what it found.
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    storages["default"].connection.create_bucket(Bucket="vitas-sound")
    return Ward()


@pytest.fixture
def queue(at, settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    settings.AWS_REGION, settings.AUDIO_EVENTS_ENDPOINT_URL = "us-east-1", at
    client = boto3.client("sqs", region_name="us-east-1", endpoint_url=at)
    settings.AUDIO_EVENTS_QUEUE = client.create_queue(QueueName="uploads")["QueueUrl"]
    upload_events._queue.cache_clear()
    yield client, settings.AUDIO_EVENTS_QUEUE
    upload_events._queue.cache_clear()


def put(answer, content=MP3):
    return requests.put(answer["presignedUrl"], content, headers=answer["headers"], timeout=5)


def test_file_goes_straight_to_the_bucket_and_the_announcement_takes_it_up(ward):
    answer = ward.ask(size=len(MP3)).json()
    signed = parse_qs(urlsplit(answer["presignedUrl"]).query)

    assert put(answer).status_code == 200
    told = ward.doctor_api().send("POST", f"/api/v1/recordings/{answer['recordingId']}/uploaded").json()

    assert signed["X-Amz-Expires"] == ["900"]
    assert signed["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert (told["stage"], told["size"]) == ("uploaded", len(MP3))


def test_queue_tells_of_what_came_and_twice_is_once(ward, queue):
    answer = ward.ask().json()
    put(answer)
    client, url = queue
    told = {"Records": [{"s3": {"object": {"key": answer["s3Key"].replace("/", "%2F")}}}]}
    for body in (told, {"Message": json.dumps(told)}, {"detail": {"object": {"key": "unknown"}}}, "no event"):
        client.send_message(QueueUrl=url, MessageBody=json.dumps(body))

    settled = tasks.read_upload_events()

    assert settled == 4
    assert tasks.read_upload_events() == 0
    assert Recording.objects.get().stage == Stage.UPLOADED


def test_sweep_finds_what_nobody_told_of(ward):
    put(ward.ask().json())

    tasks.take_up_uploads()

    assert Recording.objects.get().stage == Stage.UPLOADED


def test_sound_in_the_bucket_is_heard_in_parts(ward):
    answer = ward.ask().json()
    put(answer)
    tasks.take_up_uploads()

    address = f"/api/v1/recordings/{answer['recordingId']}/audio"
    part = ward.doctor_api().get(address, headers={"range": "bytes=5-14"})

    assert (part.status_code, b"".join(part.streaming_content)) == (206, MP3[5:15])


def test_pieces_are_kept_in_the_bucket_and_put_together(ward):
    recording = begin(ward)
    keep_all(ward, recording, cut(recorded(4), 3))

    pieces.finish(recording_id=recording.pk, count=3, by=ward.dr)
    tasks.join_recordings()

    recording.refresh_from_db()
    with storages["default"].open(recording.key) as whole:
        assert length_of(whole.read()) == pytest.approx(4, abs=0.1)
    assert storages["default"].listdir(f"{recording.key}.pieces") == ([], [])


def test_bucket_that_is_away_is_a_503(ward):
    answer = ward.ask().json()
    storages["default"]._connections.connection = None
    storages["default"].endpoint_url = "http://127.0.0.1:1"

    told = ward.doctor_api().send("POST", f"/api/v1/recordings/{answer['recordingId']}/uploaded")

    assert told.status_code == 503
