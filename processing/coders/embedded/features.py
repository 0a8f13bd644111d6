"""What speaks for a code in a text, as numbers for the trees. A training document is left out of its own counts."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from processing.coders.embedded.lexicon import Bag, Lexicon, Match, Reading

NAMES: Final = (
    *("alone", "anywhere", "together", "share", "count", "phrases", "first", "length", "met", "scattered", "whole"),
    *("wholes", "words", "near", "chance_near", "met_near", "chance_word", "term", "term_words", "chance_term"),
    *("term_chosen", "rank", "prior", "alike", "behind", "size", "letters", "negated"),
)
_NEIGHBOURS: Final = 20

Negated = Callable[[int], bool]


@dataclass(slots=True)
class Candidate:
    """A code, what speaks for it, and where: tokens `[first, one past]` with how much each says."""

    values: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[tuple[int, int], float] = field(default_factory=dict)

    def most(self, name: str, value: float) -> bool:
        if value <= self.values[name]:
            return False
        self.values[name] = value
        return True

    def at(self, first: int, last: int, size: int) -> None:
        self.values["first"] = max(self.values["first"], 1 - first / size)

    def place(self, first: int, last: int, says: float) -> None:
        self.places[first, last] = max(says, self.places.get((first, last), 0.0))


class Counts:
    """The lexicon's counts without the document that is being read."""

    def __init__(self, lexicon: Lexicon, reading: Reading) -> None:
        self.lexicon, self.out = lexicon, reading.number
        self.own = lexicon.codes[reading.number] if reading.number is not None else frozenset()
        self._coded: dict[object, tuple[int, Counter[str]]] = {}

    def given(self, codes: dict[str, set[int]]) -> dict[str, int]:
        found = {code: len(where) - (self.out in where) for code, where in codes.items()}
        return {code: count for code, count in found.items() if count}

    def chance(self, key: object, where: set[int], code: str, share: float = 0.0, more: int = 1) -> float:
        """Of the documents where it stood, the share with the code; smoothed."""
        if key not in self._coded:
            self._coded[key] = len(where), self.lexicon.coded(where)
        size, coded = self._coded[key]
        out = self.out in where
        return (coded[code] - (out and code in self.own) + 0.5 * share) / (size - out + more)


def candidates(lexicon: Lexicon, reading: Reading, negated: Negated) -> dict[str, Candidate]:
    found: dict[str, Candidate] = defaultdict(Candidate)
    if not reading.words:
        return found
    counts = Counts(lexicon, reading)
    _from_phrases(lexicon, reading, counts, found, negated)
    _from_bags(lexicon, reading, counts, found)
    _from_terms(lexicon, reading, counts, found)
    _from_document(lexicon, reading, counts, found)
    return found


def rows(found: dict[str, Candidate]) -> np.ndarray:
    return np.array([[each.values.get(name, 0.0) for name in NAMES] for each in found.values()], dtype=np.float32)


def _from_phrases(
    lexicon: Lexicon, reading: Reading, counts: Counts, found: dict[str, Candidate], negated: Negated
) -> None:
    size, told = len(reading.words), set()
    for match in reading.matches:
        given = counts.given(lexicon.phrases[match.phrase])
        total = sum(given.values())
        denied = bool(given) and negated(match.first)
        for rank, code in enumerate(sorted(given, key=lambda each: (-given[each], each))):
            share = given[code] / total
            candidate = found[code]
            says = _phrase(lexicon, counts, match, code, share, candidate)
            values = candidate.values
            values["count"] += 1
            values["negated"] += denied
            values["rank"] = max(values["rank"], 1 / (1 + rank))
            candidate.most("share", share)
            candidate.at(match.first, match.last, size)
            candidate.place(match.first, match.last, says)
            if (match.phrase, code) not in told:
                told.add((match.phrase, code))
                values["phrases"] += 1
                values["together"] -= math.log(max(1e-3, 1 - (0.5 * says if match.covered else says)))


def _phrase(lexicon: Lexicon, counts: Counts, match: Match, code: str, share: float, candidate: Candidate) -> float:
    where, alone = lexicon.met[match.phrase], lexicon.met_alone[match.phrase]
    anywhere = counts.chance((match.phrase, 0), where, code, share)
    candidate.most("anywhere", anywhere)
    if match.covered:
        return anywhere
    says = counts.chance((match.phrase, 1), alone, code, share)
    if candidate.most("alone", says):
        candidate.values["met"] = len(alone) - (counts.out in alone)
        candidate.values["length"] = match.last - match.first
        candidate.values["letters"] = sum(map(len, match.phrase))
    return says


def _from_bags(lexicon: Lexicon, reading: Reading, counts: Counts, found: dict[str, Candidate]) -> None:
    size = len(reading.words)
    for bag, near in reading.bags.items():
        given = counts.given(lexicon.by_bag[bag])
        total = sum(given.values())
        for code, count in given.items():
            candidate, share = found[code], count / total
            if candidate.most("scattered", near.share * share):
                candidate.values["whole"], candidate.values["words"] = near.share, len(bag)
            if near.share > 0.99:
                where = lexicon.met_bag[bag]
                candidate.values["wholes"] += 1
                if candidate.most("chance_near", counts.chance((bag, 2), where, code, share)):
                    candidate.values["met_near"] = len(where) - (counts.out in where)
            candidate.most("chance_word", _word_chance(lexicon, counts, bag, reading, code))
            candidate.at(near.at, near.at + 1, size)
            candidate.place(near.at, near.at + 1, 0.3 * near.share * share)


def _from_terms(lexicon: Lexicon, reading: Reading, counts: Counts, found: dict[str, Candidate]) -> None:
    for bag, near in reading.terms.items():
        codes = lexicon.terms[bag]
        for code in codes:
            candidate = found[code]
            if candidate.most("term", near.share):
                candidate.values["term_words"] = len(bag)
                candidate.values["term_chosen"] = 1 / len(codes)
            candidate.most("chance_term", _word_chance(lexicon, counts, bag, reading, code))
            candidate.at(near.at, near.at + 1, len(reading.words))
            candidate.place(near.at, near.at + 1, 0.4 * near.share)


def _from_document(lexicon: Lexicon, reading: Reading, counts: Counts, found: dict[str, Candidate]) -> None:
    alike = _alike(lexicon, reading)
    best: dict[str, float] = defaultdict(float)
    for code, candidate in found.items():
        best[code[:3]] = max(best[code[:3]], candidate.values["alone"])
    for code, candidate in found.items():
        values = candidate.values
        values["prior"] = math.log1p(lexicon.prior[code] - (code in counts.own))
        values["alike"] = alike.get(code, 0.0)
        values["behind"] = best[code[:3]] - values["alone"]
        values["size"] = len(reading.words)
        values["negated"] /= max(1, values["count"])


def _word_chance(lexicon: Lexicon, counts: Counts, bag: Bag, reading: Reading, code: str) -> float:
    """The best that any one rare word of it says."""
    rare = (word for word in bag & reading.stems if 0 < len(lexicon.with_stem.get(word, ())) <= 150)
    return max((counts.chance(word, lexicon.with_stem[word], code, more=2) for word in rare), default=0.0)


def _alike(lexicon: Lexicon, reading: Reading) -> dict[str, float]:
    """How common each code is in the documents most like this one."""
    likeness = lexicon.vectors @ lexicon.vector(reading.stems)
    if reading.number is not None:
        likeness[reading.number] = 0
    nearest = np.argsort(-likeness)[:_NEIGHBOURS]
    whole = float(likeness[nearest].sum()) or 1.0
    found: dict[str, float] = defaultdict(float)
    for number in nearest:
        for code in lexicon.codes[number]:
            found[code] += float(likeness[number]) / whole
    return found
