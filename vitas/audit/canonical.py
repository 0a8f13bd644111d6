"""What exactly is sealed: one text an entry, and one a seal.

A change here breaks every seal there is: make a new `FORM` instead.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connections

from vitas.audit.models import AuditSeal
from vitas.common.ids import first_id_at
from vitas.common.wall_time import iso

FORM: Final = 1
GONE: Final = bytes(32)  # the digest of an entry that waited for its seal and was not there any more

# The text is put together by PostgreSQL, for jsonb and inet are its own, and hashed here. Instants as microseconds
# since 1970, so that no session's time zone plays a part.
_ENTRIES: Final = """
SELECT id, jsonb_build_array(
    id, (extract(epoch FROM at) * 1000000)::bigint, category, action, resource, resource_id, outcome, organization_id,
    patient_id, user_id, user_role, session_id, host(address), agent, request_id, details
)::text
FROM audit_auditentry WHERE id = ANY(%s) AND id BETWEEN %s AND %s
"""


def digests_of(ids: Sequence[UUID], *, using: str = "default") -> dict[UUID, bytes]:
    """SHA-256 of each of these entries as it stands now; one that is gone is not among them. `ids` in their order."""
    if not ids:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute(_ENTRIES, [list(ids), min(ids), max(ids)])
        return {entry_id: hashlib.sha256(text.encode()).digest() for entry_id, text in cursor}


def root_of(parts: Sequence[bytes] | bytes) -> bytes:
    """One hash for many: of the entries' digests, or of a month's seals, one after the other."""
    return hashlib.sha256(parts if isinstance(parts, bytes) else b"".join(parts)).digest()


def head(seal: AuditSeal) -> dict[str, Any]:
    """What the seal says, but for hash and signature, as files of seals hold it."""
    return {
        "form": FORM,
        "number": seal.number,
        "kind": str(seal.kind),
        "month": seal.month.isoformat(),
        "first_id": _text(seal.first_id),
        "last_id": _text(seal.last_id),
        "first_seal": seal.first_seal,
        "last_seal": seal.last_seal,
        "count": seal.count,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "key": seal.key,
        "sealed_at": iso(seal.sealed_at),
    }


def hash_of(said: dict[str, Any]) -> bytes:
    """The hash that is signed: SHA-256 of the JSON with sorted names and no spaces."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def month_of(entry_id: UUID) -> date:
    """The month in whose partition an entry lies, by its UUIDv7."""
    moment = datetime.fromtimestamp((entry_id.int >> 80) / 1000, UTC)
    return moment.date().replace(day=1)


def bounds_of(month: date) -> tuple[UUID, UUID]:
    """The smallest and the largest id of a month."""
    began, ended = (datetime(each.year, each.month, 1, tzinfo=UTC) for each in (month, next_month(month)))
    return first_id_at(began), UUID(int=first_id_at(ended).int - 1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
