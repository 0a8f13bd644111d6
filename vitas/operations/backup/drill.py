"""The drill: a backup is only one when it was restored. Into a database of its own, which is gone afterwards."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.files.storage import FileSystemStorage
from psycopg import sql

from vitas.operations.backup import BackupFailed, files, restoring
from vitas.operations.backup.database import Database
from vitas.operations.backup.manifest import Manifest

Tell = Callable[[str], None]


def run(folder: Path, *, key: bytes, scratch: Database | None, beside: Database, tell: Tell) -> Manifest:
    """Restore the backup into an empty database and a folder of its own, and compare all of it.

    `scratch` is an empty database to use (it is left full); without it one is made beside `beside`.
    Raises BackupFailed.
    """
    manifest = restoring.check(folder, key=key, tell=tell)
    with _folder() as place, _scratch(scratch, beside) as target:
        stores = {alias: FileSystemStorage(place / alias) for alias in files.stores()}
        restoring.restore(folder, manifest, target=target, stores=stores, key=key, tell=tell)
    return manifest


@contextmanager
def _folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="vitas-drill-"))  # ours alone: mode 0700
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _scratch(given: Database | None, beside: Database) -> Iterator[Database]:
    if given is not None:
        yield given
        return
    name = f"vitas_drill_{secrets.token_hex(6)}"
    with beside.connected(autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise BackupFailed(
                "The owner may not make a database for the drill. Make an empty one and name it with --scratch."
            ) from error
        try:
            yield beside.named(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
