"""What was learnt of how codes are written down: phrases of CodiEsp's annotators, and how often each led to a code.

Kept as what stood in each training document, so that training can leave a document out of its own counts and use the
same code as the coder does.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from processing.coders.embedded.stems import EMPTY, Token, stems, tokens

Phrase = tuple[str, ...]
Bag = frozenset[str]
LONGEST: Final = 8  # words of a phrase
WINDOW: Final = 7  # words to each side in which the words of a phrase may be scattered


class Match(NamedTuple):
    """A phrase as it stands in a text. `covered`: a longer one has it within."""

    first: int
    last: int  # one past
    phrase: Phrase
    covered: bool


class Near(NamedTuple):
    """A phrase most of whose words stand near each other. `share` of their weight, around the token `at`."""

    share: float
    at: int


@dataclass(slots=True)
class Reading:
    """A text with what was found in it. `number` names a document that the lexicon was learnt from."""

    words: list[Token]
    number: int | None = None
    matches: list[Match] = field(default_factory=list)
    bags: dict[Bag, Near] = field(default_factory=dict)
    terms: dict[Bag, Near] = field(default_factory=dict)
    stems: frozenset[str] = frozenset()


def content(phrase: Iterable[str]) -> Bag:
    return frozenset(word for word in phrase if word not in EMPTY)


class Lexicon:
    """`codes` and `evidence` of each training document; `terms`: texts of the table and lay words with their codes."""

    def __init__(
        self,
        *,
        texts: Sequence[Sequence[str]],
        codes: Sequence[Iterable[str]],
        evidence: Sequence[Mapping[Phrase, Iterable[str]]],
        terms: Mapping[Bag, Iterable[str]],
        seen: Sequence[tuple[Iterable[Phrase], Iterable[Phrase], Iterable[Bag]]] = (),
    ) -> None:
        self.texts = [frozenset(text) for text in texts]
        self.codes = [frozenset(each) for each in codes]
        self.evidence = evidence
        self.terms = {bag: frozenset(each) for bag, each in terms.items()}
        self.phrases: dict[Phrase, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.by_bag: dict[Bag, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, found in enumerate(evidence):
            for phrase, given in found.items():
                for code in given:
                    self.phrases[phrase][code].add(number)
                    if bag := content(phrase):
                        self.by_bag[bag][code].add(number)
        self.with_stem = _inverted(enumerate(self.texts))
        self.weight = {word: math.log((len(texts) + 1) / (len(where) + 0.5)) for word, where in self.with_stem.items()}
        self.unseen = math.log((len(texts) + 1) / 0.5)
        self.by_word = self._index(self.by_bag, 0.5)
        self.terms_by_word = self._index(self.terms, 1.0)
        self.prior = Counter(code for each in self.codes for code in each)
        self.met: dict[Phrase, set[int]] = defaultdict(set)
        self.met_alone: dict[Phrase, set[int]] = defaultdict(set)
        self.met_bag: dict[Bag, set[int]] = defaultdict(set)
        self.seen = seen
        for number, (phrases, alone, bags) in enumerate(seen):
            self._note(number, phrases, alone, bags)

    def weigh(self, word: str) -> float:
        return self.weight.get(word, self.unseen)

    def read(self, text: str | Sequence[Token], number: int | None = None) -> Reading:
        words = tokens(text) if isinstance(text, str) else list(text)
        reading = Reading(words=words, number=number, stems=frozenset(word.stem for word in words))
        reading.matches = self._matches(words)
        reading.bags, reading.terms = self._near(words)
        return reading

    def learn_from(self, readings: Sequence[Reading]) -> None:
        """Where each phrase stood in the training documents."""
        self.seen = [
            (
                {match.phrase for match in reading.matches},
                {match.phrase for match in reading.matches if not match.covered},
                {bag for bag, near in reading.bags.items() if near.share > 0.99},
            )
            for reading in readings
        ]
        for number, (phrases, alone, bags) in enumerate(self.seen):
            self._note(number, phrases, alone, bags)

    def coded(self, where: Iterable[int]) -> Counter[str]:
        return Counter(code for number in where for code in self.codes[number])

    @cached_property
    def vectors(self) -> np.ndarray:
        return np.stack([self.vector(text) for text in self.texts])

    def vector(self, found: Iterable[str]) -> np.ndarray:
        made = np.zeros(len(self._places), dtype=np.float32)
        for word in found:
            if word in self._places:
                made[self._places[word]] = self.weigh(word)
        return made / (np.linalg.norm(made) + 1e-9)

    @cached_property
    def _places(self) -> dict[str, int]:
        half = len(self.texts) // 2
        common = (word for word, where in sorted(self.with_stem.items()) if 2 <= len(where) <= half)
        return {word: place for place, word in enumerate(common)}

    def _note(self, number: int, phrases: Iterable[Phrase], alone: Iterable[Phrase], bags: Iterable[Bag]) -> None:
        for phrase in phrases:
            self.met[phrase].add(number)
        for phrase in alone:
            self.met_alone[phrase].add(number)
        for bag in bags:
            self.met_bag[bag].add(number)

    def _index(self, bags: Iterable[Bag], least: float) -> dict[str, list[Bag]]:
        """Bags by their rare words: those that weigh at least this share of the rarest."""
        index: dict[str, list[Bag]] = defaultdict(list)
        for bag in bags:
            rarest = max(map(self.weigh, bag))
            for word in bag:
                if self.weigh(word) >= least * rarest:
                    index[word].append(bag)
        return index

    def _matches(self, words: Sequence[Token]) -> list[Match]:
        found: list[tuple[int, int, Phrase]] = []
        for first in range(len(words)):
            for last in range(first + 1, min(len(words), first + LONGEST) + 1):
                if last - 1 > first and words[last - 1].opens:
                    break
                phrase = tuple(word.stem for word in words[first:last])
                if phrase in self.phrases:
                    found.append((first, last, phrase))
        return [Match(first, last, phrase, _covered(first, last, found)) for first, last, phrase in found]

    def _near(self, words: Sequence[Token]) -> tuple[dict[Bag, Near], dict[Bag, Near]]:
        bags: dict[Bag, Near] = {}
        terms: dict[Bag, Near] = {}
        for at, word in enumerate(words):
            mine, named = self.by_word.get(word.stem, ()), self.terms_by_word.get(word.stem, ())
            if not mine and not named:
                continue
            around = {each.stem for each in words[slice(*clause(words, at, WINDOW))]}
            for bag in mine:
                _keep(bags, bag, Near(self._share(bag, around), at), 0.5)
            for bag in named:
                _keep(terms, bag, Near(self._share(bag, around), at), 0.75)
        return bags, terms

    def _share(self, bag: Bag, around: set[str]) -> float:
        if len(bag) == 1:
            return 1.0
        return sum(self.weigh(word) for word in bag & around) / sum(map(self.weigh, bag))


def clause(words: Sequence[Token], at: int, most: int) -> tuple[int, int]:
    """First and one past the last of the words around one, within its clause."""
    first, last = at, at + 1
    while first > 0 and at - first < most and not words[first].opens:
        first -= 1
    while last < len(words) and last - at <= most and not words[last].opens:
        last += 1
    return first, last


def _covered(first: int, last: int, found: Sequence[tuple[int, int, Phrase]]) -> bool:
    return any(a <= first and last <= b and b - a > last - first for a, b, _phrase in found)


def _keep(best: dict[Bag, Near], bag: Bag, near: Near, least: float) -> None:
    if near.share >= least and (bag not in best or near.share > best[bag].share):
        best[bag] = near


def _inverted(texts: Iterable[tuple[int, Iterable[str]]]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for number, text in texts:
        for word in text:
            index[word].add(number)
    return index


def term_bags(named: Iterable[tuple[str, str]]) -> dict[Bag, set[str]]:
    """`(text, code)` pairs by their content words; texts of more than six say too much to be met."""
    bags: dict[Bag, set[str]] = defaultdict(set)
    for text, code in named:
        bag = content(stems(text))
        if 0 < len(bag) <= 6:
            bags[bag].add(code)
    return dict(bags)


def saved(lexicon: Lexicon) -> dict[str, Any]:
    """As plain lists, words by their numbers."""
    words = sorted(
        {word for text in lexicon.texts for word in text}
        | {w for p in lexicon.phrases for w in p}
        | {word for bag in lexicon.terms for word in bag}
    )
    number = {word: place for place, word in enumerate(words)}
    phrases = {phrase: place for place, phrase in enumerate(sorted(lexicon.phrases))}
    bags = {bag: place for place, bag in enumerate(sorted(lexicon.by_bag, key=sorted))}
    return {
        "words": words,
        "phrases": [[number[word] for word in phrase] for phrase in phrases],
        "terms": [
            [sorted(number[w] for w in bag), sorted(codes)]
            for bag, codes in sorted(lexicon.terms.items(), key=lambda each: sorted(each[0]))
        ],
        "documents": [
            {
                "text": sorted(number[word] for word in lexicon.texts[at]),
                "codes": sorted(lexicon.codes[at]),
                "evidence": sorted([phrases[phrase], sorted(codes)] for phrase, codes in lexicon.evidence[at].items()),
                "met": sorted(phrases[phrase] for phrase in met),
                "alone": sorted(phrases[phrase] for phrase in alone),
                "bags": sorted(bags[bag] for bag in near),
            }
            for at, (met, alone, near) in enumerate(lexicon.seen)
        ],
    }


def loaded(saved: dict[str, Any]) -> Lexicon:
    words = saved["words"]
    phrases: list[Phrase] = [tuple(words[place] for place in phrase) for phrase in saved["phrases"]]
    bags = sorted({bag for phrase in phrases if (bag := content(phrase))}, key=sorted)
    documents = saved["documents"]
    return Lexicon(
        texts=[[words[place] for place in each["text"]] for each in documents],
        codes=[each["codes"] for each in documents],
        evidence=[{phrases[place]: codes for place, codes in each["evidence"]} for each in documents],
        terms={frozenset(words[place] for place in bag): codes for bag, codes in saved["terms"]},
        seen=[
            (
                [phrases[place] for place in each["met"]],
                [phrases[place] for place in each["alone"]],
                [bags[place] for place in each["bags"]],
            )
            for each in documents
        ],
    )
