"""Master keys of a file and of a key management service; what happens while that is away."""

import base64
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from vitas import environment
from vitas.common import crypto, key_providers
from vitas.common.key_providers import MasterKeysUnavailable
from vitas.common.key_providers import aws_kms as aws
from vitas.common.models import DataKey
from vitas.common.tests import kms_stand_in

ANA = uuid.UUID(int=1)
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def kms(settings, monkeypatch):
    """A master key that KMS sealed stands in the settings, as `rotate_keys --new` prints it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with kms_stand_in.running() as stand_in:
        settings.KEY_PROVIDER = "vitas.common.key_providers.aws_kms.AwsKmsKeys"
        settings.KMS_KEY_ID, settings.KMS_ENDPOINT_URL, settings.AWS_REGION = "alias/vitas", stand_in.url, "sa-east-1"
        key_providers._made.cache_clear()
        settings.MASTER_KEYS = entries(key_providers.provider().new_entry("first"))
        stand_in.calls.clear()
        yield stand_in
    key_providers._made.cache_clear()


def entries(*lines):
    return environment.named_keys("MASTER_KEYS", lines, length=None)


def later(settings, part):
    """Time goes on for the remembered master keys: `part` of the time they are kept."""
    keys = key_providers.provider()
    for name, held in keys._held.items():
        since = held.since - settings.KMS_KEPT.total_seconds() * part
        keys._held[name] = aws._Held(sealed=held.sealed, key=held.key, since=since)
    keys._rests_until = 0.0


def seal():
    return crypto.seal(b"asthma", subject=ANA, place="p")


def opened(secret):
    crypto.forget_remembered_keys()
    return crypto.open_sealed(secret, subject=ANA, place="p")


def until(fact):
    end = time.monotonic() + 5
    while not fact() and time.monotonic() < end:
        time.sleep(0.01)
    assert fact()


@pytest.mark.django_db
def test_many_patients_are_opened_with_one_call_to_kms(kms):
    for number in range(20):
        crypto.seal(b"asthma", subject=uuid.UUID(int=number + 1), place="p")
    crypto.forget_remembered_keys()
    crypto.load_keys(uuid.UUID(int=number + 1) for number in range(20))

    assert kms.calls == ["Decrypt"]
    assert opened(seal()) == b"asthma"


@pytest.mark.django_db(transaction=True)
def test_nothing_opens_while_kms_is_away_and_it_works_again_by_itself(kms):
    secret = seal()
    key_providers._made.cache_clear()  # a fresh process
    kms.away = (503, "KMSInternalException")

    with pytest.raises(MasterKeysUnavailable):
        opened(secret)
    calls = len(kms.calls)
    with pytest.raises(MasterKeysUnavailable):
        opened(secret)

    assert len(kms.calls) == calls  # it rests instead of waiting again
    kms.away = None
    key_providers.provider()._rests_until = 0.0
    assert opened(secret) == b"asthma"


@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_serves_on_while_kms_is_away(kms, settings):
    secret = seal()
    later(settings, 0.5)
    kms.away = "torn"

    assert opened(secret) == b"asthma"
    until(lambda: key_providers.provider()._rests_until and not key_providers.provider()._refreshing)
    assert opened(secret) == b"asthma"
    later(settings, 0.6)
    with pytest.raises(MasterKeysUnavailable):
        opened(secret)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_kms_refuses_is_forgotten_at_once(kms, settings):
    secret = seal()
    later(settings, 0.5)
    kms.away = (400, "DisabledException")

    assert opened(secret) == b"asthma"  # and asks behind the scenes
    until(lambda: not key_providers.provider()._held)

    with pytest.raises(MasterKeysUnavailable):
        opened(secret)


@pytest.mark.django_db
def test_a_short_fault_of_kms_is_not_noticed(kms):
    kms.faults = [(500, "KMSInternalException")]

    assert opened(seal()) == b"asthma"


@pytest.mark.django_db
def test_several_threads_that_begin_at_once_ask_once(kms):
    kms.pause = 0.05

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: key_providers.provider().key("first"), range(16)))

    assert (len(keys), kms.calls) == (1, ["Decrypt"])


@pytest.mark.django_db
def test_a_master_key_sealed_for_another_name_does_not_open(kms, settings):
    settings.MASTER_KEYS = {"second": settings.MASTER_KEYS["first"]}

    with pytest.raises(MasterKeysUnavailable):
        seal()


@pytest.mark.django_db
def test_moving_from_a_local_key_to_kms_is_a_rotation(kms, settings):
    under_kms = settings.MASTER_KEYS["first"]
    settings.MASTER_KEYS = {"local": b"k" * 32}
    secret = seal()
    settings.MASTER_KEYS = {"first": under_kms, "local": b"k" * 32}

    assert crypto.rewrap_keys() == 1

    settings.MASTER_KEYS = {"first": under_kms}
    assert (DataKey.objects.get().master, opened(secret)) == ("first", b"asthma")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/broken", "/broken"])
def test_a_request_that_needs_a_key_answers_503_while_kms_is_away(kms, settings, path, monkeypatch):
    from django.urls import resolvers

    def view(request):
        kms.away = (503, "KMSInternalException")
        seal()

    match = resolvers.ResolverMatch(view, (), {})
    monkeypatch.setattr(resolvers.URLResolver, "resolve", lambda *_: match)

    response = Client(raise_request_exception=False).get(path)

    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_keys_of_a_file_are_read_in_their_order(tmp_path, monkeypatch):
    file = tmp_path / "keys"
    file.write_text(f"# ours\nsecond:{KEY}\n\nfirst:{KEY} # old\n")
    monkeypatch.setenv("MASTER_KEYS_FILE", str(file))
    file.chmod(0o440)

    lines = environment.secret_lines("MASTER_KEYS_FILE", closed=True)

    assert list(environment.named_keys("MASTER_KEYS", lines, length=32)) == ["second", "first"]


@pytest.mark.parametrize(("mode", "says"), [(0o444, "chmod"), (0o402, "chmod")])
def test_a_key_file_that_everybody_may_read_is_refused_in_production(tmp_path, monkeypatch, mode, says):
    file = tmp_path / "keys"
    file.write_text(f"first:{KEY}")
    file.chmod(mode)
    monkeypatch.setenv("MASTER_KEYS_FILE", str(file))

    with pytest.raises(ImproperlyConfigured, match=says):
        environment.secret_lines("MASTER_KEYS_FILE", closed=True)

    assert environment.secret_lines("MASTER_KEYS_FILE", closed=False) == [f"first:{KEY}"]


def test_a_key_file_that_is_empty_or_not_there_stops_the_start(tmp_path, monkeypatch):
    (tmp_path / "empty").write_text("# nothing\n")
    for name, says in (("empty", "holds no key"), ("none", "cannot be read")):
        monkeypatch.setenv("MASTER_KEYS_FILE", str(tmp_path / name))

        with pytest.raises(ImproperlyConfigured, match=says):
            environment.secret_lines("MASTER_KEYS_FILE", closed=False)


def test_local_keys_make_an_entry_of_their_own_kind():
    entry = key_providers.provider().new_entry("next")

    assert [len(key) for key in environment.named_keys("MASTER_KEYS", [entry], length=32).values()] == [32]
