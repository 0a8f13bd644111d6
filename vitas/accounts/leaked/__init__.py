"""Passwords that are known from leaks, on disk: nobody is asked over the network. README.md says whence they are."""

import hashlib
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, overload

FILE: Final = Path(__file__).with_name("passwords.bin")
WIDTH: Final = 5  # bytes of a hash: of a good password one in two and a half million is taken for a leaked one


def is_leaked(password: str) -> bool:
    """Whether it is in the list, in capital or small letters."""
    wanted = mark(password)
    marks = _marks()
    at = bisect_left(marks, wanted)
    return at < len(marks) and marks[at] == wanted


def mark(password: str) -> bytes:
    same = unicodedata.normalize("NFC", password).lower()
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).digest()[:WIDTH]


def write(passwords: Iterable[str], file: Path = FILE) -> int:
    """The file anew; how many it holds."""
    marks = sorted({mark(password) for password in passwords})
    file.write_bytes(b"".join(marks))
    return len(marks)


class _Marks(Sequence[bytes]):
    """The sorted file as a sequence."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __len__(self) -> int:
        return len(self.raw) // WIDTH

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        assert isinstance(at, int)  # bisect asks for one at a time
        return self.raw[at * WIDTH : (at + 1) * WIDTH]


@cache
def _marks() -> _Marks:
    return _Marks(FILE.read_bytes())
