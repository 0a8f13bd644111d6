"""Coders: what suggests codes of a loaded table for the text of a note."""

import abc
from collections.abc import Sequence

from processing.engines import Suggestion


class Coder(abc.ABC):
    """One engine. Never a code that is not in the table."""

    name: str

    @abc.abstractmethod
    def suggest(self, texts: Sequence[str], *, language: str, table: str, limit: int = 8) -> list[Suggestion]:
        """Best first; `texts` are sentences, `table` the key of a CodeSystem. Raises EngineError."""
