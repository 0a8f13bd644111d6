"""The stages that a recording goes through, and what each is allowed: all of it data."""

import secrets
from datetime import timedelta
from typing import Final

from processing.models import Stage

# A stage of work, and what follows it. `uploaded` waits for the first of them.
NEXT: Final = {
    Stage.CHECKING: Stage.TRANSCRIBING,
    Stage.TRANSCRIBING: Stage.DRAFTING,
    Stage.DRAFTING: Stage.CODING,
    Stage.CODING: Stage.READY,
}
NEED_SOUND: Final = (Stage.CHECKING, Stage.TRANSCRIBING)

MOST_TRIES: Final = 8  # of a stage; with the waits between them about two hours
MOST_LOST: Final = 5  # workers one after the other; a recording that ends so many is given to no other

_FIRST_WAIT: Final = 30.0  # seconds
_LONGEST_WAIT: Final = 3600.0
# Seconds that a stage may take: so many, and so many for each second of sound.
_LIMITS: Final = {
    Stage.CHECKING: (600.0, 0.5),
    Stage.TRANSCRIBING: (600.0, 4.0),
    Stage.DRAFTING: (900.0, 0.5),
    Stage.CODING: (600.0, 0.1),
}
_RANDOM: Final = secrets.SystemRandom()
_LENGTH_UNKNOWN: Final = 3 * 3600.0  # seconds of sound


def work_of(stage: Stage) -> Stage:
    """The stage whose work is due for a recording that stands at `stage`."""
    return Stage.CHECKING if stage == Stage.UPLOADED else stage


def time_limit(stage: Stage, seconds: float | None) -> float:
    """Seconds after which the work on a stage counts as stuck; `seconds` is the length of the sound."""
    flat, share = _LIMITS[stage]
    return flat + share * (_LENGTH_UNKNOWN if seconds is None else seconds)


def wait_after(tries: int, *, retry_after: float | None = None) -> timedelta:
    """How long to wait after a failed try: 30 s, 1, 2, 4 … minutes, a little more or less so that not all come at once.

    At most an hour, but never less than a provider asked for.
    """
    wait = min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT)
    jittered = wait * _RANDOM.uniform(0.8, 1.2)
    return timedelta(seconds=max(jittered, min(retry_after or 0.0, 24 * 3600.0)))
