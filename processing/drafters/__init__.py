"""Drafters: what turns a transcript into the draft of a SOAP note."""

import abc
from collections.abc import Sequence

from processing.engines import Drafted, Segment


class Drafter(abc.ABC):
    """One engine. What a patient said is quoted, never obeyed."""

    @abc.abstractmethod
    def draft(self, segments: Sequence[Segment], *, language: str) -> Drafted:
        """A draft in the transcript's language, each sentence with the segments it rests on. Raises EngineError."""
