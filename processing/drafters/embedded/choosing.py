"""Which statements belong in the note, in which part, and in which words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processing.drafters.embedded.said import Said
from processing.drafters.rewrites import rewrite

TWIN_VECTORS = 0.965  # cosine of two statements that say the same
TWIN_WORDS = 0.7  # share of a statement's words that an earlier one had
GENDERS = {
    "female": re.compile(
        r"\b(?:female|woman|ms|mrs|miss|ma'am|lady|girl|señora|sra|mujer|paciente femenina|senhora|mulher)\b", re.I
    ),
    "male": re.compile(r"\b(?:male|man|mr|mister|sir|gentleman|boy|señor|sr|hombre|varón|senhor|homem)\b", re.I),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One sentence for the note: what the note says, and the statement it is made of."""

    part: str
    text: str
    said: Said
    worth: float


def gender_of(text: str) -> str | None:
    """As it was said in the visit, and only if it was."""
    female, male = (len(pattern.findall(text)) for pattern in GENDERS.values())
    if female == male:
        return None
    return "female" if female > male else "male"


def noted(said: Sequence[Said], parts: Sequence[str], *, language: str, gender: str | None) -> list[str]:
    """Each statement in the note's words; "" for what a note does not say, a question by itself among it."""
    return [
        ""
        if statement.is_question
        else rewrite(
            statement.text,
            speaker=statement.speaker,
            part=part,
            language=language,
            question=statement.answers,
            gender=gender,
        )
        for statement, part in zip(said, parts, strict=True)
    ]


def choose(
    said: Sequence[Said],
    *,
    texts: Sequence[str],
    parts: Sequence[str],
    worths: np.ndarray,
    vectors: np.ndarray,
    least: float,
) -> list[Chosen]:
    """Those worth it, in the order they were said; of two that say the same, the first."""
    taken: list[int] = []
    for place, text in enumerate(texts):
        if text and worths[place] >= least and not _said_before(place, taken, texts, vectors):
            taken.append(place)
    return [Chosen(part=parts[i], text=texts[i], said=said[i], worth=float(worths[i])) for i in taken]


def _said_before(place: int, taken: Sequence[int], texts: Sequence[str], vectors: np.ndarray) -> bool:
    mine = _words(texts[place])
    for other in taken:
        theirs = _words(texts[other])
        if len(mine & theirs) >= TWIN_WORDS * len(mine) and _denies(texts[place]) == _denies(texts[other]):
            return True
        if vectors[place] @ vectors[other] > TWIN_VECTORS and mine <= theirs:
            return True
    return False


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()}


def _denies(text: str) -> bool:
    return bool(re.search(r"\b(?:denies|no|not|never|without|niega|nega|não|sin|sem|nunca)\b", text, re.I))
