"""What became of a draft's words: word by word, for people to see and for the drafter's quality figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


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
    """What changed between two bodies of a note, section by section."""
    raise NotImplementedError


def words(older: str, newer: str) -> list[Run]:
    """What changed between two texts."""
    raise NotImplementedError
