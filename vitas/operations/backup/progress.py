"""Telling a person how far a backup is: a line for each step that ends, and one now and then in between."""

import time
from collections.abc import Callable
from typing import Any

EVERY = 2.0  # seconds


class Progress:
    """Called with `step: how far`."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._last = ""
        self._shown = ""
        self._next = time.monotonic() + EVERY

    def __call__(self, line: str) -> None:
        if self._last and line.split(" ")[0] != self._last.split(" ")[0]:
            self.end()
        self._last = line
        if time.monotonic() >= self._next:
            self.end()

    def end(self) -> None:
        """Say where the step in hand has come to."""
        if self._last != self._shown:
            self._write(self._last)
            self._shown = self._last
        self._next = time.monotonic() + EVERY
