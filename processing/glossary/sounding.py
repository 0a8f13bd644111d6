"""How a word sounds, roughly, for Spanish, Portuguese and English: what is said alike is written alike."""

import re
import unicodedata
from typing import Final

_ALIKE: Final = [
    (r"ph", "f"), (r"qu(?=[ei])", "k"), (r"q", "k"), (r"c(?=[eiy])", "s"), (r"sch|sh|ch", "x"), (r"ck", "k"),
    (r"c", "k"), (r"z", "s"), (r"v", "b"), (r"g(?=[ei])", "j"), (r"gu(?=[ei])", "g"), (r"ll", "y"), (r"lh", "y"),
    (r"nh", "n"), (r"th", "t"), (r"rh", "r"), (r"h", ""), (r"y", "i"), (r"x", "s"), (r"w", "u"), (r"m(?=[pb])", "n"),
]  # fmt: skip


def sounding(text: str) -> str:
    """Letters only, without spaces: `los artán` sounds like `losartán`."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("ñ", "ni").replace("ç", "s"))
    sound = re.sub(r"[^a-z]", "", "".join(letter for letter in bare if not unicodedata.combining(letter)))
    for pattern, alike in _ALIKE:
        sound = re.sub(pattern, alike, sound)
    return re.sub(r"(.)\1+", r"\1", sound)


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap (Levenshtein's, with neighbours swapped as one)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
