"""The sound of a recording on this machine's own disk, for as long as it is worked on.

It lies in a folder of its own that goes when the work ends. A worker that was killed leaves its folder behind; whose
lock nobody holds any more is removed by whoever works here next.
"""

import errno
import fcntl
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from processing import audio_store, words
from processing.engines import EngineError
from processing.models import Recording
from records.files.store import StoreAway

log = logging.getLogger(__name__)

CHUNK: Final = 1024 * 1024
_SPARE: Final = 100 * 1024 * 1024  # bytes that stay free on the disk
_LOCK: Final = "lock"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class Sound:
    """Fetched when it is first asked for, deleted at the end, however that comes."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._path: Path | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def path(self) -> Path:
        """Raises EngineError: the store is away, the disk is full, the sound is gone or another."""
        if self._path is None:
            try:
                self._path = self._fetched(self._folder())
            except OSError as error:
                raise of_disk(error) from error
        return self._path

    def _folder(self) -> Path:
        root = Path(settings.SCRIBE_FOLDER)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_orphans(root)
        if shutil.disk_usage(root).free < (self.recording.size or 0) + _SPARE:
            raise EngineError(words.DISK_FULL, temporary=True)
        folder = Path(tempfile.mkdtemp(dir=root))
        self._held.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = self._held.enter_context((folder / _LOCK).open("wb"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder

    def _fetched(self, folder: Path) -> Path:
        path, digest = folder / "sound", hashlib.sha256()
        with path.open("wb") as file:
            for piece in _pieces(self.recording.key):
                digest.update(piece)
                file.write(piece)
        if self.recording.sha256 and digest.hexdigest() != self.recording.sha256:
            raise EngineError(words.SOUND_CHANGED, temporary=False)
        return path


def of_disk(error: OSError) -> EngineError:
    """What a failure of this machine's disk means."""
    full = error.errno in _FULL
    log.warning("the disk of a worker fails", extra={"errno": errno.errorcode.get(error.errno or 0, "")})
    return EngineError(words.DISK_FULL if full else words.UNEXPECTED, temporary=True)


def _pieces(key: str) -> Iterator[bytes]:
    try:
        with audio_store.opened(key) as file:
            while piece := file.read(CHUNK):
                yield piece
    except FileNotFoundError as error:
        raise EngineError(words.SOUND_GONE, temporary=False) from error
    except (StoreAway, BotoCoreError, ClientError) as error:
        raise EngineError(words.STORE_AWAY, temporary=True) from error


def _remove_orphans(root: Path) -> None:
    for folder in root.iterdir():
        with suppress(OSError), (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
