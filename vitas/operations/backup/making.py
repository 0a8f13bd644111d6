"""Making a backup: one snapshot of the database, then the files, then the manifest; the name comes last."""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.utils import timezone

from vitas.common.ids import new_id
from vitas.common.sql import application_role
from vitas.operations.backup import BackupFailed, database, files
from vitas.operations.backup.database import Database
from vitas.operations.backup.manifest import NAME as MANIFEST
from vitas.operations.backup.manifest import Manifest, Part
from vitas.operations.backup.sealing import Sealer

PARTIAL: Final = ".partial"
_OURS = re.compile(r"vitas-\d{8}T\d{6}Z")
_READ = 1 << 18  # bytes

Tell = Callable[[str], None]


def required_key() -> bytes:
    """BACKUP_KEY. Raises BackupFailed where there is none, or it is one of the master keys."""
    if not settings.BACKUP_KEY:
        raise BackupFailed("Set BACKUP_KEY to base64 of 32 random bytes; it seals the backups.")
    if settings.BACKUP_KEY in settings.MASTER_KEYS.values():
        raise BackupFailed("BACKUP_KEY must not be one of MASTER_KEYS: whoever finds one must not have the other.")
    return bytes(settings.BACKUP_KEY)


def make(*, to: Path, source: Database, tell: Tell) -> Path:
    """A backup as a new folder in `to`. Raises BackupFailed; then nothing is left that looks like one."""
    key = required_key()
    with _alone(to):
        _clear_left(to)
        place = to / f"vitas-{timezone.now():%Y%m%dT%H%M%SZ}"
        partial = place.with_name(place.name + PARTIAL)
        try:
            partial.mkdir(mode=0o700)
            _fill(partial, source=source, key=key, tell=tell)
            partial.rename(place)
            _sync(to)
        except OSError as error:
            raise BackupFailed(_in_words(error, to)) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return place


def drop_old(folder: Path, *, days: int, now: datetime) -> list[str]:
    """Remove whole backups older than this, never the newest; what is not ours is not touched. Returns their names."""
    ours = sorted(each for each in folder.iterdir() if _OURS.fullmatch(each.name) and (each / MANIFEST).exists())
    before = f"vitas-{now - timedelta(days=days):%Y%m%dT%H%M%SZ}"
    old = [each for each in ours[:-1] if each.name < before]
    for each in old:
        (each / MANIFEST).unlink()  # from here on it is no backup, whatever happens
        shutil.rmtree(each)
    return [each.name for each in old]


def _fill(folder: Path, *, source: Database, key: bytes, tell: Tell) -> None:
    backup = new_id()
    parts: dict[str, Part] = {}
    with source.connected() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        made_at, snapshot = connection.execute("SELECT now(), pg_export_snapshot()").fetchall()[0]
        server = connection.info.server_version // 10_000
        if database.program_version() < server:
            raise BackupFailed(f"pg_dump is older than the server: install PostgreSQL's client programs {server}.")
        with _part(folder, "database", key=key, backup=backup, parts=parts) as sealer:
            _dump(source, snapshot, sealer, tell)
        tables = database.held(connection, tell=lambda count: tell(f"tables: {count} counted"))
        sequences, migrations = database.sequences(connection), database.migrations(connection)
        master_keys = _masters(connection)
    with _part(folder, "files", key=key, backup=backup, parts=parts) as sealer:
        stored = files.pack(sealer, tell=lambda count: tell(f"files: {count}"))
    manifest = Manifest(
        id=str(backup),
        made_at=made_at.isoformat(),
        server=server,
        roles=sorted({source.parameters.get("user", ""), application_role()}),
        master_keys=master_keys,
        migrations=migrations,
        tables=tables,
        sequences=sequences,
        files=stored,
        parts=parts,
    )
    with _created(folder / MANIFEST) as out:
        manifest.write(out, key=key)
    _sync(folder)


def _dump(source: Database, snapshot: str, sealer: Sealer, tell: Tell) -> None:
    arguments = ["--format=custom", "--compress=gzip:6", f"--snapshot={snapshot}"]
    with (
        tempfile.TemporaryFile() as said,
        source.started("pg_dump", *arguments, stdout=subprocess.PIPE, stderr=said) as program,
    ):
        assert program.stdout
        try:
            while content := program.stdout.read(_READ):
                sealer.write(content)
                tell(f"database: {sealer.content_size / 1e6:.1f} MB")
        except BaseException:
            program.kill()
            raise
        database.require_success(program, said)


@contextlib.contextmanager
def _part(folder: Path, name: str, *, key: bytes, backup: uuid.UUID, parts: dict[str, Part]) -> Iterator[Sealer]:
    with _created(folder / name) as out:
        sealer = Sealer(out, key=key, backup=backup, part=name)
        yield sealer
        sealer.finish()
    parts[name] = Part(size=sealer.size, sha256=sealer.sha256)


def _created(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _masters(connection: Any) -> list[str]:
    rows = connection.execute("SELECT DISTINCT master FROM common_datakey WHERE destroyed_at IS NULL ORDER BY 1")
    return [row[0] for row in rows]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; a dead one's hold ends with it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / ".lock", "w")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise BackupFailed(f"{folder} cannot be written to: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed(f"Another backup is being made in {folder}.") from error
        yield


def _clear_left(folder: Path) -> None:
    """What a killed backup has left."""
    for left in folder.glob(f"vitas-*{PARTIAL}"):
        shutil.rmtree(left, ignore_errors=True)


def _in_words(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"The disk of {folder} is full. Nothing was kept; make room, or drop old backups with --keep-days."
    if error.errno == errno.EEXIST:
        return f"A backup of this very second stands in {folder} already."
    return f"The backup cannot be written to {folder}: {error.strerror or type(error).__name__}."


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
