"""The recognizer itself: loaded once a process, whoever asks first."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from processing.engines import EngineError
from processing.transcribers import packaged

# What every piece is heard with; `manage.py bench_scribe` hears with the same, to compare.
OPTIONS: Final[dict[str, Any]] = {
    "beam_size": 5,
    "temperature": [0.0, 0.4],  # again, freer, only where the first try repeats itself or is improbable
    "condition_on_previous_text": False,  # a mistake must not lead to the next
    "word_timestamps": True,
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """`name` for people, as `faster-whisper base int8`."""

    model: Any
    name: str


_lock = threading.Lock()
_loaded: dict[tuple[str, str, int], Loaded] = {}


def loaded() -> Loaded:
    """Raises EngineError MODEL_MISSING where the model is not there, or is not the one that was pinned."""
    wanted = (settings.WHISPER_MODEL, settings.WHISPER_COMPUTE_TYPE, settings.WHISPER_THREADS)
    with _lock:
        if wanted not in _loaded:
            _loaded[wanted] = _load(*wanted)
        return _loaded[wanted]


def _load(model: str, compute_type: str, threads: int) -> Loaded:
    import ctranslate2
    from faster_whisper import WhisperModel

    # At its lower levels it logs what it hears.
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    on_gpu = ctranslate2.get_cuda_device_count() > 0
    if compute_type == "auto":
        compute_type = "float16" if on_gpu else "int8"
    where = model or str(packaged.folder(settings.MODELS_FOLDER))
    try:
        made = WhisperModel(
            where,
            device="cuda" if on_gpu else "cpu",
            compute_type=compute_type,
            cpu_threads=threads,
            download_root=str(settings.MODELS_FOLDER),
        )
    except Exception as error:  # no such folder, no such name, no network, not enough memory: each its own kind
        raise EngineError("MODEL_MISSING", temporary=False) from error
    return Loaded(made, f"faster-whisper {Path(model).name if model else packaged.NAME} {compute_type}")
