"""Scanners for viruses: a base class, a dotted path in settings (`VIRUS_SCANNER`), one module each."""

import abc
from dataclasses import dataclass
from functools import cache
from typing import IO, ClassVar

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Verdict:
    """`because` is a code: `infected`, `too_large`; `name` is what the scanner calls what it found."""

    clean: bool
    because: str = ""
    name: str = ""


class ScannerAway(Exception):
    """No verdict: the scanner does not answer, or not to the end. The file waits."""


class Scanner(abc.ABC):
    """Looks at one file and says whether it may be given out."""

    scans: ClassVar[bool] = True
    """False for one that looks at nothing, and says so wherever files are shown."""

    @abc.abstractmethod
    def scan(self, file: IO[bytes]) -> Verdict:
        """Reads the file from its beginning. Raises ScannerAway; never calls clean what it did not read to the end."""

    def ping(self) -> None:  # noqa: B027 (nothing to ask where nothing scans)
        """Raises ScannerAway if it does not answer."""


@cache
def _made(path: str) -> Scanner:
    found: Scanner = import_string(path)()
    return found


def scanner() -> Scanner:
    """The one that settings name."""
    return _made(settings.VIRUS_SCANNER)
