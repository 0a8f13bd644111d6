"""Where the master keys come from: the environment or a file (`local`), or a key management service (`aws_kms`).

Only data keys are wrapped by a master key; content never is. So whoever changes master keys touches no content.
"""

import threading
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from vitas.common.key_providers.base import KeyProvider, MasterKeyMissing, MasterKeysUnavailable, WrappedByAnother

__all__ = ["KeyProvider", "MasterKeyMissing", "MasterKeysUnavailable", "WrappedByAnother", "provider", "warm_up"]


def provider() -> KeyProvider:
    """The provider that settings name, made once a process."""
    return _made(settings.KEY_PROVIDER)


def warm_up() -> None:
    """Fetch the master keys behind the scenes when a process starts, if they come over a network."""
    keys = provider()
    if keys.remote:
        threading.Thread(target=_warm, args=(keys,), daemon=True, name="master-keys").start()


def _warm(keys: KeyProvider) -> None:
    with suppress(MasterKeysUnavailable):  # it was logged, and the first who needs them asks again
        keys.warm()


@cache
def _made(path: str) -> KeyProvider:
    made = import_string(path)()
    assert isinstance(made, KeyProvider)
    return made
