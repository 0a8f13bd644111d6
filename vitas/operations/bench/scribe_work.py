"""What the parts of `manage.py bench_scribe` are given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`data`: the folder of `--data`; `few`: only so many rows of each set, 0 for all; `tell` writes a line."""

    tell: Callable[[str], object]
    data: Path | None = None
    few: int = 0
    seed: int = 1

    def folder(self, name: str) -> Path | None:
        """A set's folder, if it is there; else says so."""
        found = self.data / name if self.data is not None else None
        if found is not None and found.is_dir():
            return found
        self.tell(f"  not measured: --data names no folder with {name} in it")
        return None
