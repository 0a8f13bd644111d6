"""Sounds made for tests: tones, noise and the demo's speech, written as files of many kinds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from django.conf import settings

from processing.audio import decoding

RATE = 16_000
DEMO = Path(settings.BASE_DIR) / "demo"


def speech(name: str = "visit-en", *, seconds: float = 10.0, start: float = 0.0) -> np.ndarray:
    """Of the demo's consultations."""
    found: list[np.ndarray] = []
    for block in decoding.blocks(DEMO / f"{name}.ogg"):
        found.append(block[0])
        if sum(map(len, found)) >= (start + seconds) * RATE:
            break
    return np.concatenate(found)[int(start * RATE) : int((start + seconds) * RATE)]


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.int16)


def noise(seconds: float) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(int(seconds * RATE)) * 3000).astype(np.int16)


def hum(seconds: float) -> np.ndarray:
    return _tones((50, 100, 150), seconds)


def music(seconds: float) -> np.ndarray:
    """Chords of four tones with their overtones, changing twice a second, over a beat."""
    chords = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
    parts = [_tones([tone * n for tone in chords[at % 4] for n in (1, 2, 3)], 0.5) for at in range(int(seconds * 2))]
    sound = np.concatenate(parts).astype(np.float64)
    beat = np.exp(-8 * (np.arange(len(sound)) % (RATE // 2)) / (RATE / 2))
    return (sound * (0.4 + 0.6 * beat)).astype(np.int16)


def write(path: Path, samples: np.ndarray, *, codec: str = "pcm_s16le", kind: str = "wav") -> Path:
    """`samples` of shape (n,), or (channels, n)."""
    planes = samples.reshape(-1, samples.shape[-1])
    layout = "mono" if len(planes) == 1 else "stereo"
    with av.open(str(path), "w", format=kind) as container:
        stream: Any = container.add_stream(codec, rate=RATE, layout=layout)
        for start in range(0, planes.shape[1], 960):
            some = planes[:, start : start + 960]
            frame = av.AudioFrame.from_ndarray(some.T.reshape(1, -1).copy(), format="s16", layout=layout)
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_silent_film(path: Path) -> Path:
    """Pictures without sound."""
    with av.open(str(path), "w", format="matroska") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def _tones(hertz: Sequence[float], seconds: float) -> np.ndarray:
    moments = np.arange(int(seconds * RATE)) / RATE
    total = sum(np.sin(2 * np.pi * tone * moments) / (1 + at) for at, tone in enumerate(hertz))
    return (np.asarray(total) / np.abs(total).max() * 12000).astype(np.int16)
