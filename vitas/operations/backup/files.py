"""The files of the store, as one stream: for each a line of JSON, then blocks with their length before them, then 0.

A file's length is only known when it was read to its end: one that is just being uploaded stops no backup.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages

from vitas.operations.backup.manifest import StoredFile
from vitas.operations.backup.sealing import Tampered

BLOCK: Final = 1 << 18  # bytes
_LENGTH = 4
_NOT_KEPT: Final = {"staticfiles"}  # made anew by every release


class Writable(Protocol):
    def write(self, content: bytes, /) -> Any: ...


def stores() -> list[str]:
    """Where files of people lie, by their names in STORAGES."""
    return sorted(set(settings.STORAGES) - _NOT_KEPT)


def names(store: Storage, folder: str = "") -> Iterator[str]:
    """All files of a store, folders before what follows them."""
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:
        return  # nothing was ever stored
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(files) if name)
    for name in sorted(folders):
        yield from names(store, prefix + name)


def pack(out: Writable, *, tell: Callable[[int], None]) -> list[StoredFile]:
    """Write every file of every store. One that is deleted meanwhile is left out: what is gone is gone."""
    packed: list[StoredFile] = []
    for alias in stores():
        for name in names(storages[alias]):
            try:
                file = storages[alias].open(name)
            except FileNotFoundError:
                continue
            with file:
                packed.append(_pack(out, alias, name, file))
            tell(len(packed))
    return packed


def _pack(out: Writable, alias: str, name: str, file: Any) -> StoredFile:
    line = json.dumps({"store": alias, "name": name}).encode()
    out.write(len(line).to_bytes(_LENGTH, "big") + line)
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        out.write(len(block).to_bytes(_LENGTH, "big") + block)
        digest.update(block)
        size += len(block)
    out.write(bytes(_LENGTH))
    return StoredFile(store=alias, name=name, size=size, sha256=digest.hexdigest())


def unpack(content: Iterator[bytes]) -> Iterator[tuple[str, str, "Blocks"]]:
    """`(store, name, blocks)` of each file; the blocks must be read before the next is asked for."""
    stream = _Stream(content)
    while head := stream.block():
        told = json.loads(head)
        blocks = Blocks(stream)
        yield told["store"], told["name"], blocks
        blocks.skip()


class Blocks:
    """A file's content as it comes, hashed on the way; readable as Django's storages read."""

    def __init__(self, stream: "_Stream") -> None:
        self._stream = stream
        self._ended = False
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        while not self._ended:
            block = self._stream.block()
            if not block:
                self._ended = True
                return
            self._digest.update(block)
            self.size += len(block)
            yield block

    def skip(self) -> None:
        for _block in self:
            pass


class _Stream:
    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._waiting = bytearray()

    def block(self) -> bytes:
        """The next block; empty at the end of a file, and of all."""
        length = int.from_bytes(self._take(_LENGTH, at_end=b"\0" * _LENGTH), "big")
        return self._take(length)

    def _take(self, length: int, *, at_end: bytes | None = None) -> bytes:
        while len(self._waiting) < length:
            more = next(self._content, None)
            if more is None:
                if at_end is not None and not self._waiting:
                    return at_end
                raise Tampered("The files end too early.")
            self._waiting += more
        taken = bytes(self._waiting[:length])
        del self._waiting[:length]
        return taken


class Arriving(File):
    """What a storage saves from: blocks, in their order."""

    def __init__(self, blocks: Blocks, name: str) -> None:
        super().__init__(None, name)
        self._blocks = blocks

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from self._blocks

    def read(self, size: int = -1) -> bytes:
        return b"".join(self._blocks) if size < 0 else next(iter(self._blocks), b"")

    def seekable(self) -> bool:
        return False


def fingerprint(store: Storage, name: str) -> tuple[int, str]:
    """Size and SHA-256 of a file as it lies in the store."""
    digest, size = hashlib.sha256(), 0
    with store.open(name) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
