"""How words are compared: lower case, without accents, letter by letter so that places in a text stay what they are."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """As many letters as `text` has. `Ñandú` becomes `nandu`."""
    return "".join(map(_folded, text))


def words_of(text: str) -> list[str]:
    return _WORD.findall(fold(text))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter.lower())[:1]
    return base if len(base) == 1 else " "
