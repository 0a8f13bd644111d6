"""What must be known of a language to hold two texts against each other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

Rewriting = tuple[re.Pattern[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`cues` turn phrases into the marks of polarity.py, in their order; only the marks are in capitals."""

    stemmer: str
    stop: frozenset[str]  # words that state nothing
    form: frozenset[str]  # words of the note's form, which nobody needs to have said
    cues: Sequence[Rewriting]
    terms: Sequence[Rewriting]  # ways of saying one thing, to one word
    tag_questions: re.Pattern[str]  # ", right?"
    refuses: re.Pattern[str]  # how an answer begins that says no
    agrees: re.Pattern[str]
    doubts: re.Pattern[str]
    wonders: re.Pattern[str]  # how a question begins that cannot be answered by yes or no
    left: re.Pattern[str]
    right: re.Pattern[str]
    both: re.Pattern[str]
    numerals: Mapping[str, int]
    joiner: str  # between tens and ones: "veinte Y cinco"
    point: str  # the word of the decimal point, a pattern
    half: re.Pattern[str]  # "and a half"
    amounts: Sequence[Rewriting]  # "twice" and the like, in digits
    units: Mapping[str, str]  # word to unit of quantities.UNITS
    over: str  # what stands between two numbers of a blood pressure, a pattern
    corrected: str  # "no, sorry,", a pattern
    rhythms: Sequence[tuple[re.Pattern[str], str]]  # how often: pattern with its number, and what the number is
    opposites: Sequence[tuple[re.Pattern[str], re.Pattern[str]]]


def of(code: str) -> Language | None:
    """None for a language that is not known: then only evidence and digits can be checked."""
    short = code[:2].lower()
    return _table(short) if short in ("en", "es", "pt") else None


@cache
def _table(short: str) -> Language:
    table: Language = import_module(f"processing.facts.tables.{short}").LANGUAGE
    return table


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def pattern(alternatives: str) -> re.Pattern[str]:
    """Whole words, in lower case."""
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def rewritings(*rows: tuple[str, str]) -> list[Rewriting]:
    return [(pattern(found), instead) for found, instead in rows]
