"""A recording in pieces of at most ten minutes, cut where nobody speaks, so that memory stays bounded for hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processing.audio import decoding
from processing.audio.voice import WINDOW, WINDOW_SECONDS, Probabilities, VoiceDetector, stretches

LONGEST: Final = 600.0  # seconds of a piece
_SEARCHED: Final = 240.0  # seconds before that end in which the best silence is looked for
_QUIET: Final = 0.35  # probability of speech

Samples = NDArray[np.int16]
Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`start` in seconds; `heard`: the probability of speech, one a window; `sides`: levels left and right, or None."""

    start: float
    samples: Samples
    heard: Probabilities
    sides: Levels | None

    @property
    def seconds(self) -> float:
        return len(self.samples) / decoding.RATE

    def spoken(self) -> list[tuple[int, int]]:
        """Stretches with speech, in samples."""
        return [(start * WINDOW, min(end * WINDOW, len(self.samples))) for start, end in stretches(self.heard)]


def pieces(path: Path, *, longest: float = LONGEST) -> Iterator[Piece]:
    """In their order, without a gap between them. Raises av.error.FFmpegError on a file that is no sound."""
    channels = decoding.channels_of(path)
    detector = VoiceDetector()
    samples, heard, sides = np.zeros(0, np.int16), np.zeros(0, np.float32), np.zeros((0, 2), np.float32)
    begun = 0  # windows
    most = int(longest / WINDOW_SECONDS)
    rest = np.zeros((channels, 0), np.int16)
    for block in decoding.blocks(path, channels=channels):
        mono = block[0] if channels == 1 else (block.sum(axis=0, dtype=np.int32) // 2).astype(np.int16)
        samples = np.concatenate([samples, mono])
        heard = np.concatenate([heard, detector.hear(mono)])
        if channels == 2:
            found, rest = _levels(np.concatenate([rest, block], axis=1))
            sides = np.concatenate([sides, found])
        while len(heard) > most:
            cut = _quietest(heard[:most], int(min(_SEARCHED, longest * 0.4) / WINDOW_SECONDS))
            yield _piece(begun, samples[: cut * WINDOW], heard[:cut], sides[:cut], channels)
            samples, heard, sides = samples[cut * WINDOW :], heard[cut:], sides[cut:]
            begun += cut
    if len(samples):
        yield _piece(begun, samples, np.concatenate([heard, detector.finish()]), sides, channels)


def _piece(begun: int, samples: Samples, heard: Probabilities, sides: Levels, channels: int) -> Piece:
    start = round(begun * WINDOW_SECONDS, 3)
    return Piece(start=start, samples=samples, heard=heard, sides=sides if channels == 2 else None)


def _quietest(heard: Probabilities, searched: int) -> int:
    """The middle of the longest silence in the last `searched` windows, or the quietest window where there is none."""
    first = len(heard) - searched
    best, since = (0, 0), -1
    for at in range(first, len(heard)):
        if heard[at] >= _QUIET:
            since = -1
            continue
        since = at if since < 0 else since
        if at - since + 1 > best[0]:
            best = (at - since + 1, since + (at - since + 1) // 2)
    return max(1, best[1] if best[0] else first + int(np.argmin(heard[first:])))


def _levels(block: Samples) -> tuple[Levels, Samples]:
    """Loudness of each side, window by window, and the samples that do not fill one yet."""
    whole = block.shape[1] // WINDOW * WINDOW
    windows = block[:, :whole].reshape(2, -1, WINDOW).astype(np.float32)
    return np.sqrt((windows**2).mean(axis=2)).T, block[:, whole:]
