"""The file format of a part: AES-256-GCM in chunks, so that a part of any size is sealed and opened as a stream.

    magic, 8 bytes | key's mark, 8 | backup's id, 16 | salt, 16 | chunk | chunk | …

Each part has a key of its own, derived from `BACKUP_KEY`, the salt, the backup's id and the part's name (HKDF-SHA256).
A chunk's nonce is its number and whether it is the last: chunks that are moved, left out, repeated or cut off do not
open (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import hashlib
import hmac
import os
import uuid
from collections.abc import Iterator
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vitas.operations.backup import BackupFailed

MAGIC: Final = b"VITASBK1"
CHUNK: Final = 1 << 20  # bytes of content in a chunk
_TAG = 16
_MARK = 8
_HEADER = len(MAGIC) + _MARK + 16 + 16


class Tampered(BackupFailed):
    """The bytes are not what was written."""


def mark_of(key: bytes) -> bytes:
    """Tells keys apart without telling them."""
    return hmac.new(key, b"vitas backup key", hashlib.sha256).digest()[:_MARK]


class Sealer:
    """Writes one part. `write` as often as one likes, then `finish`; `size` and `sha256` tell of the sealed bytes."""

    def __init__(self, out: IO[bytes], *, key: bytes, backup: uuid.UUID, part: str) -> None:
        self.out = out
        self.size = 0
        self.content_size = 0
        self._hash = hashlib.sha256()
        salt = os.urandom(16)
        self._cipher = AESGCM(_part_key(key, salt=salt, backup=backup, part=part))
        self._waiting = bytearray()
        self._number = 0
        self._put(MAGIC + mark_of(key) + backup.bytes + salt)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, content: bytes) -> int:
        self._waiting += content
        self.content_size += len(content)
        while len(self._waiting) > CHUNK:  # the last chunk is only known to be the last when all is said
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()
        self.out.flush()
        os.fsync(self.out.fileno())

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), content, None))
        self._number += 1

    def _put(self, sealed: bytes) -> None:
        self.out.write(sealed)
        self._hash.update(sealed)
        self.size += len(sealed)


def backup_of(file: IO[bytes], *, key: bytes) -> uuid.UUID:
    """Whose part this is; the file stands at its beginning again. Raises BackupFailed for another key or format."""
    header = file.read(_HEADER)
    file.seek(0)
    if len(header) < _HEADER or not header.startswith(MAGIC):
        raise BackupFailed("This is not a backup of Vitas.")
    if header[len(MAGIC) :][:_MARK] != mark_of(key):
        raise BackupFailed("This backup was sealed by another BACKUP_KEY.")
    return uuid.UUID(bytes=header[len(MAGIC) + _MARK :][:16])


def opened(file: IO[bytes], *, key: bytes, backup: uuid.UUID, part: str) -> Iterator[bytes]:
    """The part's content, chunk by chunk, each proven before it is given. Raises Tampered, BackupFailed."""
    if backup_of(file, key=key) != backup:
        raise Tampered(f"The part {part} belongs to another backup.")
    salt = file.read(_HEADER)[-16:]
    cipher = AESGCM(_part_key(key, salt=salt, backup=backup, part=part))
    number, chunk = 0, file.read(CHUNK + _TAG)
    while chunk:
        following = file.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, None)
        except InvalidTag as error:
            raise Tampered(f"The part {part} was changed or cut off.") from error
        number, chunk = number + 1, following
    if not number:
        raise Tampered(f"The part {part} was cut off.")


def _part_key(key: bytes, *, salt: bytes, backup: uuid.UUID, part: str) -> bytes:
    told = b"vitas backup part\0" + backup.bytes + part.encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=told).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
