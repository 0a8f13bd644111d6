"""What became of a draft's words: word by word, for people to see and for the drafter's quality figure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from records.notes import bodies

_PIECES: Final = re.compile(r"\w+(?:[.,]\d+)*|[^\w\s]")  # a word, a number with its point, a mark
_WITH_SPACE: Final = re.compile(r"\s*(?:\w+(?:[.,]\d+)*|[^\w\s])")


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row that are in both texts, only in the newer, or only in the older."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of one section. `title` as the section has it; `lines`: a sentence each, as runs."""

    key: str
    title: str
    part: str
    lines: Sequence[Sequence[Run]]


def between(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Changed]:
    """What changed between two bodies of a note, section by section; a sentence that went stands where it stood."""
    found = []
    for section in newer.get("sections", []):
        before = next((one for one in older.get("sections", []) if one["key"] == section["key"]), None)
        lines = list(_lines(before["sentences"] if before else [], section["sentences"]))
        found.append(Changed(key=section["key"], title=section["title"], part=section["part"], lines=lines))
    kept = {section["key"] for section in newer.get("sections", [])}
    for section in older.get("sections", []):
        if section["key"] not in kept:
            gone = [_whole("removed", sentence) for sentence in section["sentences"]]
            found.append(Changed(key=section["key"], title=section["title"], part=section["part"], lines=gone))
    return found


def words(older: str, newer: str) -> list[Run]:
    """What changed between two texts. The runs `same` and `added` in a row are the newer, letter by letter."""
    old, new = _WITH_SPACE.findall(older), _WITH_SPACE.findall(newer)
    matcher = SequenceMatcher(None, [piece.strip() for piece in old], [piece.strip() for piece in new], autojunk=False)
    runs: list[Run] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            runs.append(Run("same", "".join(new[k:m])))
            continue
        if j > i:
            runs.append(Run("removed", "".join(old[i:j])))
        if m > k:
            runs.append(Run("added", "".join(new[k:m])))
    return runs


def survived(drafted: Iterable[Mapping[str, Any]], signed: Mapping[str, Any]) -> float | None:
    """Share of the drafted words that are in the signed note, 0 to 1; None where nothing was drafted.

    A sentence is compared with what became of it, wherever that stands; one that went, with what was written by hand.
    """
    after = {sentence["id"]: sentence["text"] for sentence in bodies.sentences(signed)}
    before = {sentence["id"]: sentence["text"] for sentence in drafted}
    total = sum(len(_words(text)) for text in before.values())
    if not total:
        return None
    kept = sum(_common(_words(text), _words(after[key])) for key, text in before.items() if key in after)
    gone = [word for key, text in before.items() if key not in after for word in _words(text)]
    by_hand = [word for key, text in after.items() if key not in before for word in _words(text)]
    return (kept + _common(gone, by_hand)) / total


def _lines(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[list[Run]]:
    """Sentences are known by their ids; order is the newer's, what went is put in where it stood."""
    was = {sentence["id"]: sentence for sentence in before}
    stays = {sentence["id"] for sentence in after}
    yield from _gone_after("", before, stays)
    for sentence in after:
        old = was.get(sentence["id"])
        yield words(old["text"], sentence["text"]) if old else _whole("added", sentence)
        yield from _gone_after(sentence["id"], before, stays)


def _gone_after(key: str, before: Sequence[Mapping[str, Any]], stays: set[str]) -> Iterator[list[Run]]:
    """The sentences between `key` (the beginning without it) and the next that stays."""
    follows = not key
    for sentence in before:
        if sentence["id"] in stays:
            if follows and key != sentence["id"]:
                return
            follows = sentence["id"] == key
        elif follows:
            yield _whole("removed", sentence)


def _whole(kind: Literal["added", "removed"], sentence: Mapping[str, Any]) -> list[Run]:
    return [Run(kind, sentence["text"])]


def _words(text: str) -> list[str]:
    return [piece.casefold() for piece in _PIECES.findall(text) if piece[0].isalnum()]


def _common(older: Sequence[str], newer: Sequence[str]) -> int:
    """Words that both have, in the same order."""
    return sum(size for _i, _j, size in SequenceMatcher(None, older, newer, autojunk=False).get_matching_blocks())
