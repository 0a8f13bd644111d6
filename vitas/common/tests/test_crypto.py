import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from vitas.common import crypto
from vitas.common.models import DataKey

ANA, BRUNO = uuid.UUID(int=1), uuid.UUID(int=2)


def sealed(plain: bytes = b"asthma", subject: uuid.UUID = ANA) -> bytes:
    return crypto.seal(plain, subject=subject, place="visit.reason.1")


def opened(secret: bytes, subject: uuid.UUID = ANA, place: str = "visit.reason.1") -> bytes:
    return crypto.open_sealed(secret, subject=subject, place=place)


@pytest.mark.django_db
def test_what_is_sealed_opens_and_cannot_be_read_without() -> None:
    secret = sealed()

    assert opened(secret) == b"asthma"
    assert b"asthma" not in secret
    assert sealed() != secret


@pytest.mark.django_db
def test_moved_or_changed_bytes_do_not_open() -> None:
    secret = sealed()
    sealed(subject=BRUNO)

    for wrong in (
        lambda: opened(secret, place="visit.reason.2"),
        lambda: opened(secret, subject=BRUNO),
        lambda: opened(secret[:-1] + bytes([secret[-1] ^ 1])),
        lambda: opened(secret[:5]),
    ):
        with pytest.raises(crypto.Tampered):
            wrong()


@pytest.mark.django_db
def test_rotation_wraps_the_keys_anew_and_touches_no_content(settings: Any) -> None:
    sealed()
    old = settings.MASTER_KEYS
    before = bytes(DataKey.objects.get(subject=ANA).wrapped)

    settings.MASTER_KEYS = {"next": b"n" * 32, **old}
    assert crypto.rewrap_keys() == 1
    assert crypto.rewrap_keys() == 0

    settings.MASTER_KEYS = {"next": b"n" * 32}
    crypto.forget_remembered_keys()
    row = DataKey.objects.get(subject=ANA)
    assert (row.master, bytes(row.wrapped) == before) == ("next", False)


@pytest.mark.django_db(transaction=True)
def test_content_opens_after_rotation_without_the_old_master_key(settings: Any) -> None:
    secret, old = sealed(), settings.MASTER_KEYS

    settings.MASTER_KEYS = {"next": b"n" * 32, **old}
    crypto.rewrap_keys()
    settings.MASTER_KEYS = {"next": b"n" * 32}
    crypto.forget_remembered_keys()

    assert opened(secret) == b"asthma"


@pytest.mark.django_db(transaction=True)
def test_a_master_key_that_is_not_there_is_named(settings: Any) -> None:
    secret = sealed()

    settings.MASTER_KEYS = {"other": b"o" * 32}
    crypto.forget_remembered_keys()

    with pytest.raises(crypto.MasterKeyMissing):
        opened(secret)


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_takes_its_content_with_it() -> None:
    secret, others = sealed(), sealed(subject=BRUNO)

    crypto.destroy_key(ANA)

    for gone in (lambda: opened(secret), sealed):
        with pytest.raises(crypto.KeyDestroyed):
            gone()
    assert opened(others, subject=BRUNO) == b"asthma"
    assert bytes(DataKey.objects.get(subject=ANA).wrapped) == b""


@pytest.mark.django_db
def test_a_subject_forgotten_before_it_had_a_key_gets_none() -> None:
    crypto.destroy_key(ANA)

    with pytest.raises(crypto.KeyDestroyed):
        sealed()


@pytest.mark.django_db(transaction=True)
def test_rotation_does_not_bring_a_key_back_that_is_destroyed_meanwhile(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed()
    settings.MASTER_KEYS = {"next": b"n" * 32, **settings.MASTER_KEYS}
    wrap = crypto._wrap

    def destroyed_first(plain: bytes, subject: uuid.UUID) -> bytes:
        crypto.destroy_key(subject)
        return wrap(plain, subject)

    monkeypatch.setattr(crypto, "_wrap", destroyed_first)
    crypto.rewrap_keys()

    row = DataKey.objects.get(subject=ANA)
    assert (bytes(row.wrapped), row.destroyed_at is None) == (b"", False)


@pytest.mark.django_db(transaction=True)
def test_keys_of_a_list_come_in_one_query(django_assert_num_queries: Any) -> None:
    subjects = [uuid.UUID(int=number) for number in range(10, 30)]
    secrets = {subject: sealed(subject=subject) for subject in subjects}
    crypto.forget_remembered_keys()

    with django_assert_num_queries(1):
        crypto.load_keys(subjects)
        assert {opened(secret, subject) for subject, secret in secrets.items()} == {b"asthma"}


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_transaction_was_rolled_back_is_not_used_again() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert opened(sealed()) == b"asthma"
        assert opened(sealed()) == b"asthma"
        raise ZeroDivisionError

    secret = sealed()
    crypto.forget_remembered_keys()

    assert opened(secret) == b"asthma"


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_savepoint_was_rolled_back_is_not_used_again() -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            sealed()
            raise ZeroDivisionError
        secret = sealed()

    crypto.forget_remembered_keys()
    assert opened(secret) == b"asthma"


@pytest.mark.django_db(transaction=True)
def test_several_who_make_the_first_key_at_once_use_the_same() -> None:
    def seal_one(_number: int) -> bytes:
        try:
            with transaction.atomic():
                return sealed()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        secrets = list(threads.map(seal_one, range(16)))

    crypto.forget_remembered_keys()
    assert {opened(secret) for secret in secrets} == {b"asthma"}
    assert DataKey.objects.filter(subject=ANA).count() == 1
