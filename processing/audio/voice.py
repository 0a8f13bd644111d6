"""Where somebody speaks: Silero's voice detector (MIT, packaged in faster-whisper), fed piece by piece.

Knows nothing of Vitas, so that the check of a hostile file may use it in a process of its own (sound_check.py).
"""

import functools
import importlib.util
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 512  # samples, 32 ms: what one probability is about
WINDOW_SECONDS: Final = WINDOW / 16_000
_CONTEXT: Final = 64  # samples before the window that the model looks at
_AT_ONCE: Final = 1000  # windows; more would only take more memory

# As faster-whisper: begin above, end below; shorter silences do not part; seconds left around.
_BEGINS: Final = 0.5
_ENDS: Final = 0.35
_SILENCE: Final = round(2.0 / WINDOW_SECONDS)
_AROUND: Final = round(0.4 / WINDOW_SECONDS)

Probabilities = NDArray[np.float32]


class VoiceDetector:
    """One sound's detector: what it heard before stays in its state, so pieces may be of any length."""

    def __init__(self) -> None:
        self._session = _session()
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def hear(self, samples: NDArray[np.int16]) -> Probabilities:
        """A probability of speech for each window that is complete; the rest waits for the next piece."""
        sound = np.concatenate([self._rest, samples.astype(np.float32) / 32768])
        whole = len(sound) // WINDOW * WINDOW
        self._rest = sound[whole:]
        windows = sound[:whole].reshape(-1, WINDOW)
        parts = [self._run(windows[at : at + _AT_ONCE]) for at in range(0, len(windows), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def finish(self) -> Probabilities:
        """The last window, filled up with silence."""
        if not len(self._rest):
            return np.zeros(0, np.float32)
        last = np.pad(self._rest, (0, WINDOW - len(self._rest)))
        self._rest = np.zeros(0, np.float32)
        return self._run(last[None, :])

    def _run(self, windows: NDArray[np.float32]) -> Probabilities:
        before = np.concatenate([self._context[None, :], windows[:-1, -_CONTEXT:]])
        self._context = windows[-1, -_CONTEXT:].copy()
        heard = {"input": np.concatenate([before, windows], axis=1), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, heard)
        return np.asarray(found, np.float32).reshape(-1)


def stretches(heard: Probabilities) -> list[tuple[int, int]]:
    """Where speech begins and ends, in windows, with a little of the silence around it; none overlap."""
    found = _spoken(heard)
    for index, (start, end) in enumerate(found):
        before = found[index - 1][1] if index else 0
        after = found[index + 1][0] if index + 1 < len(found) else len(heard)
        found[index] = (max(start - _AROUND, before), min(end + _AROUND, (end + after + 1) // 2, len(heard)))
    return found


def spoken_seconds(heard: Probabilities) -> float:
    return float(np.count_nonzero(heard >= _BEGINS)) * WINDOW_SECONDS


def _spoken(heard: Probabilities) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = quiet = -1
    for at, chance in enumerate(heard):
        if chance >= _BEGINS:
            start = at if start < 0 else start
            quiet = -1
        elif start >= 0 and chance < _ENDS:
            quiet = at if quiet < 0 else quiet
            if at - quiet >= _SILENCE:
                found.append((start, quiet))
                start = quiet = -1
    return [*found, (start, len(heard))] if start >= 0 else found


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    # Looked up without importing the package, which would load the whole recognizer.
    home = importlib.util.find_spec("faster_whisper")
    if home is None or home.origin is None:
        raise RuntimeError("faster-whisper is not installed")
    model = next((Path(home.origin).parent / "assets").glob("silero_vad*.onnx"))
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
