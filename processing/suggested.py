"""Diagnoses as the page of a note shows them: the code, how sure the coder is, the words that it goes by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from records.notes.models import Diagnosis

WORDS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Words that speak for a code. `sentence` or `segment`, where it is on the page."""

    text: str
    sentence: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    pk: UUID
    words: Mapping[str, Any]
    percent: int | None
    because: Sequence[Because]


def of(row: Diagnosis, *, sentences: Collection[str], segments: Collection[str]) -> Shown:
    """`sentences` and `segments` are those that the page has."""
    found: dict[str, Because] = {}
    for each in row.words.get("evidence", ()):
        text = str(each.get("text", "")).strip()
        sentence, segment = str(each.get("sentence") or ""), str(each.get("segment") or "")
        if text:
            found.setdefault(
                text.lower(),
                Because(
                    text=text,
                    sentence=sentence if sentence in sentences else "",
                    segment=segment if segment in segments else "",
                ),
            )
    percent = None if row.score is None else round(100 * row.score)
    return Shown(pk=row.pk, words=row.words, percent=percent, because=list(found.values())[:WORDS_SHOWN])
