"""Whether a file is the sound of somebody speaking. Judged by content, never by name or announced type."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from processing.engines import EngineError

_HOME: Final = Path(__file__).resolve().parents[2]
_SECONDS: Final = 1200  # for the check, all in all; an hour of sound takes about 20


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
    """What the file holds. Raises EngineError NOT_AUDIO, DAMAGED, TOO_SHORT, TOO_LONG, NO_SPEECH; none is temporary.

    In a process of its own (sound_check.py), which gets no secret of ours. What does not come back is damaged.
    """
    found = _looked_at(path.resolve())
    if "refused" in found:
        raise EngineError(found["refused"], temporary=False)
    return Checked(**found)


def _looked_at(path: Path) -> dict[str, Any]:
    program = [sys.executable, "-s", "-m", "processing.audio.sound_check", str(path)]
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(program, cwd=_HOME, env=alone, capture_output=True, timeout=_SECONDS, check=False)
        found = json.loads(ran.stdout) if ran.returncode == 0 else None
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        found = None
    return found if isinstance(found, dict) else {"refused": "DAMAGED"}
