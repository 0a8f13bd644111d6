"""Envelope encryption: one AES-256-GCM data key a subject (a patient), wrapped by a master key (`key_providers`).

Rotation re-wraps data keys and touches no content; destroying a data key makes everything under it unreadable for ever.
`PLATFORM` is the subject of what belongs to no patient.
"""

import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone

from vitas.common.key_providers import MasterKeyMissing as MasterKeyMissing
from vitas.common.key_providers import WrappedByAnother, provider

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vitas.common.models import DataKey

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
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise Tampered(place) from error


def load_keys(subjects: Iterable[uuid.UUID]) -> None:
    """Fetch the keys of many subjects in one query, before a list of their rows is read."""
    from vitas.common.models import DataKey

    missing = {subject for subject in subjects if _remembered(subject) is None}
    if missing:
        for key in DataKey.objects.filter(subject__in=missing, destroyed_at=None):
            _remember(key.subject, _unwrap(bytes(key.wrapped), key.subject, key.master))


def offer_key(subject: uuid.UUID, wrapped: bytes, master: str) -> None:
    """Take the key of a subject from a row that came with the content, so that it needs no look-up."""
    if _remembered(subject) is None:
        _remember(subject, _unwrap(bytes(wrapped), subject, master))


def destroy_key(subject: uuid.UUID, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Forget a subject: what was sealed for it can never be read again, and nothing is sealed for it any more."""
    from vitas.common.models import DataKey

    now = timezone.now()
    tombstone = DataKey(subject=subject, wrapped=b"", master="", destroyed_at=now)
    keys = DataKey.objects.using(using)
    keys.bulk_create([tombstone], ignore_conflicts=True)
    keys.filter(subject=subject, destroyed_at=None).update(wrapped=b"", destroyed_at=now)
    with _lock:
        _kept.pop(subject, None)


def rewrap_keys(*, batch: int = 1000) -> int:
    """Wrap keys that an older master key wraps by the current one, one batch; returns how many, 0 when none is left.

    Several may do it at once: each takes keys that no other has in hand.
    """
    provider().warm()  # no network within the transaction
    with transaction.atomic():
        old = list(keys_to_rewrap().select_for_update(skip_locked=True).order_by("subject")[:batch])
        for key in old:
            _rewrap(key)
    return len(old)


def keys_to_rewrap() -> "QuerySet[DataKey]":
    """Live data keys that another than the current master key wraps."""
    from vitas.common.models import DataKey

    return DataKey.objects.filter(destroyed_at=None).exclude(master=provider().current())


def _rewrap(key: "DataKey") -> None:
    from vitas.common.models import DataKey

    plain = _unwrap(bytes(key.wrapped), key.subject, key.master)
    # Not if it was destroyed meanwhile: a forgotten key must not come back.
    DataKey.objects.filter(pk=key.pk, master=key.master, destroyed_at=None).update(
        wrapped=_wrap(plain, key.subject), master=provider().current()
    )


@dataclass(frozen=True, slots=True)
class _MadeHere:
    """A key made in the transaction in hand: Django drops it with the transaction or savepoint that is rolled back,
    and calls it after commit. Were it remembered before, a rollback would leave a key that stands nowhere."""

    subject: uuid.UUID
    key: bytes

    def __call__(self) -> None:
        _remember(self.subject, self.key)


def _data_key(subject: uuid.UUID) -> bytes:
    from vitas.common.models import DataKey

    remembered = _remembered(subject)
    if remembered is not None:
        return remembered
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped, master, destroyed_at FROM common_datakey WHERE subject = %s", [subject])
        found = cursor.fetchone()
    row = DataKey(subject, *found[:2], destroyed_at=found[2]) if found else None
    if row is None:
        fresh = DataKey(subject=subject, wrapped=_wrap(AESGCM.generate_key(256), subject), master=provider().current())
        DataKey.objects.bulk_create([fresh], ignore_conflicts=True)
        # Read back: of two who make the key at once, one row stands.
        row = DataKey.objects.get(subject=subject)
        plain = _unwrap(_wrapped(row), subject, row.master)
        transaction.on_commit(_MadeHere(subject, plain))
        return plain
    plain = _unwrap(_wrapped(row), subject, row.master)
    _remember(subject, plain)
    return plain


def _wrapped(row: "DataKey") -> bytes:
    if row.destroyed_at is not None:
        raise KeyDestroyed(str(row.subject))
    return bytes(row.wrapped)


def _remembered(subject: uuid.UUID) -> bytes | None:
    found = _kept.get(subject)
    if found and found[0] > monotonic():
        return found[1]
    for waiting in connection.run_on_commit:
        made = waiting[1]
        if isinstance(made, _MadeHere) and made.subject == subject:
            return made.key
    return None


def _remember(subject: uuid.UUID, key: bytes) -> None:
    with _lock:
        while len(_kept) >= _KEPT_KEYS:
            _kept.pop(next(iter(_kept)))
        _kept[subject] = (monotonic() + _KEPT_SECONDS, key)


def forget_remembered_keys() -> None:
    """Drop the keys kept in this process."""
    with _lock:
        _kept.clear()


def _wrap(plain: bytes, subject: uuid.UUID) -> bytes:
    return provider().wrap(plain, subject=subject)


def _unwrap(wrapped: bytes, subject: uuid.UUID, master: str) -> bytes:
    try:
        return provider().unwrap(wrapped, subject=subject, name=master)
    except WrappedByAnother as error:
        raise Tampered(f"data key of {subject}") from error
