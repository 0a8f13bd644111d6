"""The embedded coder: finds, weighs, asks how each mention stands, and says it in the codes of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from processing import vectors
from processing.coders import Coder
from processing.coders.embedded import model, plain, tables
from processing.coders.embedded.standing import Standing, standing
from processing.coders.embedded.tables import Known
from processing.engines import Span, Suggestion

TRAINED: Final = "es"
HELD: Final = (Standing.AFFIRMED, Standing.PAST, Standing.SUSPECTED)  # what is suggested to a doctor
_SPANS: Final = 5

# What is over is coded as history: the beginning of the code, and the code of having had it.
_HISTORY: Final = (
    ("C50", "Z85.3"), ("C61", "Z85.46"), ("C18", "Z85.038"), ("C34", "Z85.118"), ("C67", "Z85.51"), ("C64", "Z85.528"),
    ("C53", "Z85.41"), ("C43", "Z85.820"), ("C73", "Z85.850"), ("C", "Z85.9"), ("I63", "Z86.73"), ("G45", "Z86.73"),
    ("I26", "Z86.711"), ("I80", "Z86.718"), ("I82", "Z86.718"), ("I21", "I25.2"),
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """A code of the table with the letters that speak for it and how each stands; the strongest first."""

    code: str
    score: float
    places: list[tuple[int, int, Standing]] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """The most affirmed of its mentions."""
        order = list(Standing)
        return min((stands for _start, _end, stands in self.places), key=order.index, default=Standing.AFFIRMED)


class EmbeddedCoder(Coder):
    """`read`: where a table comes from; the database, unless told otherwise."""

    name = "embedded"

    def __init__(self, read: Callable[[str], Known] = tables.loaded) -> None:
        self._read = read

    def suggest(self, texts: Sequence[str], *, language: str, table: str, limit: int = 8) -> list[Suggestion]:
        """Only what is affirmed, or suspected and then marked so: nothing denied, nothing of the family."""
        known, text = self._read(table), "\n".join(texts)
        found = self.find(text, language=language, known=known)
        affirmed = _settled([each for each in found if each.standing in HELD])
        ranked = _reranked(affirmed[: 2 * limit], text, known)[:limit]
        return [
            Suggestion(
                code=each.code,
                display=known.displays[each.code],
                score=round(each.score, 3),
                evidence=_spans(each, texts),
                suspected=each.standing is Standing.SUSPECTED,
            )
            for each in ranked
        ]

    def find(self, text: str, *, language: str, known: Known, mentions: bool = False) -> list[Found]:
        """Every code that the text names, the best first, however it stands. `mentions`: as coders of case reports
        work, who code what is named: history is not turned into its own code."""
        language = language[:2]
        found: dict[str, Found] = {}
        if language == TRAINED:
            self._weighed(text, known, found, mentions)
        if not mentions:
            for said in plain.found(text, language, known):
                _add(found, said.code, said.score, text, [(said.start, said.end)], known, past=True)
        return sorted(found.values(), key=lambda each: (-each.score, each.code))

    def _weighed(self, text: str, known: Known, found: dict[str, Found], mentions: bool) -> None:
        scorer, threshold = model.load()
        for each in scorer.weigh(text):
            if each.chance < threshold:
                break
            code = each.code if mentions and each.code in known.displays else known.nearest(each.code)
            if code is not None:
                _add(found, code, each.chance, text, each.places[:_SPANS], known, past=not mentions)


def _add(
    found: dict[str, Found],
    code: str,
    score: float,
    text: str,
    places: Sequence[tuple[int, int]],
    known: Known,
    *,
    past: bool,
) -> None:
    standings = [(start, end, standing(text, start, end)) for start, end in places]
    if past and standings and all(stands is Standing.PAST for _start, _end, stands in standings):
        code = _as_history(code, known)
    kept = found.setdefault(code, Found(code, score))
    kept.score = max(kept.score, score)
    kept.places += [place for place in standings if place not in kept.places]


def _settled(found: Sequence[Found]) -> list[Found]:
    """Without the codes whose words all belong to a longer phrase, or to a code that is surer: `headache` says nothing
    more where `tension headache` stands."""
    return [each for each in found if not all(_taken(place, each, found) for place in each.places)]


def _reranked(found: Sequence[Found], text: str, known: Known) -> list[Found]:
    """Of codes that are as sure as each other, first the one whose words are closest to a sentence that names it."""
    if len({round(each.score, 3) for each in found}) == len(found):
        return list(found)
    sentences = [[_sentence(text, start) for start, _end, stands in each.places if stands in HELD] for each in found]
    displays = vectors.of([known.displays[each.code] for each in found])
    near = [float((vectors.of(said) @ display).max()) for said, display in zip(sentences, displays, strict=True)]
    order = sorted(range(len(found)), key=lambda at: (-round(found[at].score, 3), -near[at]))
    return [found[at] for at in order]


def _sentence(text: str, at: int) -> str:
    """The one that this letter stands in; texts are joined by line ends."""
    return text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]


def _taken(place: tuple[int, int, Standing], by: Found, found: Sequence[Found]) -> bool:
    start, end, _stands = place
    for other in found:
        for first, last, _other in other.places if other is not by else ():
            within = first <= start and end <= last
            if within and ((first, last) != (start, end) or found.index(other) < found.index(by)):
                return True
    return False


def _as_history(code: str, known: Known) -> str:
    history = next((given for begins, given in _HISTORY if code.startswith(begins)), None)
    return (known.nearest(history) if history else None) or code


def _spans(found: Found, texts: Sequence[str]) -> list[Span]:
    held = [place for place in found.places if place[2] in HELD][:_SPANS]
    return [_span(start, end, texts) for start, end, _stands in held]


def _span(start: int, end: int, texts: Sequence[str]) -> Span:
    """Of the joined text into the one where it stands."""
    for source, text in enumerate(texts):
        if start <= len(text):
            return Span(source=source, start=start, end=min(end, len(text)), text=text[start:end])
        start, end = start - len(text) - 1, end - len(text) - 1
    raise AssertionError("A span lies within its texts.")
