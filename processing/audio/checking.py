"""Whether a file is the sound of somebody speaking. Judged by content, never by name or announced type."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that may be written down. `speech_seconds`: how long somebody speaks in it."""

    seconds: float
    container: str
    codec: str
    channels: int
    rate: int
    speech_seconds: float


def check(path: Path) -> Checked:
    """What the file holds. Raises EngineError NOT_AUDIO, DAMAGED, TOO_SHORT, TOO_LONG, NO_SPEECH; none is temporary."""
    raise NotImplementedError
