"""Where files are kept: under a key that the server draws and that tells of nobody. Never a public address.

A key is claimed by a committed row before anything is stored under it, and the claim goes in the transaction that says
what the file is for. So whatever dies in between, the sweep finds a file that nobody refers to.
"""

import hashlib
import logging
import os
import secrets
import tempfile
from datetime import datetime
from typing import IO, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.models import Attachment, FileClaim
from vitas.common.errors import Unavailable

log = logging.getLogger(__name__)

CHUNK: Final = 256 * 1024
_IN_MEMORY: Final = 1024 * 1024
_FAULTS: Final = (OSError, BotoCoreError, ClientError)


class StoreAway(Unavailable):
    """503: the file store does not answer, or is full. Nothing was written down."""

    sentence = _("The file could not be stored. Nothing was lost: try again in a moment.")


class Damaged(Unavailable):
    """503: what the store gives is not what was stored. It is never given out."""

    sentence = _("This file is damaged in our store, so it is not shown. We have been told.")


def claim() -> FileClaim:
    """A fresh key, written down at once."""
    day = timezone.now()
    return FileClaim.objects.create(key=f"records/{day:%Y/%m}/{secrets.token_hex(20)}")


def put(key: str, file: IO[bytes]) -> None:
    """Store all of it. Raises StoreAway."""
    try:
        file.seek(0)
        taken = default_storage.save(key, File(file, name=key))
        if taken != key:
            default_storage.delete(taken)
            raise OSError("the store took another key")
        _settle(key)
    except _FAULTS as error:
        log.error("a file could not be stored", extra={"error": type(error).__name__})
        raise StoreAway() from error


def spooled(key: str, sha256: str) -> IO[bytes]:
    """All of the file, found to be what was stored, in a temporary file. Raises Damaged (gone, too), StoreAway.

    Nothing is given out before its last byte was checked: a damaged file must not arrive looking whole.
    """
    spool: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        fetch(key, sha256, spool)
    except BaseException:
        spool.close()
        raise
    return spool


def fetch(key: str, sha256: str, spool: Any) -> int:
    """Copy the file into `spool`, which stands at its beginning then; its size. Raises Damaged, StoreAway."""
    digest, size = hashlib.sha256(), 0
    try:
        with default_storage.open(key) as found:
            while piece := found.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                spool.write(piece)
    except FileNotFoundError as error:
        log.error("a file is gone from the store", extra={"key": key})
        raise Damaged() from error
    except _FAULTS as error:
        log.error("the file store does not answer", extra={"error": type(error).__name__})
        raise StoreAway() from error
    if digest.hexdigest() != sha256:
        log.error("a file in the store is not what was stored", extra={"key": key})
        raise Damaged()
    spool.seek(0)
    return size


def forget(key: str) -> bool:
    """Whether the file is gone now; a store that does not answer is asked again by the sweep."""
    try:
        default_storage.delete(key)
    except FileNotFoundError:
        return True
    except _FAULTS as error:
        log.warning("a file was left behind", extra={"error": type(error).__name__})
        return False
    return True


def sweep_claims(before: datetime, *, limit: int = 200) -> int:
    """Forget what was stored under keys that were claimed before this moment and that nothing came to refer to."""
    gone = 0
    for found in FileClaim.objects.filter(claimed_at__lt=before).order_by("claimed_at")[:limit]:
        if Attachment.objects.filter(key=found.key).exists() or forget(found.key):
            found.delete()
            gone += 1
    return gone


def _settle(key: str) -> None:
    """On a local disk: down to the disk, before a row says that the file is there."""
    try:
        path = default_storage.path(key)
    except NotImplementedError:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
