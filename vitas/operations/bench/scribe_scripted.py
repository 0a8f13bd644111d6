"""Engines that find the same in every recording, after a moment."""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from processing.audio.checking import Checked
from processing.coders import Coder
from processing.drafters import Drafter
from processing.engines import Drafted, Progress, Segment, Sentence, Suggestion, Transcribed, nothing
from processing.transcribers import Transcriber

_HERE: Final = "vitas.operations.bench.scribe_scripted"
SETTINGS: Final = {
    "SOUND_CHECK": f"{_HERE}.check",
    "TRANSCRIBER": f"{_HERE}.Writer",
    "DRAFTER": f"{_HERE}.Drafts",
    "CODER": f"{_HERE}.Codes",
}
WORK: Final = (0.01, 0.08)  # seconds that a stage takes, at least and at most


def _work() -> None:
    time.sleep(random.uniform(*WORK))  # nosec B311  # no secret


def check(_path: Path) -> Checked:
    _work()
    return Checked(seconds=600.0, container="ogg", codec="opus", channels=1, rate=48_000, speech_seconds=500.0)


class Writer(Transcriber):
    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        for minute in range(10):
            time.sleep(random.uniform(*WORK) / 10)  # nosec B311
            progress(minute * 60.0)
        said = [Segment(id="s0", start=0.0, end=4.0, speaker="patient", text="My head hurts since Monday.")]
        return Transcribed(language="en", segments=said, engine="scripted")


class Drafts(Drafter):
    def draft(self, segments: Sequence[Segment], *, language: str) -> Drafted:
        _work()
        sections = {"subjective": [Sentence(text=segments[0].text, evidence=[segments[0].id])]}
        return Drafted(sections=sections, engine="scripted")


class Codes(Coder):
    name = "scripted"

    def suggest(self, texts: Sequence[str], *, language: str, table: str, limit: int = 8) -> list[Suggestion]:
        _work()
        return []
