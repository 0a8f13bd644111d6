"""What a superuser does to the trail past every trigger is found, and named."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections

from vitas.accounts.actor import OPERATIONS, Actor
from vitas.audit import canonical, closing, keys, seal_files, tasks, trail, verifying
from vitas.audit.models import AuditEntry, AuditSeal
from vitas.common.errors import NotPossibleNow
from vitas.common.ids import id_at
from vitas.common.inserts import insert

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

SWEEP = Actor(system="sweep")


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    yield


def act(count: int = 1, at: datetime | None = None) -> None:
    for _each in range(count):
        entry = trail.entry(SWEEP, "READ_PATIENT", category=trail.Category.HEALTH_DATA, resource="patients")
        if at:
            entry.id, entry.at = id_at(at), at
        insert(entry)


def past_triggers(*statements: str) -> None:
    """As the owner, with the triggers off: what a superuser can do."""
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        for table in ("audit_auditentry", "audit_auditseal"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(statement)
        for table in ("audit_auditentry", "audit_auditseal"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> list[tuple[str, int | None, Any]]:
    return [(each.what.value, each.seal, each.entry) for each in verifying.verify().findings]


def two_seals() -> list[Any]:
    """The ids of four entries, two a seal."""
    act(2)
    tasks.seal_entries()
    act(2)
    tasks.seal_entries()
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize(
    "change",
    [
        "action = 'NOTHING'",
        "details = '{\"a\": 1}'",
        "at = at + interval '1 microsecond'",
        "address = '192.0.2.1'",
        "patient_id = gen_random_uuid()",
    ],
)
def test_changed_entry_is_named_with_its_seal(change):
    ids = two_seals()

    past_triggers(f"UPDATE audit_auditentry SET {change} WHERE id = '{ids[2]}'")

    assert found() == [("changed", 2, ids[2])]


def test_removed_entry_is_named_with_its_seal():
    ids = two_seals()

    past_triggers(f"DELETE FROM audit_auditentry WHERE id = '{ids[1]}'")

    assert found() == [("missing", 1, ids[1])]


def test_entry_removed_before_its_seal_is_named():
    act(2)
    victim = AuditEntry.objects.order_by("id")[0].pk

    past_triggers(f"DELETE FROM audit_auditentry WHERE id = '{victim}'")
    tasks.seal_entries()

    assert found() == [("missing", 1, victim)]


def test_added_entry_is_named_even_if_another_was_removed():
    ids = two_seals()
    act()
    added = AuditEntry.objects.order_by("id").last().pk

    past_triggers(
        f"DELETE FROM audit_unsealed WHERE entry_id = '{added}'",
        f"DELETE FROM audit_auditentry WHERE id = '{ids[0]}'",
    )

    assert found() == [("missing", 1, ids[0]), ("added", None, added)]


def test_entries_that_changed_places_are_named():
    """One of the first seal becomes one of the second, by id."""
    ids = two_seals()
    spare = "00000000-0000-7000-8000-000000000000"

    past_triggers(
        f"UPDATE audit_auditentry SET id = '{spare}' WHERE id = '{ids[0]}'",
        f"UPDATE audit_auditentry SET id = '{ids[0]}' WHERE id = '{ids[3]}'",
        f"UPDATE audit_auditentry SET id = '{ids[3]}' WHERE id = '{spare}'",
    )

    assert found() == [("changed", 1, ids[0]), ("changed", 2, ids[3])]


def test_rewritten_seal_lacks_the_signature():
    """The digest of a changed entry, the list's root and the seal's hash are all made to fit; the key is not ours."""
    ids = two_seals()
    past_triggers(f"UPDATE audit_auditentry SET action = 'NOTHING' WHERE id = '{ids[3]}'")
    seal = AuditSeal.objects.get(number=2)
    fits = canonical.digests_of(seal.ids)
    seal.digests = b"".join(fits[entry_id] for entry_id in seal.ids)
    seal.root = canonical.root_of(seal.digests)
    seal.hash = canonical.hash_of(canonical.head(seal))

    past_triggers(
        f"UPDATE audit_auditseal SET digests = '\\x{seal.digests.hex()}', root = '\\x{seal.root.hex()}',"
        f" hash = '\\x{seal.hash.hex()}' WHERE number = 2"
    )

    assert [finding.because for finding in verifying.verify().findings] == ["The signature is not that of its key."]


def test_removed_seal_breaks_the_chain():
    two_seals()
    act()
    tasks.seal_entries()

    past_triggers("DELETE FROM audit_auditseal WHERE number = 2")

    findings = verifying.verify().findings
    assert [(each.what.value, each.because) for each in findings[:1]] == [("broken", "Seal 2 is missing.")]
    assert [each.what.value for each in findings[1:]] == ["added", "added"]


def test_end_of_the_chain_that_is_cut_off_is_seen_in_the_files_of_a_keeper():
    two_seals()
    day = datetime.now(UTC).date()
    [name] = seal_files.write_missing(datetime.now(UTC) + timedelta(days=1))

    past_triggers("DELETE FROM audit_auditseal WHERE number = 2", "DELETE FROM audit_auditentry WHERE id IN "
                  "(SELECT id FROM audit_auditentry ORDER BY id DESC LIMIT 2)")  # fmt: skip

    assert (name, found()) == (seal_files.name_of(day), [])
    with pytest.raises(CommandError), default_storage.open(name) as file:
        assert [*seal_files.differences_from(file.read())] == [
            "Seal 2 is not in the database any more.",
            f"At the end of {day} the chain stood at seal 2, which the database lacks.",
        ]
        call_command("audit", "verify", stdout=StringIO())


def test_file_of_a_day_is_checked_with_the_public_key(tmp_path: Path):
    two_seals()
    [name] = seal_files.write_missing(datetime.now(UTC) + timedelta(days=1))
    with default_storage.open(name) as file:
        content = file.read()
    said, out = json.loads(content), StringIO()

    assert seal_files.problems_of(content, public=keys.public_key()) == []
    said["seals"][1]["count"] = 1
    forged = json.dumps(said).encode()
    assert seal_files.problems_of(forged) == [
        "The file is not what was signed.",
        "Seal 2 is not what was signed.",
        "Seal 2 has another hash than it says.",
    ]
    assert seal_files.problems_of(content, public=bytes(32))[0].startswith("The file is signed with a key that is not")
    (tmp_path / "kept.json").write_bytes(content)
    call_command("audit", "check-seals", str(tmp_path / "kept.json"), stdout=out)
    assert out.getvalue() == "The file is genuine, and the chain holds every seal of it.\n"
    assert seal_files.write_missing(datetime.now(UTC) + timedelta(days=1)) == []


def test_command_ends_with_an_error_where_something_was_touched():
    ids, out = two_seals(), StringIO()
    call_command("audit", "verify", stdout=out)
    past_triggers(f"UPDATE audit_auditentry SET outcome = 'failed' WHERE id = '{ids[3]}'")

    with pytest.raises(CommandError):
        call_command("audit", "verify", stdout=out)

    assert out.getvalue().splitlines() == [
        "2 seals, 4 sealed entries looked at, 0 findings.",
        f"changed: seal 2 entry {ids[3]}: The entry was changed.",
        "2 seals, 4 sealed entries looked at, 1 findings.",
    ]


def make_partition(month: Any) -> None:
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        owner.execute("SELECT audit_make_months(%s, 1)", [month])


def last_month() -> datetime:
    return datetime.now(UTC).replace(day=1, hour=1) - timedelta(days=1)


def test_month_is_dropped_only_when_closed_and_then_verifies():
    past = last_month()
    month = past.date().replace(day=1)
    make_partition(month)
    try:
        act(2, at=past)
        act(1)
        tasks.seal_entries()
        with pytest.raises(closing.NotClosed):
            closing.drop_month(month, by=OPERATIONS)
        [closed] = closing.close_months()
        assert (closed.count, closed.first_seal, closed.last_seal) == (2, 1, 1)

        dropped = closing.drop_month(month, by=OPERATIONS)
    finally:
        past_triggers(f"DROP TABLE IF EXISTS audit_auditentry_{month:%Y_%m}")

    tasks.seal_entries()
    assert (dropped.kind, dropped.count) == ("dropped", 2)
    assert found() == []
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "READ_PATIENT",
        "DROP_AUDIT_MONTH",
    ]


def test_month_that_somebody_else_dropped_is_missing():
    past = last_month()
    month = past.date().replace(day=1)
    make_partition(month)
    act(2, at=past)
    tasks.seal_entries()
    closing.close_months()

    past_triggers(f"DROP TABLE audit_auditentry_{month:%Y_%m}")

    assert [what for what, _seal, _entry in found()] == ["missing", "missing"]


def test_month_that_was_touched_is_not_dropped():
    past = last_month()
    act(1, at=past)
    tasks.seal_entries()
    closing.close_months()
    past_triggers("UPDATE audit_auditentry SET action = 'NOTHING'")

    with pytest.raises(NotPossibleNow):
        closing.drop_month(past.date().replace(day=1), by=OPERATIONS)
