"""Words that the recognizer should know: an organization's own, and common medicines. They steer it and repair it.

A repair touches only what was heard badly, and never a number, a negation or a word that is another medicine's name;
what was repaired keeps its low confidence, so that the page still shows it as doubtful.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from processing.engines import Word
from processing.glossary.sounding import distance, sounding

UNSURE: Final = 0.72  # confidence below which a word may be repaired
_SHORTEST: Final = 6  # letters of what is repaired, and of what it becomes
_MOST_WORDS: Final = 3  # of the text that one entry may stand for
_APART: Final = 0.22  # of the sounds may differ
_HINTS: Final = 350  # letters of the organization's words that the recognizer is told beforehand
_NEVER: Final = re.compile(
    r"\d|^(no|not|não|nao|nunca|never|none|nem|ni|sin|sem|without|nada|nothing|tampoco|jamás|nenhum\w*|ningun\w*)$"
    r"|^(milig\w+|microg\w+|gram\w+|mil|cien\w*|cem|cent\w+|hundred|thousand|izquierd\w+|derech\w+|esquerd\w+"
    r"|direit\w+|left|right)$",
    re.IGNORECASE,
)
_EDGES: Final = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


class Glossary:
    """Of one recording: `own` are the organization's words, the medicines of the language come by themselves."""

    def __init__(self, own: Sequence[str], language: str) -> None:
        self.own = [word.strip() for word in own if word.strip()]
        known = [*self.own, *_medicines(language)]
        self._known = {_bare(entry): entry for entry in reversed(known)}
        self._medicines = {_stem(name) for some in _LANGUAGES for name in _medicines(some)}
        self._sounds: dict[int, list[tuple[str, str]]] = {}
        for bare, entry in self._known.items():
            if len(bare) >= _SHORTEST:
                self._sounds.setdefault(len(bare.split()), []).append((sounding(bare), entry))
        self.repaired = 0

    def hints(self) -> str | None:
        """What the recognizer is told beforehand; None where the organization has no words of its own."""
        told = ""
        for word in self.own:
            if len(told) + len(word) > _HINTS:
                break
            told += f"{', ' if told else ''}{word}"
        return told or None

    def repair(self, words: Sequence[Word]) -> list[Word]:
        """The same words, what sounds almost like a known one in its place."""
        found: list[Word] = []
        at = 0
        while at < len(words):
            taken, made = self._repaired(words[at : at + _MOST_WORDS])
            found += made
            at += taken
        return found

    def _repaired(self, ahead: Sequence[Word]) -> tuple[int, list[Word]]:
        """How many of the words ahead are done, and what they are."""
        for count in range(len(ahead), 0, -1):
            apart, entry = self._meant(ahead[:count])
            # `a metformna` is near `metformina`, but what follows the `a` is nearer: the `a` stays.
            if entry and (count == 1 or self._meant(ahead[1:count])[0] > apart):
                self.repaired += 1
                return count, _written(ahead[:count], entry)
        return 1, [ahead[0]]

    def _may_be(self, some: Sequence[Word]) -> bool:
        bare = [_bare(word.text) for word in some]
        inner = any(_EDGES.sub(r"\3", word.text) for word in some[:-1])
        return (
            min(word.confidence for word in some) < UNSURE
            and not inner
            and len("".join(bare)) >= _SHORTEST
            and not any(_NEVER.search(word) or _stem(word) in self._medicines for word in bare)
            and " ".join(bare) not in self._known
        )

    def _meant(self, some: Sequence[Word]) -> tuple[float, str]:
        """How far it sounds from the one entry that is near, and that; `(1, "")` if none or two are as near."""
        if not self._may_be(some):
            return _NONE
        heard = " ".join(_bare(word.text) for word in some)
        together = sounding(heard)
        entries = [entry for length in {1, len(some)} for entry in self._sounds.get(length, ())]
        near = sorted((_apart(together, sound), entry) for sound, entry in entries)
        if not near or near[0][0] > _APART or _stem(heard) == _stem(near[0][1]):
            return _NONE
        return _NONE if len(near) > 1 and near[1][0] - near[0][0] < 0.05 else near[0]


_NONE: Final = (1.0, "")
_LANGUAGES: Final = ("es", "pt", "en")


@functools.cache
def _medicines(language: str) -> tuple[str, ...]:
    file = Path(__file__).parent / f"medicines-{language[:2]}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return tuple(line for line in lines if line and not line.startswith("#"))


def _apart(heard: str, sound: str) -> float:
    """Share of the sounds that differ."""
    length = max(len(sound), 1)
    return 1.0 if abs(len(heard) - length) > _APART * length else distance(heard, sound) / length


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s-]", "", text.casefold()).split())


def _stem(text: str) -> str:
    """Without its ending: a plural or another gender is no mistake."""
    return _bare(text).rstrip("s")[:-1]


def _written(some: Sequence[Word], entry: str) -> list[Word]:
    """The entry's words in the place and with the signs of what was heard, as unsure as the worst of it."""
    before, first = _EDGES.sub(r"\1", some[0].text), _EDGES.sub(r"\2", some[0].text)
    after = _EDGES.sub(r"\3", some[-1].text)
    text = entry[:1].upper() + entry[1:] if first[:1].isupper() else entry
    unsure = min(word.confidence for word in some)
    whole = replace(some[0], end=some[-1].end, text=f"{before}{text}{after}", confidence=unsure)
    parts = whole.text.split()
    length = (whole.end - whole.start) / len(parts)
    return [
        Word(round(whole.start + length * index, 2), round(whole.start + length * (index + 1), 2), part, unsure)
        for index, part in enumerate(parts)
    ]
