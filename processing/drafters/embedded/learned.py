"""What training found out (`manage.py train_drafter`): one small file of numbers, used only if its hash is known."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from processing.drafters.embedded import features
from processing.engines import PARTS, EngineError

HERE = Path(__file__).parent
FILE = HERE / "model.npz"
KNOWN = HERE / "model.sha256"


@dataclass(frozen=True, slots=True)
class Learned:
    """`mean` centres the features; `worth` and `parts` are weights over them; `breaks` of breaks.py;
    `headers` weights over a whole dialogue's words for `header_names`; `least` what a statement must be worth."""

    mean: np.ndarray
    worth: np.ndarray
    parts: np.ndarray
    breaks: np.ndarray
    headers: np.ndarray
    header_names: np.ndarray
    least: np.ndarray

    def worths(self, features: np.ndarray) -> np.ndarray:
        """The chance of each statement to belong in the note."""
        return 1 / (1 + np.exp(-((features - self.mean) @ self.worth)))

    def parts_of(self, features: np.ndarray) -> list[str]:
        """The likeliest part of the note for each."""
        return [PARTS[best] for best in ((features - self.mean) @ self.parts).argmax(axis=1)]

    def header_of(self, dialogues: Sequence[str]) -> list[str]:
        """The section header (MTS-Dialog's names) of whole short dialogues."""
        rows = np.vstack([features.of_dialogue(dialogue) for dialogue in dialogues])
        return [str(self.header_names[best]) for best in (rows @ self.headers).argmax(axis=1)]

    def save(self, file: Path = FILE, known: Path = KNOWN) -> str:
        """Write the file and its hash. Numbers in half precision: what is lost is far below what was learned."""
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        half = {name: a.astype(np.float16) if a.dtype.kind == "f" else a for name, a in kept.items()}
        written = io.BytesIO()
        np.savez_compressed(written, **half)
        file.write_bytes(written.getvalue())
        digest = hashlib.sha256(written.getvalue()).hexdigest()
        known.write_text(f"{digest}\n")
        return digest


def load(file: Path = FILE, known: Path = KNOWN) -> Learned:
    """The trained numbers. Raises EngineError where the file is not the one whose hash is kept beside it."""
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != known.read_text().strip():
        raise EngineError("MODEL_CHANGED", temporary=False)
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        return Learned(**{field.name: _single(kept[field.name]) for field in fields(Learned)})


def _single(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


@cache
def current() -> Learned:
    """The one that is installed, read once a process."""
    return load()


def names(headers: Sequence[str]) -> np.ndarray:
    return np.array(list(headers), dtype=np.str_)
