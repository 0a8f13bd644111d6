"""What a recognizer invents: words over music, noise or silence, and phrases it learned from subtitles."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Phrases of its training's subtitles. Left out only where the recognizer is unsure, or next to nobody speaks.
_SUBTITLES: Final = re.compile(
    r"amara ?org|legendas? (pela|por|da|do)|legenda adriana|subtitulos? (realizados?|por|de la)|subtitulado por"
    r"|subtitles? by|captions? by|transcri(bed|pt) by|thank(s| you) for watching|see you in the next video"
    r"|(please |don t forget to )?(like and )?subscribe|gracias por ver|suscribete|nos vemos en el proximo video"
    r"|obrigad[oa] por assistir|inscreva se|ate o proximo video|www [a-z]+ (com|org|br)|copyright|all rights reserved"
)
_NO_WORDS: Final = re.compile(r"^\W*[\[(♪*].*[\])♪*]\W*$")  # [Música], (applause), ♪ la la ♪
_MOST_ALIKE: Final = 2  # times that the same sentence may be said in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the recognizer says of a stretch of text, and the voice detector of the sound under it."""

    text: str
    logprob: float  # mean of its tokens
    no_speech: float  # probability
    repetition: float  # length of the text through its compressed length
    heard: float  # share of the time in which somebody speaks


class Doubt:
    """Keeps the last texts, to find the loop that a recognizer falls into."""

    def __init__(self) -> None:
        self._last = ""
        self._times = 0

    def invented(self, signs: Signs) -> bool:
        text = plain(signs.text)
        if not re.search(r"\w", text) or _NO_WORDS.match(signs.text):
            return True
        self._times = self._times + 1 if text == self._last else 1
        self._last = text
        if self._times > _MOST_ALIKE and (len(text.split()) > 2 or self._times > 2 * _MOST_ALIKE):
            return True
        return _improbable(signs) or (bool(_SUBTITLES.search(text)) and _unsure(signs))


def plain(text: str) -> str:
    """Small letters without accents and signs, one space between words."""
    bare = unicodedata.normalize("NFD", text.casefold())
    return " ".join(re.sub(r"[^\w]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).split())


def _improbable(signs: Signs) -> bool:
    return (
        signs.logprob < -1.3
        or (signs.logprob < -0.8 and (signs.no_speech > 0.6 or signs.heard < 0.3))
        or (signs.repetition > 2.4 and signs.logprob < -0.4)
        or signs.repetition > 4
        or signs.heard < 0.05
    )


def _unsure(signs: Signs) -> bool:
    return signs.logprob < -0.5 or signs.no_speech > 0.5 or signs.heard < 0.5
