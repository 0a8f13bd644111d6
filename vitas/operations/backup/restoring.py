"""Reading a backup back: all of it is proven first, then files, then the database in one transaction."""

import hashlib
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from django.core.files.storage import Storage
from django.db.migrations.loader import MigrationLoader

from vitas.operations.backup import BackupFailed, database, files
from vitas.operations.backup.database import Database
from vitas.operations.backup.manifest import Manifest, StoredFile
from vitas.operations.backup.sealing import Tampered, opened

Tell = Callable[[str], None]
_READ = 1 << 20  # bytes
_SHOWN: Final = 5  # differences that a sentence names


def check(folder: Path, *, key: bytes, tell: Tell) -> Manifest:
    """Prove every part against the manifest. Raises BackupFailed; nothing is written anywhere."""
    manifest = Manifest.read(folder, key=key)
    for name, part in manifest.parts.items():
        digest, size = hashlib.sha256(), 0
        try:
            with open(folder / name, "rb") as file:
                while content := file.read(_READ):
                    digest.update(content)
                    size += len(content)
                    tell(f"{name}: {size / 1e6:.1f} of {part.size / 1e6:.1f} MB checked")
        except OSError as error:
            raise BackupFailed(f"The part {name} cannot be read.") from error
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise Tampered(f"The part {name} is not what was written: it was changed or cut off.")
    return manifest


def restore(
    folder: Path, manifest: Manifest, *, target: Database, stores: Mapping[str, Storage], key: bytes, tell: Tell
) -> None:
    """Fill an empty database and empty stores from a backup that `check` has proven, and compare.

    A restore that was broken off is run again: files that arrived are kept, and the database comes whole or not at all.
    Raises BackupFailed: something is in the way, or what arrived is not what was written.
    """
    _require_room(manifest, target=target, stores=stores)
    _restore_files(folder, manifest, stores=stores, key=key, tell=tell)
    _restore_database(folder, manifest, target=target, key=key, tell=tell)
    require_equal(manifest, target=target, stores=stores, tell=tell)


def require_equal(manifest: Manifest, *, target: Database, stores: Mapping[str, Storage], tell: Tell) -> None:
    """Compare rows and hashes of every table, and every file, with the manifest. Raises BackupFailed."""
    with target.connected() as connection:
        tables = database.held(
            connection, tell=lambda count: tell(f"tables: {count} of {len(manifest.tables)} compared")
        )
        counters = database.sequences(connection)
    wrong = [name for name in sorted(manifest.tables | tables) if manifest.tables.get(name) != tables.get(name)]
    wrong += [name for name, value in manifest.sequences.items() if counters.get(name, -1) < value]
    for at, file in enumerate(manifest.files, start=1):
        if not _lies(file, stores):
            wrong.append(file.name)
        tell(f"files: {at} of {len(manifest.files)} compared")
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise BackupFailed(f"Not as it was written: {', '.join(wrong[:_SHOWN])}{more}.")


def _require_room(manifest: Manifest, *, target: Database, stores: Mapping[str, Storage]) -> None:
    with target.connected() as connection:
        if not database.is_empty(connection):
            raise BackupFailed(f"The database {target.name} is not empty. A backup is restored into an empty one only.")
        if connection.info.server_version // 10_000 < manifest.server:
            raise BackupFailed(f"This backup needs PostgreSQL {manifest.server} or later.")
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [manifest.roles]).fetchall()
    if lacking := sorted(set(manifest.roles) - {row[0] for row in rows}):
        raise BackupFailed(f"The server lacks the roles {', '.join(lacking)}: run deploy/postgres/roles.sql first.")
    loader = MigrationLoader(None)
    here = {f"{app}.{name}" for app, name in {*(loader.disk_migrations or {}), *_replaced(loader)}}
    if later := sorted(set(manifest.migrations) - here):
        raise BackupFailed(
            f"This backup was made by another version of Vitas, which knows {later[-1]}. Install that one."
        )
    written = {(file.store, file.name): file for file in manifest.files}
    for alias, store in stores.items():
        for name in files.names(store):
            file = written.get((alias, name))
            if file is None or not _lies(file, stores):
                raise BackupFailed(f"The store {alias} is not empty. Files are restored into an empty one only.")


def _replaced(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    for migration in (loader.disk_migrations or {}).values():
        yield from migration.replaces


def _lies(file: StoredFile, stores: Mapping[str, Storage]) -> bool:
    """Whether the store holds this very file."""
    store = stores.get(file.store)
    try:
        return store is not None and files.fingerprint(store, file.name) == (file.size, file.sha256)
    except OSError:
        return False


def _restore_files(folder: Path, manifest: Manifest, *, stores: Mapping[str, Storage], key: bytes, tell: Tell) -> None:
    written = {(file.store, file.name): file for file in manifest.files}
    if unknown := {file.store for file in manifest.files} - set(stores):
        raise BackupFailed(f"The settings know no store {', '.join(sorted(unknown))}.")
    with open(folder / "files", "rb") as part:
        content = opened(part, key=key, backup=uuid.UUID(manifest.id), part="files")
        for at, (alias, name, blocks) in enumerate(files.unpack(content), start=1):
            if not _lies(written[alias, name], stores):
                saved = stores[alias].save(name, files.Arriving(blocks, name))
                if saved != name:
                    raise BackupFailed(f"The store {alias} does not take a file by its name.")
            tell(f"files: {at} of {len(manifest.files)} restored")


def _restore_database(folder: Path, manifest: Manifest, *, target: Database, key: bytes, tell: Tell) -> None:
    arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-comments"]
    size = 0
    with (
        open(folder / "database", "rb") as part,
        tempfile.TemporaryFile() as said,
        target.started("pg_restore", *arguments, stdin=subprocess.PIPE, stdout=said, stderr=said) as program,
    ):
        assert program.stdin
        try:
            for content in opened(part, key=key, backup=uuid.UUID(manifest.id), part="database"):
                program.stdin.write(content)
                size += len(content)
                tell(f"database: {size / 1e6:.1f} MB restored")
            program.stdin.close()
        except BrokenPipeError:
            pass  # it says below why it ended
        except BaseException:
            program.kill()
            raise
        database.require_success(program, said)
