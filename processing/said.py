"""What was said, as the page of a note shows it: lines with their speaker and time, and what was not heard well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNSURE_WORD: Final = 0.4  # confidence under which a word is underlined
UNSURE_LINE: Final = 0.55  # and a line is named as not heard well
STRIP: Final = 1000  # units of the strip's width

SPEAKERS: Final[Mapping[str, Promise]] = {
    "doctor": _("Doctor"),
    "patient": _("Patient"),
    "other": _("Someone else"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row; `unsure`: they were not heard well."""

    text: str
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A sentence of the note that rests on a line."""

    sentence: str
    label: str


@dataclass(slots=True, kw_only=True)
class Line:
    """A segment of the transcript. Seconds; `uses`: where it went in the note."""

    id: str
    start: float
    end: float
    speaker: str
    pieces: list[Piece]
    unsure: bool
    is_turn: bool  # another speaker than in the line before
    uses: list[Use] = field(default_factory=list)

    @property
    def who(self) -> Promise:
        return SPEAKERS.get(self.speaker, SPEAKERS["other"])

    @property
    def at(self) -> str:
        return clock(self.start)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where somebody speaks, on a strip that is STRIP wide."""

    speaker: str
    x: float
    width: float


def lines(segments: Sequence[Mapping[str, Any]]) -> list[Line]:
    found: list[Line] = []
    for segment in segments:
        pieces = list(pieces_of(segment))
        found.append(
            Line(
                id=str(segment["id"]),
                start=round(float(segment["start"]), 2),
                end=round(float(segment["end"]), 2),
                speaker=segment["speaker"] if segment["speaker"] in SPEAKERS else "other",
                pieces=pieces,
                unsure=float(segment.get("confidence", 1)) < UNSURE_LINE,
                is_turn=not found or found[-1].speaker != segment["speaker"],
            )
        )
    return found


def pieces_of(segment: Mapping[str, Any]) -> Iterator[Piece]:
    """The text as it stands, cut where words that were not heard well begin and end."""
    text, at = str(segment["text"]), 0
    for _start, _end, word, confidence in segment.get("words") or ():
        said = str(word).strip()
        if not said or float(confidence) >= UNSURE_WORD:
            continue
        found = text.find(said, at)
        if found < 0:
            continue  # the glossary has mended it
        if text[at:found].strip():
            yield Piece(text[at:found])
        yield Piece(said, unsure=True)
        at = found + len(said)
    if text[at:].strip():
        yield Piece(text[at:])


def strip(said: Sequence[Line], seconds: float | None) -> list[Stretch]:
    """Who speaks when, from the beginning to the end of the sound; stretches of one speaker joined."""
    whole = max(seconds or 0, said[-1].end if said else 0)
    found: list[Stretch] = []
    for line in said if whole else ():
        x, end = line.start / whole * STRIP, line.end / whole * STRIP
        last = found[-1] if found else None
        if last and last.speaker == line.speaker and x - last.x - last.width < STRIP / 200:
            found[-1] = Stretch(line.speaker, last.x, round(end - last.x, 1))
        else:
            found.append(Stretch(line.speaker, round(x, 1), round(max(end - x, 1), 1)))
    return found


def shares(said: Sequence[Line]) -> list[dict[str, Any]]:
    """How much of what is said each speaker says, in percent; `code`, `name`, `share`."""
    seconds = {code: sum(line.end - line.start for line in said if line.speaker == code) for code in SPEAKERS}
    whole = sum(seconds.values()) or 1
    return [
        {"code": code, "name": name, "share": round(100 * seconds[code] / whole)}
        for code, name in SPEAKERS.items()
        if seconds[code]
    ]


def used(said: Iterable[Line], by: Mapping[str, Sequence[Use]]) -> None:
    """Say of each line where it went: `by` has the uses of each segment's id."""
    for line in said:
        line.uses = list(by.get(line.id, ()))


def clock(seconds: float) -> str:
    """`1:05`, `1:02:09`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
