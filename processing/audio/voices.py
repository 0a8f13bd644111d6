"""Whose voice it is: a vector for a stretch of speech, near that of another stretch by the same person.

The network is Resemblyzer's speaker encoder (Apache-2.0; a GE2E LSTM trained on LibriSpeech and VoxCeleb), its weights
kept in 16 bits in `voices.onnx`. Card: docs/scribe.md, "Speech".
"""

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processing.engines import EngineError

PINNED: Final = "92250df25c2506053dcf2a77773903c306b111d1df2cbe006f4241b09901b2e7"  # pragma: allowlist secret
SHORTEST: Final = 0.4  # seconds that say anything about a voice
_RATE: Final = 16_000
_HOP: Final = 160  # samples, 10 ms
_FFT: Final = 400
_MELS: Final = 40
_WINDOW: Final = 160  # frames that the network looks at
_STEP: Final = 120  # frames between two looks
_AT_ONCE: Final = 64
_LOUD: Final = 10 ** (-30 / 20)  # level that the network was trained on

Vectors = NDArray[np.float32]
Sound = NDArray[np.float32]


def vectors(sounds: Sequence[Sound]) -> Vectors:
    """A unit vector for each, shape (n, 256); zeros for a stretch that is too short to tell."""
    looks = [(index, look) for index, sound in enumerate(sounds) for look in _looks(_mel(sound))]
    found = np.zeros((len(sounds), 256), np.float32)
    for at in range(0, len(looks), _AT_ONCE):
        some = looks[at : at + _AT_ONCE]
        for (index, _look), vector in zip(some, _encoded(np.stack([look for _index, look in some])), strict=True):
            found[index] += vector
    return unit(found)


def unit(found: Vectors) -> Vectors:
    """Each of length 1; zeros stay."""
    lengths = np.linalg.norm(found, axis=-1, keepdims=True)
    return np.asarray(found / np.where(lengths > 0, lengths, 1), np.float32)


def _looks(mel: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    if len(mel) < SHORTEST * 100:
        return []
    if len(mel) <= _WINDOW:
        return [np.resize(mel, (_WINDOW, _MELS))]  # repeated until it is long enough, so that all go through together
    starts = list(range(0, len(mel) - _WINDOW, _STEP))
    return [mel[start : start + _WINDOW] for start in [*starts, len(mel) - _WINDOW]]


def _mel(sound: Sound) -> NDArray[np.float32]:
    """Power in 40 bands, a frame each 10 ms."""
    if len(sound) < _FFT:
        return np.zeros((0, _MELS), np.float32)
    level = float(np.sqrt(np.mean(sound**2)))
    sound = sound * (_LOUD / level) if 0 < level < _LOUD else sound
    padded = np.pad(sound, _FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP] * _hann()
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return np.asarray(power @ _bands(), np.float32)


def _encoded(batch: NDArray[np.float32]) -> Vectors:
    """(n, frames, 40) to (n, 256)."""
    found = _session().run(None, {"mel": batch})[0]
    return unit(np.nan_to_num(np.asarray(found, np.float32)))


@functools.cache
def _session() -> Any:
    """Raises EngineError MODEL_MISSING where the file is not the one that was pinned."""
    import onnxruntime

    content = (Path(__file__).parent / "voices.onnx").read_bytes()
    if hashlib.sha256(content).hexdigest() != PINNED:
        raise EngineError("MODEL_MISSING", temporary=False)
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@functools.cache
def _hann() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)


@functools.cache
def _bands() -> NDArray[np.float32]:
    """Slaney's mel bands of equal area: linear below 1 kHz, logarithmic above. Shape (201, 40)."""
    edges = _hertz(np.linspace(0, _slaney(8000.0), _MELS + 2))
    bins = np.linspace(0, _RATE / 2, _FFT // 2 + 1)
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    areas = 2 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * areas, np.float32)


def _slaney(hertz: float) -> float:
    return 15 + 27 * float(np.log(hertz / 1000)) / float(np.log(6.4))


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
