"""Master keys under AWS KMS: the settings hold them sealed by a KMS key, and only KMS opens them.

`MASTER_KEYS` names what KMS' GenerateDataKeyWithoutPlaintext gave (`manage.py rotate_keys --new`). A process asks KMS
once, remembers for `KMS_KEPT`, and asks anew in the background well before that is over: no request waits for KMS but
the first of a process, and patients are opened one by one without a call each. While KMS is away, what is remembered
still serves. When KMS says no (the key is disabled, the right was taken), it is forgotten at once. A key that stands
beside them in the clear is taken as it is, so that an installation can move to KMS by a rotation.
"""

import base64
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from vitas.common.key_providers.base import KEY_BYTES, KeyProvider, MasterKeysUnavailable, require_named

log = logging.getLogger("vitas.keys")

FRESH_PART: Final = 4  # a key is asked for anew after a quarter of the time it is kept
REST: Final = 5.0  # seconds without a call after one that failed, so that requests do not queue for time-outs
CONNECT_TIMEOUT, READ_TIMEOUT, TRIES = 1.0, 2.0, 2
# Not KMS' "no", but its "not now" (AWS KMS API reference, Decrypt: errors with status 500, and throttling).
_NOT_NOW: Final = {
    "ThrottlingException",
    "KMSInternalException",
    "DependencyTimeoutException",
    "KeyUnavailableException",
}


@dataclass(frozen=True, slots=True)
class _Held:
    sealed: bytes  # what it was opened from: settings that change are noticed
    key: bytes
    since: float


class AwsKmsKeys(KeyProvider):
    remote = True

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._asking = threading.Lock()
        self._refreshing: set[str] = set()
        self._rests_until = 0.0
        self._made_client: Any = None

    def key(self, name: str) -> bytes:
        sealed = require_named(name)
        if len(sealed) == KEY_BYTES:
            return sealed  # not sealed by KMS, whose blobs are longer: a local key on its way out
        held = self._held.get(name)
        age = monotonic() - held.since if held else 0.0
        kept = settings.KMS_KEPT.total_seconds()
        if held is None or held.sealed != sealed or age >= kept:
            return self._ask(name, sealed)
        if age >= kept / FRESH_PART and monotonic() >= self._rests_until:
            self._refresh(name, sealed)
        return held.key

    def new_entry(self, name: str) -> str:
        with self._judged(name):
            answer = self._client().generate_data_key_without_plaintext(
                KeyId=settings.KMS_KEY_ID, NumberOfBytes=KEY_BYTES, EncryptionContext=_context(name)
            )
        return f"{name}:{base64.b64encode(answer['CiphertextBlob']).decode()}"

    def _ask(self, name: str, sealed: bytes) -> bytes:
        """One thread asks; the others wait for its answer, or hear at once that KMS has just been away."""
        with self._asking:
            held = self._held.get(name)
            if held and held.sealed == sealed and monotonic() - held.since < settings.KMS_KEPT.total_seconds():
                return held.key
            if monotonic() < self._rests_until:
                raise MasterKeysUnavailable()
            return self._fetch(name, sealed)

    def _fetch(self, name: str, sealed: bytes) -> bytes:
        with self._judged(name):
            key = self._client().decrypt(
                KeyId=settings.KMS_KEY_ID, CiphertextBlob=sealed, EncryptionContext=_context(name)
            )["Plaintext"]
        if len(key) != KEY_BYTES:
            raise MasterKeysUnavailable()
        self._held[name] = _Held(sealed=sealed, key=key, since=monotonic())
        return key

    def _refresh(self, name: str, sealed: bytes) -> None:
        """Ask anew behind the scenes, one at a time."""
        if name in self._refreshing:
            return
        self._refreshing.add(name)
        threading.Thread(target=self._refresh_now, args=(name, sealed), daemon=True, name="kms-refresh").start()

    def _refresh_now(self, name: str, sealed: bytes) -> None:
        try:
            with self._asking:
                self._fetch(name, sealed)
        except MasterKeysUnavailable:
            pass  # was logged; what is remembered serves on, unless KMS said no
        finally:
            self._refreshing.discard(name)

    def _client(self) -> Any:
        if self._made_client is None:
            self._made_client = boto3.session.Session().client(
                "kms",
                region_name=settings.AWS_REGION or None,
                endpoint_url=settings.KMS_ENDPOINT_URL or None,
                config=Config(
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=READ_TIMEOUT,
                    retries={"mode": "standard", "total_max_attempts": TRIES},
                ),
            )
        return self._made_client

    @contextmanager
    def _judged(self, name: str) -> Iterator[None]:
        """Around a call to KMS: its errors become MasterKeysUnavailable, told apart into "not now" and "no"."""
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            self._refused(name, code, for_good=status < 500 and code not in _NOT_NOW)
            raise MasterKeysUnavailable() from error
        except BotoCoreError as error:
            self._refused(name, type(error).__name__, for_good=False)
            raise MasterKeysUnavailable() from error

    def _refused(self, name: str, code: str, *, for_good: bool) -> None:
        """Remember that KMS is away, or that it said no."""
        self._rests_until = monotonic() + REST
        if for_good:
            self._held.pop(name, None)
        log.error("KMS gives no master key", extra={"master": name, "error": code, "for_good": for_good})


def _context(name: str) -> dict[str, str]:
    """Bound into the sealed key, and shown in KMS' own log: which master key of which use."""
    return {"vitas": "master-key", "name": name}
