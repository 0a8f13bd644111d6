"""Where sound is kept: in the file store of all files, under a key that the server drew and that names nobody.

A key belongs to a committed row before anything lies under it, so a process that dies leaves nothing unknown behind.
What comes by our own address is written beside the store first, and put in its place whole or not at all.
"""

import hashlib
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.utils import timezone

from records.files.store import StoreAway

log = logging.getLogger(__name__)

CHUNK: Final = 256 * 1024
MOST_BYTES: Final = 500 * 1024 * 1024
UNFINISHED_KEPT: Final = 6 * 3600  # seconds; no upload of 500 MB lasts so long
_UNFINISHED: Final = "unfinished"
_FAULTS: Final = (OSError, BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class Received:
    """What came by our own address, on the store's disk and not yet in its place."""

    path: Path
    size: int
    sha256: str


class Broken(Exception):
    """The sender broke off, or sent another length than was said."""


class TooLong(Exception):
    """More came than may."""


def new_key() -> str:
    return f"sound/{timezone.now():%Y/%m}/{secrets.token_hex(20)}"


def is_local() -> bool:
    """Whether sound comes to us, because there is no bucket that it could go to."""
    return isinstance(_storage(), FileSystemStorage)


def size_of(key: str) -> int | None:
    """Bytes; None where nothing lies there. Raises StoreAway."""
    try:
        return int(default_storage.size(key))
    except FileNotFoundError:
        return None
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            return None
        raise _away(error) from error
    except _FAULTS as error:
        raise _away(error) from error


def receive(read: Callable[[int], bytes], *, length: int | None, most: int) -> Received:
    """Write what comes to the disk, a piece at a time. Raises Broken, TooLong, StoreAway; then nothing is left."""
    path = _unfinished() / secrets.token_hex(16)
    try:
        with path.open("xb") as file:
            found = _copied(read, file, most)
            file.flush()
            os.fsync(file.fileno())
        if not found.size or (length is not None and found.size != length):
            raise Broken
    except (Broken, TooLong):
        path.unlink(missing_ok=True)
        raise
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _away(error) from error
    return Received(path, found.size, found.sha256)


def place(received: Received, key: str) -> bool:
    """Put it under its key. False where something lies there already: the first one stays."""
    target = Path(default_storage.path(key))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(received.path, target)
        _sync_folder(target.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise _away(error) from error
    finally:
        received.path.unlink(missing_ok=True)
    return True


def drop(received: Received) -> None:
    received.path.unlink(missing_ok=True)


def put(key: str, file: IO[bytes]) -> None:
    """Store a file that we made ourselves, in the place of what lies there. Raises StoreAway."""
    file.seek(0)
    if is_local():
        received = receive(file.read, length=None, most=MOST_BYTES)
        forget(key)
        place(received, key)
        return
    try:
        default_storage.save(key, File(file, name=key))
    except _FAULTS as error:
        raise _away(error) from error


def opened(key: str) -> IO[bytes]:
    """The whole, to be read once from its beginning; close it. Raises FileNotFoundError, StoreAway."""
    try:
        if is_local():
            return default_storage.open(key)
        return Part(key)  # type: ignore[return-value]
    except FileNotFoundError:
        raise
    except _FAULTS as error:
        raise _away(error) from error


class Part:
    """A part of a file in a bucket, fetched as it is read: `seek` says from where, once."""

    def __init__(self, key: str) -> None:
        self.key, self.first = key, 0
        self._body: Any = None

    def __enter__(self) -> "Part":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def seek(self, first: int) -> int:
        self.first = first
        return first

    def read(self, count: int = -1) -> bytes:
        if self._body is None:
            self._body = self._fetched()
        return bytes(self._body.read(None if count < 0 else count))

    def close(self) -> None:
        if self._body is not None:
            self._body.close()

    def _fetched(self) -> Any:
        try:
            found = _storage().bucket.Object(_full(self.key))
            return found.get(Range=f"bytes={self.first}-")["Body"]
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                raise FileNotFoundError(self.key) from error
            raise _away(error) from error
        except BotoCoreError as error:
            raise _away(error) from error


def sha256_of(key: str) -> str:
    """Raises FileNotFoundError, StoreAway."""
    with opened(key) as file:
        digest = hashlib.sha256()
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def forget(key: str) -> bool:
    """Whether nothing lies there now; a store that does not answer is asked again by a sweep."""
    try:
        default_storage.delete(key)
    except FileNotFoundError:
        return True
    except _FAULTS as error:
        log.warning("a sound was left behind", extra={"error": type(error).__name__})
        return False
    return True


def forget_folder(key: str) -> bool:
    """All that lies under a key: the pieces of a recording, also those that no row tells of."""
    try:
        _folders, files = default_storage.listdir(key)
    except FileNotFoundError:
        return True
    except _FAULTS as error:
        log.warning("pieces were left behind", extra={"error": type(error).__name__})
        return False
    gone = len([name for name in files if forget(f"{key}/{name}")]) == len(files)
    if gone and is_local():
        with suppress(OSError):
            Path(default_storage.path(key)).rmdir()
    return gone


def presigned(key: str, *, content_type: str, size: int | None, seconds: int) -> str:
    """The address of the bucket to which the file may be put, bound to its type and, where it is known, its length.

    Made here, without asking the bucket. Signed in the form that names the headers (AWS signature v4).
    """
    bound: dict[str, Any] = {"Bucket": _storage().bucket_name, "Key": _full(key), "ContentType": content_type}
    if size is not None:
        bound["ContentLength"] = size
    return str(_signer().generate_presigned_url("put_object", Params=bound, ExpiresIn=seconds))


def sweep_unfinished() -> int:
    """What a broken-off or killed upload left on our disk."""
    if not is_local():
        return 0
    gone, before = 0, time.time() - UNFINISHED_KEPT
    for path in _unfinished().iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
                gone += 1
    return gone


def _copied(read: Callable[[int], bytes], file: IO[bytes], most: int) -> Received:
    digest, size = hashlib.sha256(), 0
    while piece := _read(read):
        size += len(piece)
        if size > most:
            raise TooLong
        digest.update(piece)
        file.write(piece)
    return Received(Path(), size, digest.hexdigest())


def _read(read: Callable[[int], bytes]) -> bytes:
    try:
        return read(CHUNK)
    except OSError as error:  # Django's UnreadablePostError is one
        raise Broken from error


def _unfinished() -> Path:
    """On the store's own disk, so that a file is put in its place by one step."""
    folder = Path(default_storage.path(_UNFINISHED))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage() -> Any:
    """The store itself: `default_storage` is a door to it that changes with the settings."""
    return storages["default"]


def _full(key: str) -> str:
    return str(_storage()._normalize_name(key))


def _signer() -> Any:
    """A client that signs by v4 everywhere, and no checksum, which a browser would have to know. Made once a store."""
    storage = _storage()
    if not hasattr(storage, "vitas_signer"):
        # Named by the bucket's own region: the address for all of them would send a browser on, which forbids it.
        style = {} if storage.endpoint_url else {"addressing_style": "virtual"}
        config = Config(signature_version="s3v4", request_checksum_calculation="when_required", s3=style)
        storage.vitas_signer = storage._create_session().client(
            "s3", region_name=storage.region_name, endpoint_url=storage.endpoint_url, config=config
        )
    return storage.vitas_signer


def _away(error: Exception) -> StoreAway:
    log.error("the file store does not answer", extra={"error": type(error).__name__})
    return StoreAway()
