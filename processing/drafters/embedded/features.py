"""What the classifier knows of a statement: its vector, its neighbours', who said it, where in the visit."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from processing.drafters.embedded.said import Said

OWN, BEFORE, AFTER = 10.0, 6.0, 4.0  # how much the vectors weigh beside the few plain features
PLACES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
NEIGHBOURS_BEFORE, NEIGHBOURS_AFTER = 3, 2
PLAIN = 8 + 2 * len(PLACES)
LONGEST = 30
WORD_BUCKETS = 1 << 12


def of(said: Sequence[Said], vectors: np.ndarray) -> np.ndarray:
    """A row a statement."""
    rows = [
        np.concatenate(
            [
                OWN * vectors[place],
                BEFORE * _mean(vectors[max(0, place - NEIGHBOURS_BEFORE) : place]),
                AFTER * _mean(vectors[place + 1 : place + 1 + NEIGHBOURS_AFTER]),
                _plain(statement, place),
            ]
        )
        for place, statement in enumerate(said)
    ]
    return np.array(rows, dtype=np.float32).reshape(len(said), 3 * vectors.shape[1] + PLAIN)


def of_dialogue(dialogue: str) -> np.ndarray:
    """A whole short dialogue by its words and pairs of words, hashed; its length does not count."""
    words = re.findall(r"[^\W_]+", dialogue.lower())
    counts = Counter(words + [f"{one} {two}" for one, two in pairwise(words)])
    row = np.zeros(WORD_BUCKETS, dtype=np.float32)
    for name, count in counts.items():
        row[1 + zlib.crc32(name.encode()) % (WORD_BUCKETS - 1)] += np.log1p(count)
    row /= max(1e-6, float(np.linalg.norm(row)))
    row[0] = 0.1  # the constant
    return row


def _mean(vectors: np.ndarray) -> np.ndarray:
    return vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)


def _plain(statement: Said, place: int) -> np.ndarray:
    words = len(statement.text.split())
    doctor = statement.speaker == "doctor"
    near = np.maximum(0, 1 - 5 * np.abs(statement.place - PLACES))
    known = [
        1.0, doctor, statement.speaker == "other", statement.answers is not None, min(words, LONGEST) / 10,
        np.log1p(words), any(letter.isdigit() for letter in statement.text), place < 3,
    ]  # fmt: skip
    return np.concatenate([known, near, near * doctor])
