"""What a provider of master keys is: the contract, and how it says no."""

import abc
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vitas.common.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12


class MasterKeyMissing(Exception):
    """A data key is wrapped by a master key that the settings do not name (any more)."""


class MasterKeysUnavailable(Unavailable):
    """503: whoever keeps the master keys does not answer. Sealed text opens again by itself when they do."""

    sentence = _("Protected text cannot be opened right now. Try again in a moment.")


class WrappedByAnother(Exception):
    """The bytes were not wrapped by this master key for this subject."""


class KeyProvider(abc.ABC):
    """Wraps data keys by the current master key and unwraps them by whichever wrapped them.

    Made once a process; called from several threads, on the hot path and within transactions: a provider that asks a
    network remembers what it was told. Each master key has a name; the first that settings name is the current one.
    """

    remote: bool = False
    """True: keys come over a network, so whoever starts a process fetches them before the first request."""

    def current(self) -> str:
        """The name of the master key that wraps now."""
        return next(iter(settings.MASTER_KEYS))

    def warm(self) -> None:
        """Fetch whatever wrapping needs, outside any transaction. Raises MasterKeysUnavailable."""
        self.key(self.current())

    @abc.abstractmethod
    def key(self, name: str) -> bytes:
        """The master key's 32 bytes. Raises MasterKeyMissing, MasterKeysUnavailable."""

    @abc.abstractmethod
    def new_entry(self, name: str) -> str:
        """A fresh master key as `MASTER_KEYS` names it, `name:base64`. Raises MasterKeysUnavailable."""

    def wrap(self, plain: bytes, *, subject: UUID) -> bytes:
        """Seal a subject's data key by the current master key. Raises MasterKeysUnavailable."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.key(self.current())).encrypt(nonce, plain, subject.bytes)

    def unwrap(self, wrapped: bytes, *, subject: UUID, name: str) -> bytes:
        """What `wrap` sealed. Raises MasterKeyMissing, MasterKeysUnavailable, WrappedByAnother."""
        try:
            return AESGCM(self.key(name)).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.bytes)
        except (InvalidTag, ValueError) as error:
            raise WrappedByAnother(name) from error


def require_named(name: str) -> bytes:
    """The settings' value of this master key. Raises MasterKeyMissing."""
    if name not in settings.MASTER_KEYS:
        raise MasterKeyMissing(f"MASTER_KEYS lacks {name!r}, which still wraps keys.")
    return settings.MASTER_KEYS[name]
