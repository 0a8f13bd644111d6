"""Finding a code by words or by its beginning: lay words, without accents, in any order, spelled nearly right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length

from records.codes.folding import words_of
from records.codes.models import Code, CodeWord

MOST: Final = 100
_MOST_WORDS: Final = 8
_ALIKE: Final = 0.35  # least similarity of a word that is read for another
_CODE: Final = re.compile(r"[A-Za-z][0-9][0-9A-Za-z]?\.?[0-9A-Za-z]{0,4}")


@dataclass(frozen=True, slots=True)
class Found:
    code: str
    display: str
    is_leaf: bool


def search(table: str, words: str, limit: int = 20) -> list[Found]:
    """The best first: the common and the final before others. `table` is a CodeSystem's key."""
    limit = max(1, min(limit, MOST))
    words = words.strip()
    if _CODE.fullmatch(words) and (found := _by_code(table, words, limit)):
        return found
    given = words_of(words)[:_MOST_WORDS]
    if not given or sum(map(len, given)) < 2:
        return []
    found = _by_words(table, given, limit)
    if not found:
        read = _read_right(table, given)
        found = _by_words(table, read, limit) if read != given else []
    return found


def _by_code(table: str, words: str, limit: int) -> list[Found]:
    bare = words.upper().replace(".", "")
    begins = bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"
    exact = Case(When(code=begins, then=Value(0)), default=Value(1), output_field=IntegerField())
    return _listed(_of(table).filter(code__startswith=begins).order_by(exact, "-common", "-is_leaf", "code")[:limit])


def _by_words(table: str, words: Sequence[str], limit: int) -> list[Found]:
    rows = _of(table)
    for word in words:
        rows = rows.filter(words__contains=f" {word}")
    whole = " ".join(words)
    # A text or lay word that is just what was typed, then one that has it in a piece, then the rest.
    said = Case(
        When(words__contains=f"| {whole} |", then=Value(0)),
        When(words__startswith=f" {whole} |", then=Value(0)),
        When(words__endswith=f"| {whole} ", then=Value(0)),
        When(words=f" {whole} ", then=Value(0)),
        When(words__contains=f" {whole} ", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return _listed(rows.order_by(said, "-common", "-is_leaf", Length("display"), "code")[:limit])


def _read_right(table: str, words: Sequence[str]) -> list[str]:
    """Each word that the table has not, as the most alike of those that it has."""
    return [_alike(table, word) or word for word in words]


def _alike(table: str, word: str) -> str | None:
    if len(word) < 4 or CodeWord.objects.filter(system_id=table, word__startswith=word).exists():
        return None
    found = CodeWord.objects.raw(
        "SELECT id, word FROM codes_codeword WHERE system_id = %s AND word %% %s AND similarity(word, %s) >= %s"
        " ORDER BY similarity(word, %s) DESC, uses DESC LIMIT 1",
        [table, word, word, _ALIKE, word],
    )
    return next((row.word for row in found), None)


def _of(table: str) -> QuerySet[Code]:
    return Code.objects.filter(system_id=table, retired_at=None)


def _listed(rows: QuerySet[Code, Any]) -> list[Found]:
    return [Found(*row) for row in rows.values_list("code", "display", "is_leaf")]
