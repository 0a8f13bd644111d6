"""Where one sentence ends and the next begins in speech that a recogniser wrote down without full stops.

A logistic regression over the words around each gap, hashed into one small table (English; training.py makes it).
"""

import zlib
from collections.abc import Sequence

import numpy as np

from processing.drafters.rewrites.en_numbers import NAMES

BUCKETS = 1 << 15
BIAS = 0  # the bucket every gap has
UNLIKELY = 0.05  # no sentence ends here, however long it is
NUMBERS = frozenset(NAMES) | {"hundred", "thousand", "point", "over"}
UNITS = (
    "milli",
    "micro",
    "centi",
    "mg",
    "mcg",
    "percent",
    "unit",
    "tablet",
    "week",
    "day",
    "month",
    "year",
    "hour",
    "times",
)
RUN_ON = 16  # words without any full stop: shorter pieces are left alone


def cut(words: Sequence[str], weights: np.ndarray, *, likely: float = 0.4, longest: int = 30) -> list[str]:
    """The words in sentences. `weights`: BUCKETS numbers. One longer than `longest` is cut at its likeliest gap."""
    lowered = [word.lower().strip(",") for word in words]
    chances = [0.0] + [_chance(lowered, gap, weights) for gap in range(1, len(words))]
    for gap in range(1, len(words)):
        if _counts(lowered[gap - 1]) and (_counts(lowered[gap]) or lowered[gap].startswith(UNITS)):
            chances[gap] = 0.0  # a number, and a dose, stay whole
    ends = [gap for gap, chance in enumerate(chances) if chance > likely] + [len(words)]
    pieces: list[str] = []
    begin = 0
    for end in ends:
        pieces += [" ".join(words[first:last]) for first, last in _shorter(begin, end, chances, longest)]
        begin = end
    return pieces


def _counts(word: str) -> bool:
    return word in NUMBERS or word[:1].isdigit()


def _shorter(begin: int, end: int, chances: Sequence[float], longest: int) -> list[tuple[int, int]]:
    if end - begin <= longest:
        return [(begin, end)] if end > begin else []
    inner = range(begin + 4, end - 4)
    best = max(inner, key=chances.__getitem__)
    if chances[best] < UNLIKELY:
        return [(begin, end)]
    return _shorter(begin, best, chances, longest) + _shorter(best, end, chances, longest)


def buckets(words: Sequence[str], gap: int) -> list[int]:
    """What is known about the gap before `words[gap]`."""
    padded = ["<", "<", *words[max(0, gap - 3) : gap]][-3:] + [*words[gap : gap + 3], ">", ">", ">"][:3]
    third, second, before, after, then, last = padded
    known = (
        f"b:{before}", f"a:{after}", f"ba:{before} {after}", f"bb:{second} {before}", f"aa:{after} {then}",
        f"bba:{second} {before} {after}", f"baa:{before} {after} {then}", f"aaa:{after} {then} {last}",
        f"bbb:{third} {second} {before}",
    )  # fmt: skip
    return [BIAS] + [1 + zlib.crc32(name.encode()) % (BUCKETS - 1) for name in known]


def _chance(words: Sequence[str], gap: int, weights: np.ndarray) -> float:
    return float(1 / (1 + np.exp(-weights[buckets(words, gap)].sum(dtype=np.float64))))
