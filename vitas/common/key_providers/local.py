"""Master keys that stand in the environment (`MASTER_KEYS`) or in a file (`MASTER_KEYS_FILE`)."""

import base64
import os

from vitas.common.key_providers.base import KEY_BYTES, KeyProvider, require_named


class LocalKeys(KeyProvider):
    """The settings hold the keys themselves."""

    def key(self, name: str) -> bytes:
        return require_named(name)

    def new_entry(self, name: str) -> str:
        return f"{name}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"
