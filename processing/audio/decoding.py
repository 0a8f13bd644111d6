"""Reading sound piece by piece, whatever its container: 16,000 samples a second, 16 bits, one or two channels.

Only containers of sound are opened, and only the file itself: a playlist in a file's clothes leads nowhere.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000  # samples a second
CONTAINERS: Final = "mp3,mov,mp4,m4a,ogg,matroska,webm,wav,w64,flac,aac,aiff,caf,amr"
_BLOCK: Final = RATE * 10  # samples yielded at once
_MOST_BROKEN: Final = 2000  # frames that cannot be decoded, one after another

Samples = NDArray[np.int16]


def opened(path: Path) -> Any:
    """The container, to be closed. Raises what libav raises (av.error.FFmpegError, OSError, ValueError)."""
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    return av.open(f"file:{path}", mode="r", metadata_errors="ignore", options=options)


def blocks(path: Path, *, channels: int = 1) -> Iterator[Samples]:
    """Arrays of shape (channels, up to 10 s of samples). A broken frame is left out; raises av.error.FFmpegError."""
    with opened(path) as container:
        yield from decoded(container, channels=channels)


def decoded(container: Any, *, channels: int) -> Iterator[Samples]:
    stream = container.streams.audio[0]
    stream.thread_type = "SLICE"  # one thread: the frames come one by one, and memory stays small
    resampler = av.AudioResampler(format="s16", layout="mono" if channels == 1 else "stereo", rate=RATE)
    held: list[Samples] = []
    size = 0
    for frame in _frames(container, stream):
        for made in resampler.resample(frame):
            held.append(_plane(made, channels))
            size += held[-1].shape[1]
        if size >= _BLOCK:
            yield np.concatenate(held, axis=1)
            held, size = [], 0
    with contextlib.suppress(av.error.FFmpegError):  # nothing was decoded: there is nothing to flush
        held += [_plane(made, channels) for made in resampler.resample(None)]
    if held:
        yield np.concatenate(held, axis=1)


def channels_of(path: Path) -> int:
    """2 where the file has two channels, else 1."""
    with opened(path) as container:
        return 2 if container.streams.audio[0].codec_context.channels == 2 else 1


def _plane(frame: Any, channels: int) -> Samples:
    interleaved: Samples = frame.to_ndarray().reshape(-1, channels)
    return interleaved.T


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Frames without their times, so that a gap in the stamps is none in the sound."""
    iterator = container.decode(stream)
    broken = 0
    while True:
        try:
            frame = next(iterator)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            broken += 1
            if broken > _MOST_BROKEN:
                raise
            continue
        broken = 0
        frame.pts = None
        yield frame
