"""Words in a row, cut into what one person says in one breath: at the ends of sentences and where there is a pause."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from processing.engines import Segment, Speaker, Word

_PAUSE: Final = 0.35  # seconds between two words that part them
_LONGEST: Final = 20.0  # seconds of a segment
_GAP: Final = 1.2  # seconds: what follows is a segment of its own
_ENDS: Final = re.compile(r"[.?!…][\"'”»)\]]*$")
_SHORTENED: Final = re.compile(r"^\W*(?:dra?|sra?|srta|mrs?|ms|prof|etc|aprox|av|vs|no|nº)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Utterance:
    """At least one word."""

    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def ends_sentence(self) -> bool:
        return ends_sentence(self.words[-1].text)


def cut(words: Iterable[Word]) -> list[Utterance]:
    """In their order."""
    found: list[Utterance] = []
    held: list[Word] = []
    for word in words:
        if held and (ends_sentence(held[-1].text) or word.start - held[-1].end >= _PAUSE):
            found.append(Utterance(tuple(held)))
            held = []
        held.append(word)
    return [*found, Utterance(tuple(held))] if held else found


def joined(said: Sequence[Utterance], speakers: Sequence[Speaker]) -> list[Segment]:
    """A segment a sentence: what a pause parted within one comes together again, if the same person said it."""
    found: list[Segment] = []
    held: list[Utterance] = []
    for index, utterance in enumerate(said):
        held.append(utterance)
        following = said[index + 1] if index + 1 < len(said) else None
        if following is None or speakers[index + 1] != speakers[index] or _parts(held, following):
            found.append(_segment(len(found), held, speakers[index]))
            held = []
    return found


def ends_sentence(word: str) -> bool:
    return bool(_ENDS.search(word)) and not _SHORTENED.match(word)


def _parts(held: Sequence[Utterance], following: Utterance) -> bool:
    return held[-1].ends_sentence or following.start - held[-1].end >= _GAP or following.end - held[0].start > _LONGEST


def _segment(number: int, held: Sequence[Utterance], speaker: Speaker) -> Segment:
    words = tuple(word for utterance in held for word in utterance.words)
    return Segment(
        id=f"s{number}",
        start=words[0].start,
        end=words[-1].end,
        speaker=speaker,
        text=" ".join(utterance.text for utterance in held),
        confidence=round(sum(word.confidence for word in words) / len(words), 3),
        words=words,
    )
