"""`manage.py rotate_keys`."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from vitas.common import crypto
from vitas.common.models import DataKey
from vitas.operations.management.commands import rotate_keys


@pytest.fixture
def two_masters(settings):
    """Ten keys under the old master key, and a new one in front of it."""
    for number in range(10):
        crypto.seal(b"asthma", subject=uuid.UUID(int=number + 1), place="p")
    settings.MASTER_KEYS = {"next": b"n" * 32, **settings.MASTER_KEYS}


def rotate(*arguments):
    said = StringIO()
    call_command("rotate_keys", *arguments, stdout=said)
    return said.getvalue().splitlines()


def masters():
    return sorted(DataKey.objects.values_list("master", flat=True))


@pytest.mark.django_db
def test_a_dry_run_counts_and_changes_nothing(two_masters):
    assert rotate("--dry-run") == ["next: 0 keys (wraps)", "demo: 10 keys (still opens)"]
    assert masters() == ["demo"] * 10


@pytest.mark.django_db
def test_keys_are_wrapped_anew_batch_by_batch_and_the_old_master_may_go(two_masters):
    said = rotate("--batch=4")

    assert said[:5] == [
        "4 of 10 keys wrapped anew.",
        "8 of 10 keys wrapped anew.",
        "10 of 10 keys wrapped anew.",
        "next: 10 keys (wraps)",
        "demo: 0 keys (still opens)",
    ]
    assert said[5].startswith("No key needs demo any more.")
    assert rotate()[:2] == ["next: 10 keys (wraps)", "demo: 0 keys (still opens)"]


@pytest.mark.django_db
def test_a_run_that_was_broken_off_is_taken_up(two_masters, monkeypatch):
    unbroken, wrapped = crypto._rewrap, []

    def dies(key):
        wrapped.append(key)
        if len(wrapped) == 7:
            raise KeyboardInterrupt
        unbroken(key)

    monkeypatch.setattr(crypto, "_rewrap", dies)
    with pytest.raises(KeyboardInterrupt):
        rotate("--batch=3")
    assert masters() == ["demo"] * 4 + ["next"] * 6  # whole batches stand
    monkeypatch.setattr(crypto, "_rewrap", unbroken)

    rotate("--batch=3")

    assert masters() == ["next"] * 10


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_work(two_masters):
    def run(_number):
        try:
            return rotate("--batch=2")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(run, range(2)))

    assert masters() == ["next"] * 10


@pytest.mark.django_db
def test_a_master_key_that_was_taken_out_too_early_is_named(two_masters, settings):
    settings.MASTER_KEYS = {"next": b"n" * 32}

    with pytest.raises(CommandError, match="demo"):
        rotate()

    assert rotate("--dry-run") == ["next: 0 keys (wraps)", "demo: 10 keys (IS MISSING)"]


@pytest.mark.django_db
def test_keys_that_another_run_never_lets_go_are_told(two_masters, monkeypatch):
    monkeypatch.setattr(rotate_keys, "OTHERS_PAUSE", 0)
    monkeypatch.setattr(crypto, "rewrap_keys", lambda batch: 0)

    with pytest.raises(CommandError, match="in hand"):
        rotate()


def test_a_new_master_key_is_printed_as_the_settings_read_it():
    (entry,) = rotate("--new", "2027a")

    assert entry.startswith("2027a:")
