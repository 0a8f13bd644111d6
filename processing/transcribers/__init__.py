"""Transcribers: what turns sound into words with times and speakers."""

import abc
from collections.abc import Sequence
from pathlib import Path

from processing.engines import Progress, Transcribed, nothing


class Transcriber(abc.ABC):
    """One engine. `audio` is a checked file on this machine's disk."""

    @abc.abstractmethod
    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        """All that is said, in order. `language` empty: found. Raises EngineError (`NO_SPEECH` where nobody speaks)."""
