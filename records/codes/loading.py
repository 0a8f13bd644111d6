"""Setting a table down in the database, whole, in one transaction. The same table again changes nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from records.codes import lay_words
from records.codes.folding import words_of
from records.codes.models import Code, CodeSystem, CodeWord
from records.codes.sources import Table

LISTED: Final = 100  # a code that lay words name
VAGUE: Final = 10  # the unspecified child, which is what is mostly meant
FORMAT: Final = "2"  # of what is derived from the rows: goes up when that changes

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`changed`: rows that are new or other than before; `retired`: codes that the table has no more."""

    codes: int
    changed: int = 0
    retired: int = 0
    was_there: bool = False


def load(table: Table, *, told: Told = lambda _done, _all: None) -> Loaded:
    """Codes gone from the table are retired, not deleted: diagnoses name them. `told(rows done, of all)`."""
    system = CodeSystem.objects.filter(pk=table.key).first()
    sha256, version = table.sha256, f"{table.version}"[:36] + f" #{FORMAT}"
    if system is not None and (system.sha256, system.version) == (sha256, version):
        return Loaded(codes=len(table.rows), was_there=True)
    with transaction.atomic():
        CodeSystem.objects.update_or_create(
            pk=table.key,
            defaults={
                "name": table.name,
                "uri": table.uri,
                "language": table.language,
                "version": version,
                "sha256": sha256,
                "codes_count": len(table.rows),
                "loaded_at": timezone.now(),
            },
        )
        with connection.cursor() as cursor:
            columns = _columns(table, told)
            cursor.execute(_MERGE, [table.key, *columns])
            changed = cursor.rowcount
            cursor.execute(_RETIRE, [timezone.now(), table.key, columns[0]])
            retired = cursor.rowcount
        _set_words(table.key)
    return Loaded(codes=len(table.rows), changed=changed, retired=retired)


# The application may make no tables, not even temporary ones: the rows come as one array a column.
_MERGE: Final = """
INSERT INTO codes_code AS held (system_id, code, display, parent, is_leaf, words, common)
SELECT %s, coming.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::smallint[])
    AS coming (code, display, parent, is_leaf, words, common) ORDER BY coming.code
ON CONFLICT (system_id, code) DO UPDATE SET display = excluded.display, parent = excluded.parent,
    is_leaf = excluded.is_leaf, words = excluded.words, common = excluded.common, retired_at = NULL
WHERE (held.display, held.parent, held.is_leaf, held.words, held.common, held.retired_at) IS DISTINCT FROM
    (excluded.display, excluded.parent, excluded.is_leaf, excluded.words, excluded.common, NULL::timestamptz)
"""
_RETIRE: Final = """
UPDATE codes_code held SET retired_at = %s WHERE system_id = %s AND retired_at IS NULL
    AND NOT EXISTS (SELECT FROM unnest(%s::text[]) AS coming (code) WHERE coming.code = held.code)
"""


def _columns(table: Table, told: Told) -> list[list[Any]]:
    rows = []
    for done, row in enumerate(_rows(table), start=1):
        rows.append(row)
        if done % 5000 == 0:
            told(done, len(table.rows))
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]


def _rows(table: Table) -> Iterator[tuple[Any, ...]]:
    known = {row.code for row in table.rows}
    finer = lay_words.finer_of(table.rows)
    said: dict[str, list[str]] = defaultdict(list)
    for each in lay_words.all_said():
        if code := lay_words.nearest(each.code, known, finer):
            said[code].append(each.words)
    vague = {within[0] for within in finer.values()}
    for row in table.rows:
        common = LISTED * (row.code in said) + VAGUE * (row.code in vague)
        yield *row, _words(row.display, said.get(row.code, ())), common


def _words(display: str, said: Iterable[str]) -> str:
    """Each word with a space before it, so that a word's beginning is found by `% word%`."""
    return " " + " | ".join(" ".join(words_of(text)) for text in (display, *said)) + " "


def _set_words(key: str) -> None:
    texts = Code.objects.filter(system_id=key, retired_at=None).values_list("words", flat=True)
    uses = Counter(word for text in texts for word in set(text.split()) if 3 < len(word) <= 40 and word.isalpha())
    CodeWord.objects.filter(system_id=key).delete()
    rows = [CodeWord(system_id=key, word=word, uses=count) for word, count in sorted(uses.items())]
    CodeWord.objects.bulk_create(rows, batch_size=5000)
