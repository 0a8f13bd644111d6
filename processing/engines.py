"""What the engines of the pipeline take and give: transcribers, drafters and coders are providers (settings.py).

Each has one that needs nothing outside the machine and says so in its name. None of them knows rows of the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Speaker = Literal["doctor", "patient", "other"]
PARTS = ("subjective", "objective", "assessment", "plan")


class EngineError(Exception):
    """An engine could not do its work. `code` is told (words.py), `temporary` says whether trying again may help."""

    def __init__(self, code: str, *, temporary: bool, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.temporary = temporary
        self.retry_after = retry_after  # seconds, where the provider says so


@dataclass(frozen=True, slots=True)
class Word:
    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of speech of one speaker. Seconds from the beginning; `confidence` 0 to 1."""

    id: str  # "s0", "s1", … in their order
    start: float
    end: float
    speaker: Speaker
    text: str
    confidence: float = 1.0
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """`language` es, pt, en …; `engine` as `faster-whisper base int8`; `details` versions, options, seconds spent."""

    language: str
    segments: Sequence[Segment]
    engine: str
    details: dict[str, Any] = field(default_factory=dict)
    cost_micro: int = 0  # millionths of a US dollar


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a draft, and the ids of the segments it rests on. `flags`: codes of evidence.py."""

    text: str
    evidence: Sequence[str]
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """`sections` has the keys of PARTS; an empty list where nothing was said."""

    sections: dict[str, list[Sentence]]
    engine: str
    details: dict[str, Any] = field(default_factory=dict)
    cost_micro: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where it says so: `source` is the index of the text that was given, `start` and `end` letters in it."""

    source: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A code of a loaded table. `score` 0 to 1. `suspected`: the text does not affirm it."""

    code: str
    display: str
    score: float
    evidence: Sequence[Span]
    suspected: bool = False


Progress = Callable[[float], None]  # seconds of sound done


def nothing(_seconds: float) -> None:
    """Nobody watches."""
