"""What a statement is worth and where it belongs, read off the note that a person wrote of the same visit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from processing import vectors
from processing.drafters.dialogue import parse
from processing.drafters.embedded import choosing, features, said
from processing.drafters.embedded.training import notes
from processing.drafters.embedded.training.rouge import words
from processing.drafters.rewrites.en_words import words_of
from processing.engines import PARTS

ALIKE = 0.8  # cosine of two sentences of a visit that have nothing in common
COMMON = words_of(
    "the a an and or of to in on for with is are was were be been has have had he she her his him it that this "
    "at as by not no will we i you patient s el la los las un una y o de en que con se su es no o a os as um "
    "uma e do da em com "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A visit: features a row, and for each statement whether it can be noted, its worth 0 to 1, its part, how sure."""

    rows: np.ndarray
    notable: np.ndarray
    worth: np.ndarray
    part: np.ndarray
    sure: np.ndarray


def label(row: dict[str, Any], *, breaks: np.ndarray | None, language: str) -> Labelled:
    """Worth is half what a note of statements would best be made of, half how like a sentence of the note it is."""
    statements = said.statements(parse(row["dialogue"]), breaks)
    meant = vectors.of([statement.text for statement in statements])
    written = notes.of(row)
    gender = choosing.gender_of(row["dialogue"])
    told = choosing.noted(statements, ["subjective"] * len(statements), language=language, gender=gender)
    likeness, nearest = _likeness(told, meant, written)
    parts = [written[best].part for best in nearest]
    texts = choosing.noted(statements, parts, language=language, gender=gender)
    best = _best_of(texts, row["note"])
    worth = np.array([((i in best) + min(1.0, max(0.0, likeness[i] - 0.1))) / 2 for i in range(len(texts))])
    return Labelled(
        rows=features.of(statements, meant),
        notable=np.array([bool(text) for text in texts]),
        worth=worth,
        part=np.array([PARTS.index(part) for part in parts]),
        sure=np.array([max(0.02, likeness[i]) + 0.5 * (i in best) for i in range(len(texts))]),
    )


def _likeness(told: Sequence[str], meant: np.ndarray, written: Sequence[notes.Noted]) -> tuple[np.ndarray, np.ndarray]:
    """Of each statement the likest sentence of the note, by shared words and by vectors."""
    theirs = [set(words(noted.text)) - COMMON for noted in written]
    overlap = np.array([[_shared(set(words(text)) - COMMON, other) for other in theirs] for text in told])
    near = (meant @ vectors.of([noted.text for noted in written]).T - ALIKE) * 2
    both = overlap + near
    return both.max(axis=1), both.argmax(axis=1)


def _shared(mine: set[str], other: set[str]) -> float:
    return 2 * len(mine & other) / (len(mine) + len(other)) if mine and other else 0.0


def _best_of(texts: Sequence[str], note: str) -> set[int]:
    """Greedily, the statements that together come nearest to the note by ROUGE-1."""
    reference = Counter(words(note))
    counts = {i: Counter(words(text)) for i, text in enumerate(texts) if text}
    taken: set[int] = set()
    so_far: Counter[str] = Counter()
    best = 0.0
    while True:
        gains = {i: _f(so_far + count, reference) for i, count in counts.items() if i not in taken}
        winner = max(gains, key=gains.__getitem__, default=None)
        if winner is None or gains[winner] <= best:
            return taken
        taken.add(winner)
        so_far += counts[winner]
        best = gains[winner]


def _f(written: Counter[str], reference: Counter[str]) -> float:
    return 2 * (written & reference).total() / (written.total() + reference.total())
