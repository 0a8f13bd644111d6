"""Envelope encryption: one AES-256-GCM data key a subject (a patient), wrapped by the master key of the environment.

Rotation re-wraps data keys and touches no content; destroying a data key makes everything under it unreadable for ever.
`PLATFORM` is the subject of what belongs to no patient.
"""

import os
import uuid
from collections.abc import Iterable
from threading import Lock
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils import timezone

PLATFORM = uuid.UUID(int=0)

_NONCE_BYTES = 12
_KEPT_SECONDS = 60  # a destroyed key is forgotten by every process within this time
_KEPT_KEYS = 4096

_kept: dict[uuid.UUID, tuple[float, bytes]] = {}
_lock = Lock()


class KeyDestroyed(Exception):
    """The data key of this subject was destroyed: its content is gone."""


class Tampered(Exception):
    """The bytes are not what was sealed for this subject and place."""


def seal(plain: bytes, *, subject: uuid.UUID, place: str) -> bytes:
    """Encrypt under the subject's key. `place` (table, column, row) is bound in: moved bytes do not open elsewhere."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_data_key(subject)).encrypt(nonce, plain, place.encode())


def open_sealed(sealed: bytes, *, subject: uuid.UUID, place: str) -> bytes:
    """Decrypt what `seal` made. Raises KeyDestroyed, Tampered."""
    try:
        return AESGCM(_data_key(subject)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
    except InvalidTag as error:
        raise Tampered(place) from error


def load_keys(subjects: Iterable[uuid.UUID]) -> None:
    """Fetch the keys of many subjects in one query, before a list of their rows is read."""
    from vitas.common.models import DataKey

    missing = {subject for subject in subjects if _remembered(subject) is None}
    if missing:
        for key in DataKey.objects.filter(subject__in=missing, destroyed_at=None):
            _remember(key.subject, _unwrap(bytes(key.wrapped), key.subject, key.master))


def destroy_key(subject: uuid.UUID) -> None:
    """Forget a subject: what was sealed under its key can never be read again."""
    from vitas.common.models import DataKey

    DataKey.objects.filter(subject=subject).update(wrapped=b"", destroyed_at=timezone.now())
    with _lock:
        _kept.pop(subject, None)


def rewrap_keys(*, batch: int = 1000) -> int:
    """Wrap every key that an older master key wraps by the current one; returns how many."""
    from vitas.common.models import DataKey

    old = list(DataKey.objects.filter(destroyed_at=None).exclude(master=_current_master())[:batch])
    for key in old:
        plain = _unwrap(bytes(key.wrapped), key.subject, key.master)
        DataKey.objects.filter(pk=key.pk, master=key.master).update(
            wrapped=_wrap(plain, key.subject), master=_current_master()
        )
    return len(old)


def _data_key(subject: uuid.UUID) -> bytes:
    from vitas.common.models import DataKey

    remembered = _remembered(subject)
    if remembered is not None:
        return remembered
    row = DataKey.objects.filter(subject=subject).first()
    if row is None:
        fresh = DataKey(subject=subject, wrapped=_wrap(AESGCM.generate_key(256), subject), master=_current_master())
        DataKey.objects.bulk_create([fresh], ignore_conflicts=True)
        # Read back: of two who make the key at once, one row stands. Not remembered yet, for this may be rolled back.
        row = DataKey.objects.get(subject=subject)
        return _unwrap(bytes(row.wrapped), subject, row.master)
    if row.destroyed_at is not None:
        raise KeyDestroyed(str(subject))
    plain = _unwrap(bytes(row.wrapped), subject, row.master)
    _remember(subject, plain)
    return plain


def _remembered(subject: uuid.UUID) -> bytes | None:
    found = _kept.get(subject)
    return found[1] if found and found[0] > monotonic() else None


def _remember(subject: uuid.UUID, key: bytes) -> None:
    with _lock:
        while len(_kept) >= _KEPT_KEYS:
            _kept.pop(next(iter(_kept)))
        _kept[subject] = (monotonic() + _KEPT_SECONDS, key)


def forget_remembered_keys() -> None:
    """Drop the keys kept in this process."""
    with _lock:
        _kept.clear()


def _current_master() -> str:
    return next(iter(settings.MASTER_KEYS))


def _wrap(plain: bytes, subject: uuid.UUID) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(settings.MASTER_KEYS[_current_master()]).encrypt(nonce, plain, subject.bytes)


def _unwrap(wrapped: bytes, subject: uuid.UUID, master: str) -> bytes:
    return AESGCM(settings.MASTER_KEYS[master]).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], subject.bytes)
