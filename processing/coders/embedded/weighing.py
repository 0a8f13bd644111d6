"""A text to codes of CIE-10-ES with their chances: the lexicon finds, the trees weigh."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from processing.coders.embedded.features import Candidate, candidates, rows
from processing.coders.embedded.lexicon import Lexicon
from processing.coders.embedded.standing import denied_before
from processing.coders.embedded.trees import Trees
from records.codes.folding import fold

_STRONG: Final = 0.5  # a place counts that says at least this share of what the strongest says


class Weighed(NamedTuple):
    """`places`: letters `(start, end)` of the text that speak for the code, the strongest first."""

    code: str
    chance: float
    places: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Scorer:
    lexicon: Lexicon
    forest: Trees

    def weigh(self, text: str) -> list[Weighed]:
        """Every candidate, the best first."""
        reading, folded = self.lexicon.read(text), fold(text)
        words = reading.words
        found = candidates(self.lexicon, reading, lambda at: denied_before(folded, words[at].start))
        if not found:
            return []
        weighed = [
            Weighed(
                code,
                float(chance),
                [(words[first].start, words[last - 1].end) for first, last in _strong(each)],
            )
            for (code, each), chance in zip(found.items(), self.forest.chances(rows(found)), strict=True)
        ]
        return sorted(weighed, key=lambda each: (-each.chance, each.code))


def _strong(candidate: Candidate) -> list[tuple[int, int]]:
    ranked = sorted(candidate.places.items(), key=lambda place: -place[1])
    return [place for place, says in ranked if says >= _STRONG * ranked[0][1]]
