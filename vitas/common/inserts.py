"""Inserting rows with SQL that is written once a combination of tables.

Django plans each INSERT anew; on the hot paths that costs more than the database does (docs/performance.md). Everything
else of a row is Django's: defaults, encryption, adaptation of values.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models


def insert(row: models.Model) -> None:
    """Add one row whose key is known, or not needed afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(_insert(type(row)), _values(row))


def insert_all(rows: Sequence[models.Model], *, then: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Add rows of several tables and run `then`, all in one statement; answers with what `then` returns.

    Keys that refer to each other are checked at the statement's end. `then` may begin with further CTEs.
    """
    ctes = ", ".join(f"row{at} AS ({_insert(type(row))})" for at, row in enumerate(rows))
    values = [value for row in rows for value in _values(row)]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ctes}, {then}", [*values, *parameters])
        return cursor.fetchall()


@lru_cache(maxsize=256)
def _insert(model: type[models.Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in _fields(model))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({", ".join(["%s"] * len(_fields(model)))})'


@lru_cache(maxsize=256)
def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _values(row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in _fields(type(row))]
