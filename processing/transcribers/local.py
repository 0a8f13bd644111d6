"""The transcriber of this machine: faster-whisper, with a model that is packaged or named in the settings."""

from collections.abc import Sequence
from pathlib import Path

from processing.engines import Progress, Transcribed, nothing
from processing.transcribers import Transcriber


class LocalTranscriber(Transcriber):
    """Whisper on this machine. Nothing leaves it."""

    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        raise NotImplementedError
