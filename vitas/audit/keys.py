"""The key that signs seals (Ed25519, RFC 8032): who holds the public half can check them without us.

`AUDIT_SIGNING_KEY` is the private half; `AUDIT_FORMER_KEYS` are public halves of keys that signed before.
"""

import base64
import hashlib
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def sign(message: bytes) -> bytes:
    """64 bytes."""
    return _private(settings.AUDIT_SIGNING_KEY).sign(message)


def public_key() -> bytes:
    """The public half of the key that signs now, 32 bytes."""
    return _public(settings.AUDIT_SIGNING_KEY)


def name_of(public: bytes) -> str:
    """What a key is called in a seal: the beginning of the SHA-256 of its public half."""
    return hashlib.sha256(public).hexdigest()[:16]


def known_keys() -> dict[str, bytes]:
    """Public halves by name: of the key that signs now, and of those that did before."""
    return {name_of(public): public for public in (public_key(), *settings.AUDIT_FORMER_KEYS)}


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def in_base64(public: bytes) -> str:
    """As settings and files name a key."""
    return base64.b64encode(public).decode()


@cache
def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


@cache
def _public(seed: bytes) -> bytes:
    return _private(seed).public_key().public_bytes_raw()
