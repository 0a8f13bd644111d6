"""Indexes on a partitioned table that is in use: PostgreSQL builds none concurrently on the whole, so on each month."""

from typing import Any

from django.db import migrations

TABLE = "audit_auditentry"


def index_each_month(name: str, columns: str, *, where: str = "") -> migrations.RunPython:
    """An index on every partition, those to come too. Nobody who writes waits; the migration must not be atomic.

    Whoever was interrupted may begin again: what is there stays, and what was left unfinished is built anew.
    """
    condition = f" WHERE {where}" if where else ""

    def build(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            # First the whole's, not valid yet: a month that is made from now on brings its own.
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY {TABLE} ({columns}){condition}")
            for month in _partitions_without(cursor, name):
                part = f"{month}_{name.removeprefix('audit_')}"
                aside = "CONCURRENTLY " if _has_rows(cursor, month) else ""
                cursor.execute(f"DROP INDEX {aside}IF EXISTS {part}")
                cursor.execute(f"CREATE INDEX {aside}{part} ON {month} ({columns}){condition}")
                cursor.execute(f"ALTER INDEX {name} ATTACH PARTITION {part}")

    def drop(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")

    return migrations.RunPython(build, drop)


_WITHOUT = """
SELECT part.inhrelid::regclass::text FROM pg_inherits part WHERE part.inhparent = %s::regclass
AND NOT EXISTS (
    SELECT FROM pg_inherits index_part JOIN pg_index ON pg_index.indexrelid = index_part.inhrelid
    WHERE index_part.inhparent = %s::regclass AND pg_index.indrelid = part.inhrelid
) ORDER BY 1
"""


def _partitions_without(cursor: Any, name: str) -> list[str]:
    cursor.execute(_WITHOUT, [TABLE, name])
    return [row[0] for row in cursor.fetchall()]


def _has_rows(cursor: Any, month: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {month})")  # nosec B608  # a name of the catalogue
    return bool(cursor.fetchone()[0])
