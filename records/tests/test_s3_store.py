"""The same store in a bucket: moto's server on loopback answers as S3 does."""

import io

import pytest
from botocore.config import Config
from django.core.files.storage import default_storage
from django.test import override_settings
from moto.server import ThreadedMotoServer

from records import attachments, tasks
from records.files import store
from records.tests import hostile
from records.tests.room import Room

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def bucket(server, settings):
    host, port = server.get_host_and_port()
    quick = Config(connect_timeout=0.5, read_timeout=2, retries={"max_attempts": 0})
    options = {
        "bucket_name": "vitas-records",
        "access_key": "a",
        "secret_key": "b",
        "region_name": "us-east-1",
        "endpoint_url": f"http://{host}:{port}",
        "default_acl": None,
        "file_overwrite": False,
        "client_config": quick,
    }
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    with override_settings(STORAGES={**settings.STORAGES, "default": kept}):
        default_storage.connection.create_bucket(Bucket="vitas-records")
        yield options


def test_file_goes_into_the_bucket_and_comes_out_whole(bucket):
    room, content = Room(), hostile.pdf(pages=20)
    row = attachments.attach(record_id=room.write().pk, file_name="lab.pdf", content=io.BytesIO(content), by=room.dr)
    tasks.check_files()

    given = attachments.give(record_id=row.record_id, attachment_id=row.pk, by=room.me)

    with given.file:
        assert given.file.read() == content


def test_damaged_and_missing_files_are_told(bucket):
    key = store.claim().key
    store.put(key, io.BytesIO(b"whole"))

    with pytest.raises(store.Damaged):
        store.spooled(key, "0" * 64)
    store.forget(key)
    with pytest.raises(store.Damaged):
        store.spooled(key, "0" * 64)


def test_bucket_that_is_away_is_a_503(bucket, settings):
    away = {**bucket, "endpoint_url": "http://127.0.0.1:1"}
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": away}
    with override_settings(STORAGES={**settings.STORAGES, "default": kept}):
        with pytest.raises(store.StoreAway):
            store.put("records/x", io.BytesIO(b"x"))
        with pytest.raises(store.StoreAway):
            store.spooled("records/x", "0" * 64)
        assert not store.forget("records/x")
