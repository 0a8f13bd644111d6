"""Entries are sealed into a chain, each once, however late it commits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import DatabaseError, connection, connections, transaction

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import canonical, closing, keys, sealing, tasks, trail, verifying
from vitas.audit.models import AuditEntry, AuditHour, AuditSeal
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

ADMIN = Actor(role=Role.ADMIN, user_id=new_id(), organization_id=new_id())


def act(action: str = "READ_PATIENT", **about: Any) -> None:
    trail.record(ADMIN, action, category=trail.Category.HEALTH_DATA, resource="patients", **about)


def sealed_ids() -> list[Any]:
    return [entry_id for seal in AuditSeal.objects.order_by("number") for entry_id in seal.ids]


def test_entries_are_sealed_once_in_their_order():
    act()
    act(patient_id=new_id(), note='ñ " \\ €')

    assert (tasks.seal_entries(), tasks.seal_entries()) == (2, 0)
    act()
    assert tasks.seal_entries() == 1

    first, second = AuditSeal.objects.order_by("number")
    assert sealed_ids() == list(AuditEntry.objects.order_by("id").values_list("id", flat=True))
    assert (first.number, first.count, bytes(first.previous)) == (1, 2, bytes(32))
    assert (second.number, second.count, bytes(second.previous)) == (2, 1, bytes(first.hash))
    assert (sealing.waiting(), verifying.verify().findings) == (0, [])


def test_seal_can_be_checked_with_the_public_key_alone():
    act()
    tasks.seal_entries()

    seal = AuditSeal.objects.get()

    assert keys.is_signed(canonical.hash_of(canonical.head(seal)), bytes(seal.signature), keys.public_key())
    assert not keys.is_signed(bytes(32), bytes(seal.signature), keys.public_key())


def test_seal_is_never_changed_nor_removed_and_no_entry_is_hidden_from_it():
    act()
    tasks.seal_entries()

    for forbidden in (
        "UPDATE audit_auditseal SET count = 0",
        "DELETE FROM audit_auditseal",
        "INSERT INTO audit_unsealed VALUES (gen_random_uuid())",
        "TRUNCATE audit_unsealed",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forbidden)


def test_entry_of_another_month_gets_a_seal_of_its_month():
    now = datetime.now(UTC)
    act()
    with time_machine.travel(now + timedelta(days=40), tick=False):
        act()

    tasks.seal_entries()

    months = [seal.month for seal in AuditSeal.objects.order_by("number")]
    assert months == sorted({now.date().replace(day=1), (now + timedelta(days=40)).date().replace(day=1)})


def test_many_entries_are_sealed_in_batches(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    for _entry in range(5):
        act()

    assert tasks.seal_entries() == 5

    assert [seal.count for seal in AuditSeal.objects.order_by("number")] == [2, 2, 1]
    assert verifying.verify().findings == []


def test_hours_count_each_sealed_entry_once():
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with time_machine.travel(noon, tick=False):
        act()
        act(patient_id=new_id())
    tasks.seal_entries()
    with time_machine.travel(noon + timedelta(minutes=59), tick=False):
        act()
    tasks.seal_entries()

    counted = AuditHour.objects.order_by("of_patient").values_list("hour", "organization_id", "of_patient", "count")
    assert list(counted) == [(noon, ADMIN.organization_id, False, 2), (noon, ADMIN.organization_id, True, 1)]


def owner() -> psycopg.Connection[Any]:
    return psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_entry_that_commits_long_after_its_moment_is_still_sealed():
    """A transaction is held open while later entries come, are sealed, and the month is closed."""
    with psycopg.connect(**connections["default"].get_connection_params()) as slow:
        slow.execute("SET LOCAL vitas.system = 'sweep'")
        last_month = datetime.now(UTC).replace(day=1) - timedelta(days=3)
        late = trail_row(slow, last_month)
        with time_machine.travel(last_month + timedelta(minutes=1), tick=False):
            act()
        assert tasks.seal_entries() == 1
        closed = closing.close_months()
        slow.commit()

    assert tasks.seal_entries() == 1
    assert late in sealed_ids()
    closed_again = closing.close_months()
    assert [seal.count for seal in (*closed, *closed_again)] == [1, 2]
    assert verifying.verify().findings == []


def trail_row(raw: psycopg.Connection[Any], at: datetime) -> Any:
    from vitas.common.ids import id_at

    entry_id = id_at(at)
    raw.execute(
        "INSERT INTO audit_auditentry"
        " (id, at, category, action, resource, outcome, user_role, agent, request_id, details)"
        " VALUES (%s, %s, 'lock', 'LATE', 'x', 'success', '', '', '', '{}')",
        [entry_id, at],
    )
    return entry_id


@pytest.mark.django_db(transaction=True)
def test_another_who_seals_is_left_alone():
    act()
    with psycopg.connect(**connections["default"].get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing._LOCK])
        assert tasks.seal_entries() == 0

    assert tasks.seal_entries() == 1
