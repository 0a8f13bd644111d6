"""`Idempotency-Key`: the same request twice makes one thing."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.common.errors import Conflict, Invalid
from vitas.common.models import IdempotencyRecord


def fingerprint(address: str, body: Any) -> str:
    """What was asked, as a hash: the same key for another request is refused by it."""
    return hashlib.sha256(f"{address}\n{json.dumps(body, sort_keys=True, default=str)}".encode()).hexdigest()


def claim(actor: Actor, key: str, request_hash: str) -> UUID | None:
    """Within the act's transaction: claim the key, or answer with the id of what the first request made.

    A second request waits here for the first to commit. Raises Conflict when the key was used for something else.
    """
    if not 1 <= len(key) <= 255:
        raise Invalid(_("Idempotency-Key must have 1 to 255 characters."))
    assert actor.user_id is not None  # nobody acts without having signed in
    record = IdempotencyRecord(actor_id=actor.user_id, key=key, request_hash=request_hash)
    IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
    found = IdempotencyRecord.objects.get(actor_id=actor.user_id, key=key)
    if found.request_hash != request_hash:
        raise Conflict(_("This Idempotency-Key was used for another request."))
    return found.resource_id


def made(actor: Actor, key: str, request_hash: str) -> UUID | None:
    """What the same request made under the key, without claiming it."""
    assert actor.user_id is not None
    same = IdempotencyRecord.objects.filter(actor_id=actor.user_id, key=key, request_hash=request_hash)
    return same.values_list("resource_id", flat=True).first()


def settle(actor: Actor, key: str, resource_id: UUID) -> None:
    """Within the same transaction: note what was made under the key."""
    assert actor.user_id is not None
    IdempotencyRecord.objects.filter(actor_id=actor.user_id, key=key).update(resource_id=resource_id)
