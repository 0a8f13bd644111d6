"""An authenticator in software: makes an ES256 key and signs what it is asked, as a browser would hand it on."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

import cbor2
import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from vitas.accounts.mfa import recovery
from vitas.accounts.models import Passkey, TotpDevice, User

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One key. `origin`, `count` and `verifies` may be bent, to see what is believed."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin, self.count, self.verifies = origin, 0, True
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.handle = b""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        self.handle = _bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        about = self._about(options["rp"]["id"], PRESENT | VERIFIED | NEW) + attested
        return self._credential(
            clientDataJSON=_text(self._client("webauthn.create", options["challenge"])),
            attestationObject=_text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})),
            transports=["internal", "made-up"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        self.count += 1
        about = self._about(options["rpId"], PRESENT | (VERIFIED if self.verifies else 0))
        client = self._client("webauthn.get", options["challenge"])
        signed = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            clientDataJSON=_text(client),
            authenticatorData=_text(about),
            signature=_text(signed),
            userHandle=_text(self.handle),
        )

    def kept_for(self, user: User) -> Passkey:
        """As if it had been registered."""
        self.handle = user.pk.bytes
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return Passkey.objects.create(
            user=user, name="A key", credential_id=_text(self.credential_id), public_key=cbor2.dumps(public)
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _about(self, domain: str, flags: int) -> bytes:
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential(self, **response: Any) -> dict[str, Any]:
        named = _text(self.credential_id)
        return {"id": named, "rawId": named, "type": "public-key", "response": response, "clientExtensionResults": {}}


def with_app(user: User) -> pyotp.TOTP:
    """The person has an authenticator app; `.now()` is its code."""
    from django.utils import timezone

    device = TotpDevice.objects.create(user=user, secret=pyotp.random_base32(), confirmed_at=timezone.now())
    return pyotp.TOTP(str(device.secret))


def with_codes(user: User) -> list[str]:
    return recovery.make(user=user)


def unknown_id() -> UUID:
    return UUID("00000000-0000-7000-8000-000000000000")
