"""What people and doctors say, and the code it stands for: `data/lay_words.txt`, in Spanish, Portuguese, English."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from records.codes.folding import fold

_VAGUE: Final = ("unspecified", "no especificad", "sin especific", "nao especificad", "initial encounter")
_ENDS: Final = "90AX12345678BCDEFGHJKMNPQRSTUVWYZ"
LANGUAGES: Final = ("es", "pt", "en")


class Said(NamedTuple):
    """`code` as the file has it: a table may know it finer or coarser (`nearest`)."""

    code: str
    language: str
    words: str


@cache
def all_said() -> tuple[Said, ...]:
    text = resources.files("records.codes").joinpath("data/lay_words.txt").read_text(encoding="utf-8")
    lines = [line.split("|") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(
        Said(code.strip(), language, said.strip())
        for code, *columns in lines
        for language, column in zip(LANGUAGES, columns, strict=True)
        for said in column.split(";")
    )


def nearest(code: str, known: Collection[str], finer: Mapping[str, list[str]] | None = None) -> str | None:
    """The code of a table that says the same: itself, its unspecified child, or the code above it; None if it has none.

    `finer` has the codes within each code: where it is given, the answer is one that has none.
    """
    if code in known:
        return _unspecified(code, finer) if finer is not None else code
    for shorter in _shorter(code):
        if shorter in known:
            return _unspecified(shorter, finer) if finer is not None else shorter
    return None


def _shorter(code: str) -> list[str]:
    return [code[:length].rstrip(".") for length in range(len(code) - 1, 2, -1)]


def _unspecified(code: str, finer: Mapping[str, list[str]]) -> str:
    while within := finer.get(code):
        code = within[0]
    return code


def finer_of(rows: Iterable[tuple[str, str, str, bool]]) -> dict[str, list[str]]:
    """The codes within each code; the one that says no more than its parent comes first."""
    found: dict[str, list[tuple[bool, int, str]]] = {}
    for code, display, parent, _is_leaf in rows:
        if parent:
            own = fold(display.rsplit(": ", 1)[-1])
            vague = any(word in own for word in _VAGUE)
            found.setdefault(parent, []).append((not vague, _ENDS.find(code[-1]), code))
    return {parent: [code for _vague, _end, code in sorted(within)] for parent, within in found.items()}
