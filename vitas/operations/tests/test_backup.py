"""Backup, restore and drill, on real PostgreSQL with its own programs."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from psycopg import sql

from vitas.operations.backup import BackupFailed, database, drill, making, restoring
from vitas.operations.backup.database import Database
from vitas.operations.backup.manifest import Manifest
from vitas.operations.backup.sealing import Tampered
from vitas.testing import make_organization

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A store with two files."""
    options = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "store")},
    }
    settings.STORAGES = {"default": options, "staticfiles": settings.STORAGES["staticfiles"]}
    storages["default"].save("photos/2026/a.jpg", ContentFile(os.urandom(2_000_000)))
    storages["default"].save("ñandú.pdf", ContentFile(b"%PDF-1.7"))
    return storages["default"]


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def backup(backups):
    """A backup of one organization and two files."""
    make_organization()
    return made(backups)


@pytest.fixture
def empty():
    """An empty database beside the test's own, and an empty store."""
    owner = Database.owners()
    name = f"{owner.name}_empty"
    with owner.connected(autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield owner.named(name)
        connection.execute(drop)


def silent(_line):
    pass


def made(folder):
    return making.make(to=folder, source=Database.owners(), tell=silent)


def checked(folder):
    return restoring.check(folder, key=project.BACKUP_KEY, tell=silent)


def restore(folder, *, target, place):
    stores = {"default": FileSystemStorage(place)}
    restoring.restore(folder, checked(folder), target=target, stores=stores, key=project.BACKUP_KEY, tell=silent)


def tables_in(target):
    with target.connected() as connection:
        return connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0]


def test_the_demo_comes_back_from_a_backup_as_it_was():
    call_command("demo_data", verbosity=0)
    said = StringIO()
    began = time.monotonic()

    call_command("backup_drill", stdout=said)

    last = said.getvalue().splitlines()[-1]
    assert last.startswith("The drill is passed: ")
    assert re.search(r" and [0-9]+ files came back as they were", last)
    assert time.monotonic() - began < 60
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'vitas_drill_%'")
        assert cursor.fetchone() == (0,)


def test_a_backup_is_closed_to_others_and_holds_nothing_that_can_be_read(backup):
    assert sorted(path.name for path in backup.iterdir()) == ["database", "files", "manifest"]
    assert {path.stat().st_mode & 0o777 for path in backup.iterdir()} == {0o600}
    assert backup.stat().st_mode & 0o777 == 0o700
    assert not any(b"Organization" in path.read_bytes() or b"%PDF" in path.read_bytes() for path in backup.iterdir())


def test_a_manifest_tells_of_every_table_and_file(backup, store):
    manifest = checked(backup)

    assert manifest.tables["accounts_organization"].rows == 1
    assert "audit_auditentry" in manifest.tables
    assert [(file.store, file.name, file.size) for file in manifest.files] == [
        ("default", "ñandú.pdf", 8),
        ("default", "photos/2026/a.jpg", 2_000_000),
    ]
    assert "accounts.0001_initial" in manifest.migrations


def test_a_backup_is_restored_into_an_empty_place(backup, empty, tmp_path):
    restore(backup, target=empty, place=tmp_path / "place")

    with empty.connected() as connection:
        assert connection.execute("SELECT count(*) FROM accounts_organization").fetchone() == (1,)
    assert walls(empty) == walls(Database.owners())
    assert (tmp_path / "place" / "ñandú.pdf").read_bytes() == b"%PDF-1.7"


def walls(target):
    """What keeps a table's promises besides its columns: triggers, policies, and what the application may do."""
    with target.connected() as connection:
        found = connection.execute(
            "SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
            " UNION ALL SELECT 'policy', tablename::text, policyname || coalesce(qual, '') FROM pg_policies"
            " UNION ALL SELECT 'walled', oid::regclass::text, relforcerowsecurity::text FROM pg_class"
            " WHERE relrowsecurity"
            " UNION ALL SELECT 'right', oid::regclass::text, item::text FROM pg_class, unnest(relacl) item"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')"
        ).fetchall()
    assert len(found) > 50
    return sorted(found)


def test_a_database_that_is_not_empty_is_refused(backup, tmp_path):
    with pytest.raises(BackupFailed, match="is not empty"):
        restore(backup, target=Database.owners(), place=tmp_path / "place")

    assert not (tmp_path / "place").exists()


def test_a_store_that_holds_something_else_is_refused(backup, empty, tmp_path):
    FileSystemStorage(tmp_path / "place").save("other.pdf", ContentFile(b"x"))

    with pytest.raises(BackupFailed, match="store default is not empty"):
        restore(backup, target=empty, place=tmp_path / "place")

    assert tables_in(empty) == 0


def test_a_restore_that_was_broken_off_is_run_again(backup, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(
        restoring, "_restore_database", lambda *_args, **_more: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        restore(backup, target=empty, place=tmp_path / "place")
    monkeypatch.undo()

    restore(backup, target=empty, place=tmp_path / "place")

    assert tables_in(empty) > 40


@pytest.mark.parametrize("part", ["database", "files", "manifest"])
@pytest.mark.parametrize("harm", ["changed", "cut off"])
def test_a_part_that_was_tampered_with_is_refused_before_anything_is_written(backup, empty, tmp_path, part, harm):
    whole = (backup / part).read_bytes()
    middle = len(whole) // 2
    harmed = whole[:middle] if harm == "cut off" else whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    (backup / part).write_bytes(harmed)

    with pytest.raises(Tampered):
        restore(backup, target=empty, place=tmp_path / "place")

    assert (tables_in(empty), (tmp_path / "place").exists()) == (0, False)


def test_parts_of_two_backups_are_not_taken_for_one(backup, backups):
    time.sleep(1.1)  # its name is the second it was made in
    other = made(backups)
    (backup / "database").write_bytes((other / "database").read_bytes())

    with pytest.raises(Tampered):
        checked(backup)


def test_another_key_is_refused(backup, settings):
    settings.BACKUP_KEY = b"o" * 32

    with pytest.raises(CommandError, match="another BACKUP_KEY"):
        call_command("restore", str(backup))


def test_a_folder_without_a_manifest_is_no_backup(backup):
    (backup / "manifest").unlink()

    with pytest.raises(BackupFailed, match="no whole backup"):
        checked(backup)


def test_checking_says_what_a_backup_holds_and_which_master_keys_it_needs(backup, settings):
    said = StringIO()

    call_command("restore", str(backup), "--check", stdout=said)

    assert "is whole" in said.getvalue().splitlines()[-1]
    assert "2 files." in said.getvalue().splitlines()[-1]


def test_what_changed_since_is_named_when_compared(backup):
    manifest = checked(backup)
    make_organization()
    storages["default"].delete("ñandú.pdf")

    with pytest.raises(BackupFailed, match=r"accounts_organization, ñandú.pdf"):
        restoring.require_equal(
            manifest, target=Database.owners(), stores={"default": storages["default"]}, tell=silent
        )


def test_a_full_disk_is_told_and_nothing_is_kept(backups, monkeypatch):
    created = making._created

    def full(path):
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb") if path.name == "files" else created(path)

    monkeypatch.setattr(making, "_created", full)

    with pytest.raises(BackupFailed, match="is full"):
        made(backups)

    assert [path.name for path in backups.iterdir()] == [".lock"]


def test_a_killed_backup_leaves_nothing_that_looks_whole_and_the_next_one_clears_it(backups, tmp_path):
    (tmp_path / "files").mkdir()
    os.mkfifo(tmp_path / "files" / "endless")  # the backup waits here for ever
    urls = {alias: connections[alias].get_connection_params() for alias in ("default", "owner")}
    address = "postgres://{user}@{host}:{port}/{dbname}"
    environment = {
        "DATABASE_URL": address.format(**quoted(urls["default"])),
        "DATABASE_OWNER_URL": address.format(**quoted(urls["owner"])),
        "VITAS_VAR": str(tmp_path),
    }
    running = subprocess.Popen(
        [sys.executable, "manage.py", "backup", "--to", str(backups)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not list(backups.glob("*.partial/files")) and time.monotonic() < end:
        time.sleep(0.05)

    running.send_signal(signal.SIGKILL)
    running.wait(10)

    (left,) = backups.glob("vitas-*")
    assert left.name.endswith(".partial")
    with pytest.raises(BackupFailed):
        Manifest.read(left, key=project.BACKUP_KEY)
    whole = made(backups)
    assert list(backups.glob("vitas-*")) == [whole]


def quoted(parameters):
    return {**parameters, "host": str(parameters["host"]).replace("/", "%2F")}


def test_two_backups_at_once_into_one_folder_are_refused(backups):
    with making._alone(backups), pytest.raises(BackupFailed, match="Another backup"):
        made(backups)


def test_old_backups_are_dropped_but_never_the_newest_nor_what_is_not_ours(backup, backups):
    for name in ("vitas-20260101T000000Z", "vitas-20260201T000000Z"):
        (backups / name).mkdir()
        (backups / name / "manifest").touch()
    (backups / "vitas-20250101T000000Z").mkdir()  # no manifest
    (backups / "other").mkdir()

    dropped = making.drop_old(backups, days=30, now=datetime(2026, 2, 15, tzinfo=UTC))
    everything = making.drop_old(backups, days=30, now=datetime.now(UTC) + timedelta(days=400))

    assert (dropped, everything) == (["vitas-20260101T000000Z"], ["vitas-20260201T000000Z"])
    assert sorted(path.name for path in backups.iterdir() if path.is_dir()) == [
        "other",
        "vitas-20250101T000000Z",
        backup.name,
    ]


def test_a_key_is_needed_and_it_is_no_master_key(backups, settings):
    settings.BACKUP_KEY = b""
    with pytest.raises(BackupFailed, match="Set BACKUP_KEY"):
        made(backups)

    settings.BACKUP_KEY = next(iter(settings.MASTER_KEYS.values()))
    with pytest.raises(BackupFailed, match="must not be one"):
        made(backups)

    assert not backups.exists()


def test_programs_older_than_the_server_are_told(backups, monkeypatch):
    monkeypatch.setattr(database, "program_version", lambda: 12)

    with pytest.raises(BackupFailed, match="pg_dump is older"):
        made(backups)


def test_a_backup_of_a_later_version_is_refused(backup, empty, tmp_path):
    manifest = checked(backup)
    manifest.migrations.append("records.0999_later")

    with pytest.raises(BackupFailed, match=r"another version of Vitas, which knows records\.0999_later"):
        restoring.restore(
            backup,
            manifest,
            target=empty,
            stores={"default": FileSystemStorage(tmp_path / "place")},
            key=project.BACKUP_KEY,
            tell=silent,
        )


def test_a_drill_takes_a_database_that_was_made_for_it(backup, empty):
    drill.run(backup, key=project.BACKUP_KEY, scratch=empty, beside=Database.owners(), tell=silent)

    assert tables_in(empty) > 40
