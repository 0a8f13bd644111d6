"""The table whose codes may be suggested: from the database in the clinic, from a package in the batch commands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from processing.engines import EngineError
from records.codes import lay_words, sources


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    key: str
    language: str
    displays: dict[str, str]
    final: frozenset[str]
    finer: dict[str, list[str]]

    def nearest(self, code: str) -> str | None:
        """A final code of this table that says the same; None if it has none, or none that is in use."""
        found = lay_words.nearest(code, self.displays, self.finer)
        return found if found in self.final else None


def packaged(key: str) -> Known:
    """Raises EngineError for a table that no package has."""
    if key not in sources.keys():  # noqa: SIM118  (a function, no mapping)
        raise EngineError("CODE_TABLE_UNKNOWN", temporary=False)
    return _packaged(key)


def loaded(key: str) -> Known:
    """As the database has it now, without retired codes. Raises EngineError if it is not there."""
    from records.codes.models import CodeSystem  # the batch commands need no database

    found = CodeSystem.objects.filter(pk=key).values_list("language", "sha256").first()
    if found is None:
        raise EngineError("CODE_TABLE_UNKNOWN", temporary=False)
    return _loaded(key, *found)


@lru_cache(maxsize=4)
def _packaged(key: str) -> Known:
    table = sources.of(key)
    return _known(key, table.language, table.rows)


@lru_cache(maxsize=4)
def _loaded(key: str, language: str, _sha256: str) -> Known:
    from records.codes.models import Code

    rows = Code.objects.filter(system_id=key, retired_at=None).values_list("code", "display", "parent", "is_leaf")
    return _known(key, language, rows)


def _known(key: str, language: str, rows: Iterable[Any]) -> Known:
    given = [(code, display, parent, is_leaf) for code, display, parent, is_leaf in rows]
    return Known(
        key=key,
        language=language[:2],
        displays={code: display for code, display, _parent, _is_leaf in given},
        final=frozenset(code for code, _display, _parent, is_leaf in given if is_leaf),
        finer=lay_words.finer_of(given),
    )
