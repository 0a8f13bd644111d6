"""Any server with `/v1/audio/transcriptions`, as OpenAI's."""

from collections.abc import Sequence
from pathlib import Path

from processing.engines import Progress, Transcribed, nothing
from processing.transcribers import Transcriber


class OpenAiTranscriber(Transcriber):
    """The sound goes there in pieces, and comes back as words."""

    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        raise NotImplementedError
