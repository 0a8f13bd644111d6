"""ROUGE-1, ROUGE-2 and ROUGE-L as F × 100. Words are runs of letters and digits in lower case; no stemming.

For English that is what the published figures used (the package rouge-score with its defaults); letters with accents
count as letters here.
"""

import re
from collections import Counter
from collections.abc import Sequence


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def rouge_n(written: str, reference: str, n: int) -> float:
    ours, theirs = _grams(words(written), n), _grams(words(reference), n)
    return _f((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(written: str, reference: str) -> float:
    ours, theirs = words(written), words(reference)
    return _f(_longest(ours, theirs), len(ours), len(theirs))


def _grams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[i:] for i in range(n)), strict=False))


def _longest(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(theirs) + 1)
    for mine in ours:
        before = 0
        for place, other in enumerate(theirs, start=1):
            kept = row[place]
            row[place] = before + 1 if mine == other else max(row[place], row[place - 1])
            before = kept
    return row[-1]


def _f(common: int, ours: int, theirs: int) -> float:
    return 200 * common / (ours + theirs) if common else 0.0
