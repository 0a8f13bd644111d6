"""Is the trail what was sealed? Finds what was changed, removed, added or put in another order, whoever did it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection

from vitas.audit import canonical, keys
from vitas.audit.models import AuditSeal
from vitas.common.ids import first_id_at

MOST_NAMED: Final = 1000  # of entries that no seal knows
_EARLIER: Final = timedelta(days=1)  # an entry's own clock may be ahead of the one that sealed it
_CHUNK: Final = 2000


class What(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    BROKEN = "broken"  # the seal itself, or its place in the chain


@dataclass(frozen=True, slots=True)
class Finding:
    what: What
    because: str
    seal: int | None = None
    entry: UUID | None = None


@dataclass(slots=True)
class Report:
    """`seals` and `entries` were looked at; the trail is whole where there are no findings."""

    seals: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(*, since: datetime | None = None, month: date | None = None) -> Report:
    """Look at the chain, and at every entry of it sealed `since` or of the `month`."""
    report, dropped = Report(), _dropped()
    before: AuditSeal | None = None
    wanted = AuditSeal.objects.heads()
    for seal in wanted.iterator(chunk_size=_CHUNK):
        report.findings += _in_chain(seal, before)
        before = seal
        report.seals += 1
        if (since and seal.sealed_at < since) or (month and seal.month != month):
            continue
        if seal.kind != AuditSeal.Kind.ENTRIES:
            report.findings += _of_month(seal)
        else:
            report.findings += _entries(seal, dropped=seal.number <= dropped.get(seal.month, 0))
            report.entries += seal.count
    report.findings += _added(since, month)
    return report


def is_whole(seal: AuditSeal) -> Iterator[str]:
    """What is wrong with a seal by itself: its hash and its signature."""
    if canonical.hash_of(canonical.head(seal)) != bytes(seal.hash):
        yield "The seal was changed: its hash is another."
    public = keys.known_keys().get(seal.key)
    if public is None:
        yield f"It is signed with a key that is not ours: {seal.key}."
    elif not keys.is_signed(bytes(seal.hash), bytes(seal.signature), public):
        yield "The signature is not that of its key."


def _in_chain(seal: AuditSeal, before: AuditSeal | None) -> Iterator[Finding]:
    due = before.number + 1 if before else 1
    if seal.number != due:
        gone = f"Seal {due} is missing." if seal.number == due + 1 else f"Seals {due} to {seal.number - 1} are missing."
        yield Finding(What.BROKEN, gone, seal=seal.number)
    elif bytes(seal.previous) != (bytes(before.hash) if before else bytes(32)):
        yield Finding(What.BROKEN, "It does not follow the seal before it.", seal=seal.number)
    for because in is_whole(seal):
        yield Finding(What.BROKEN, because, seal=seal.number)


def _entries(head: AuditSeal, *, dropped: bool) -> Iterator[Finding]:
    """Each entry of a seal against its digest; of a month that was dropped only what the seal says of itself."""
    ids, digests = AuditSeal.objects.values_list("ids", "digests").get(pk=head.pk)
    digests = bytes(digests)
    if canonical.root_of(digests) != bytes(head.root) or not len(ids) == head.count == len(digests) / 32:
        yield Finding(What.BROKEN, "Its list of entries was changed.", seal=head.number)
        return
    if dropped:
        return
    found = canonical.digests_of(ids)
    for at, entry_id in enumerate(ids):
        was, now = digests[at * 32 : at * 32 + 32], found.get(entry_id)
        if now is None:
            yield Finding(What.MISSING, "The entry was removed.", seal=head.number, entry=entry_id)
        elif now != was:
            yield Finding(What.CHANGED, "The entry was changed.", seal=head.number, entry=entry_id)


def _of_month(seal: AuditSeal) -> Iterator[Finding]:
    """What a closing says of its month against the month's seals."""
    seals = AuditSeal.objects.of_month(seal.month).filter(kind=AuditSeal.Kind.ENTRIES, number__lte=seal.last_seal)
    found = list(seals.order_by("number").values_list("number", "count", "hash"))
    said = (
        found[0][0] if found else None,
        sum(row[1] for row in found),
        canonical.root_of([bytes(row[2]) for row in found]),
    )
    if said != (seal.first_seal, seal.count, bytes(seal.root)):
        yield Finding(What.BROKEN, f"Its month, {seal.month:%Y-%m}, has other seals than it says.", seal=seal.number)


def _dropped() -> dict[date, int]:
    """Months that were removed as the law allows, and the last seal of each. Their own seals are in the chain."""
    found = AuditSeal.objects.heads().filter(kind=AuditSeal.Kind.DROPPED)
    return {seal.month: seal.last_seal for seal in found if seal.last_seal and not list(is_whole(seal))}


_ADDED: Final = """
WITH sealed AS (SELECT unnest(ids) AS id FROM audit_auditseal WHERE kind = 'entries' {which})
SELECT entry.id FROM audit_auditentry entry LEFT JOIN sealed ON sealed.id = entry.id
WHERE sealed.id IS NULL AND entry.id BETWEEN %(first)s AND %(last)s
AND NOT EXISTS (SELECT FROM audit_unsealed WHERE entry_id = entry.id) LIMIT %(most)s
"""


def _added(since: datetime | None, month: date | None) -> Iterator[Finding]:
    """Entries that no seal knows and that do not wait for one, in one statement and so at one moment."""
    given: dict[str, Any] = {"first": UUID(int=0), "last": UUID(int=2**128 - 1), "most": MOST_NAMED}
    which = ""
    if month:
        which = "AND month = %(month)s"
        given |= {"month": month} | dict(zip(("first", "last"), canonical.bounds_of(month), strict=True))
    if since:
        which += " AND sealed_at >= %(sealed)s"
        given |= {"sealed": since - _EARLIER, "first": max(given["first"], first_id_at(since))}
    with connection.cursor() as cursor:
        cursor.execute(_ADDED.format(which=which), given)
        for (entry_id,) in cursor.fetchall():
            yield Finding(What.ADDED, "The entry was added past the trail: no seal knows it.", entry=entry_id)
