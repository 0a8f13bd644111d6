"""Without training: lay words of a language and the table's own texts, as they stand in the text."""

from collections import Counter, defaultdict
from functools import lru_cache, partial
from typing import Final, NamedTuple

from processing.coders.embedded.lexicon import Bag, clause, content
from processing.coders.embedded.stems import Token, stem, stems, tokens
from processing.coders.embedded.tables import Known
from records.codes import lay_words
from records.codes.folding import fold, words_of

SAID: Final = 0.7
NAMED: Final = 0.55
_EXTERNAL: Final = "VWXY"  # causes from outside: their texts are circumstances, not findings
_LONGEST: Final = 6
_WINDOW: Final = 4


class Said(NamedTuple):
    code: str
    score: float
    start: int
    end: int


def found(text: str, language: str, table: Known) -> list[Said]:
    """Every phrase that no longer one has within it."""
    folded = fold(text)
    words = [each._replace(stem=_corrected(folded[each.start : each.end], language)) for each in tokens(text)]
    return [*_said(words, language, table), *_named(words, language, table)]


def _said(words: list[Token], language: str, table: Known) -> list[Said]:
    phrases, taken, found = _phrases(language), [False] * len(words), []
    for size in range(_LONGEST, 0, -1):
        for first in range(len(words) - size + 1):
            codes = phrases.get(tuple(word.stem for word in words[first : first + size]))
            if (
                codes is None
                or any(taken[first : first + size])
                or any(w.opens for w in words[first + 1 : first + size])
            ):
                continue
            taken[first : first + size] = [True] * size
            for code in codes:
                if final := table.nearest(code):
                    score = min(0.9, SAID + 0.05 * (size - 1))
                    found.append(Said(final, score, words[first].start, words[first + size - 1].end))
    return found


def _named(words: list[Token], language: str, table: Known) -> list[Said]:
    if table.language != language:
        return []
    bags, index = _bags(table)
    best: dict[Bag, Said] = {}
    for at, word in enumerate(words):
        low, high = clause(words, at, _WINDOW)
        near = sorted(range(low, high), key=partial(_far, at))
        places = {words[place].stem: words[place] for place in near}  # of a word that stands twice, the nearer
        for bag in index.get(word.stem, ()):
            if bag <= places.keys() and bag not in best:
                where = [places[word] for word in bag]
                score = NAMED + 0.06 * (len(bag) - 1)
                best[bag] = Said(bags[bag], min(0.85, score), min(w.start for w in where), max(w.end for w in where))
    whole = [bag for bag in best if not any(bag < other for other in best)]
    return [best[bag] for bag in whole]


@lru_cache(maxsize=3)
def _phrases(language: str) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for said in lay_words.all_said():
        if said.language == language and said.code not in found[stems(said.words)]:
            found[stems(said.words)].append(said.code)
    return dict(found)


@lru_cache(maxsize=4)
def _bags(table: Known) -> tuple[dict[Bag, str], dict[str, list[Bag]]]:
    """The final code of each text, and texts by their rarest word."""
    bags: dict[Bag, str] = {}
    for code, display in sorted(table.displays.items(), key=lambda each: (len(each[0]), each[0])):
        bag = content(stems(_said_by(display)))
        if code[0] not in _EXTERNAL and len(code) < 8 and 0 < len(bag) <= 5 and bag not in bags:
            final = table.nearest(code)
            if final is not None:
                bags[bag] = final
    uses = Counter(word for bag in bags for word in bag)
    index: dict[str, list[Bag]] = defaultdict(list)
    for bag in bags:
        index[min(bag, key=lambda word: (uses[word], word))].append(bag)
    return bags, dict(index)


def _far(at: int, place: int) -> int:
    return -abs(place - at)


def _said_by(display: str) -> str:
    """The part that is found in a text: without what is in brackets, without a tail that says nothing."""
    text = display.split(": ")[0].split("(")[0].split("[")[0]
    head, _comma, tail = text.partition(",")
    return head if not content(stems(tail)) else text


@lru_cache(maxsize=20_000)
def _corrected(word: str, language: str) -> str:
    """The stem of a word, or that of the lay word that it is one slip away from."""
    known = _vocabulary(language)
    if len(word) < 7 or stem(word) in _stems(language):
        return stem(word)
    near = [other for other in known if other[0] == word[0] and abs(len(other) - len(word)) <= 1 and _slip(word, other)]
    return stem(near[0]) if len({stem(other) for other in near}) == 1 else stem(word)


@lru_cache(maxsize=3)
def _vocabulary(language: str) -> frozenset[str]:
    said = (each.words for each in lay_words.all_said() if each.language == language)
    return frozenset(word for words in said for word in words_of(words) if len(word) >= 6)


@lru_cache(maxsize=3)
def _stems(language: str) -> frozenset[str]:
    return frozenset(map(stem, _vocabulary(language)))


def _slip(one: str, other: str) -> bool:
    """One letter more, fewer, other, or two that changed places."""
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    ends = {
        (one[start + 1 :], other[start + 1 :]),
        (one[start + 1 :], other[start:]),
        (one[start:], other[start + 1 :]),
    }
    swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return swapped or any(a == b for a, b in ends)
