"""Sealing: entries that no seal covers yet become links of a signed chain. Who writes entries pays no lock for it."""

import logging
from datetime import date
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections, transaction
from django.utils import timezone

from vitas.audit import canonical, hours, keys
from vitas.audit.models import AuditSeal

log = logging.getLogger(__name__)

BATCH: Final = 10_000
_LOCK: Final = 0x5EA15  # of those who seal, among themselves

_TAKE: Final = """
DELETE FROM audit_unsealed WHERE entry_id IN (SELECT entry_id FROM audit_unsealed ORDER BY entry_id LIMIT %s)
RETURNING entry_id
"""


def seal_waiting(*, batches: int = 100) -> int:
    """Seal what is committed and not sealed yet; answers with how many entries. Another who seals is left alone."""
    sealed = 0
    for _batch in range(batches):
        taken = _seal_batch()
        sealed += taken
        if taken < BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    """Each month's entries make a seal, in the order of their ids."""
    if not begin():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH])
        ids = sorted(row[0] for row in cursor.fetchall())
    found = canonical.digests_of(ids)
    for month, of_month in groupby(ids, key=canonical.month_of):
        _seal_entries(month, list(of_month), found)
    hours.count(ids)
    return len(ids)


def _seal_entries(month: date, ids: list[UUID], found: dict[UUID, bytes]) -> AuditSeal:
    digests = b"".join(found.get(entry_id, canonical.GONE) for entry_id in ids)
    return append(
        kind=AuditSeal.Kind.ENTRIES,
        month=month,
        first_id=ids[0],
        last_id=ids[-1],
        count=len(ids),
        root=canonical.root_of(digests),
        ids=ids,
        digests=digests,
    )


def begin(*, using: str = "default") -> bool:
    """Be the one who adds to the chain until the transaction ends; False if somebody else does."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def append(*, using: str = "default", **said: Any) -> AuditSeal:
    """Sign and add the next link; `begin` was asked before. The log tells it too, and may be kept elsewhere."""
    last = AuditSeal.objects.using(using).heads().last()
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        previous=bytes(last.hash) if last else bytes(32),
        key=keys.name_of(keys.public_key()),
        sealed_at=timezone.now(),
        **said,
    )
    seal.hash = canonical.hash_of(canonical.head(seal))
    seal.signature = keys.sign(seal.hash)
    seal.save(force_insert=True, using=using)
    log.info("audit trail sealed", extra={"seal": seal.number, "hash": seal.hash.hex(), "count": seal.count})
    return seal


def waiting() -> int:
    """How many entries wait for their seal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_unsealed")
        return int(cursor.fetchone()[0])
