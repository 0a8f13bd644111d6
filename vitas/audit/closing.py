"""Months that are over: each gets a closing seal, so that one that is removed, as the law allows, leaves its proof."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.audit import canonical, sealing, trail, verifying
from vitas.audit.models import AuditSeal
from vitas.common.errors import NotPossibleNow

LOOKS_BACK: Final = timedelta(days=400)  # an entry may commit late, but not that late
QUIET_AFTER: Final = timedelta(hours=1)  # what began in the month has committed by then, or closes it once more
LOCK_WAITS: Final = "5s"  # who drops a month waits no longer for those who write


class NotClosed(NotPossibleNow):
    """The month has no closing seal that covers all of it, so nothing would prove what it held."""


def close_months(now: datetime | None = None) -> list[AuditSeal]:
    """Close every past month that has seals no closing covers."""
    today = (now or timezone.now()) - QUIET_AFTER
    this_month = today.date().replace(day=1)
    seals = AuditSeal.objects.filter(month__lt=this_month, month__gte=(today - LOOKS_BACK).date())
    months = seals.order_by("month").values_list("month", flat=True).distinct()
    return [closed for month in list(months) if (closed := _close(month))]


@transaction.atomic
def _close(month: date, *, using: str = "default") -> AuditSeal | None:
    if not sealing.begin() or standing(month, using=using):
        return None
    said = _said_of(month, using=using)
    return sealing.append(kind=AuditSeal.Kind.CLOSING, month=month, using=using, **said) if said["count"] else None


def standing(month: date, *, using: str = "default") -> AuditSeal | None:
    """The closing (or dropping) seal that covers every seal of the month; None while there is none."""
    of_month = AuditSeal.objects.using(using).of_month(month).heads()
    last = of_month.filter(kind=AuditSeal.Kind.ENTRIES).last()
    closed = of_month.exclude(kind=AuditSeal.Kind.ENTRIES).last()
    return closed if closed and (not last or (closed.last_seal or 0) >= last.number) else None


def drop_month(month: date, *, by: Actor) -> AuditSeal:
    """Remove a closed month for good; the chain then says so. Needs the owner's connection.

    Raises NotClosed, and NotPossibleNow where the month is not what was sealed, or parts of it lie elsewhere.
    """
    closed = standing(month, using="owner")
    if closed is None or _waits(month):
        raise NotClosed(_("This month of the audit trail is not closed yet."))
    if closed.kind == AuditSeal.Kind.DROPPED:
        return closed
    if verifying.verify(month=month).findings:
        raise NotPossibleNow(_("This month of the audit trail is not what was sealed. Nothing was removed."))
    dropped = _drop(month, closed)
    trail.record(
        by,
        "DROP_AUDIT_MONTH",
        category=trail.Category.RETENTION,
        resource="audit_trail",
        month=month.isoformat(),
        seal=dropped.number,
        count=dropped.count,
    )
    return dropped


def _drop(month: date, closed: AuditSeal) -> AuditSeal:
    said: dict[str, Any] = {name: getattr(closed, name) for name in _NAMES}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAITS])
        if not sealing.begin(using="owner"):
            raise NotPossibleNow()
        dropped = sealing.append(kind=AuditSeal.Kind.DROPPED, month=month, using="owner", **said)
        cursor.execute(f"DROP TABLE IF EXISTS audit_auditentry_{month:%Y_%m}")
        cursor.execute("SELECT 1 FROM audit_auditentry WHERE id BETWEEN %s AND %s LIMIT 1", _bounds(month))
        if cursor.fetchone():
            raise NotPossibleNow(_("Parts of this month lie in the default partition. Nothing was removed."))
    return dropped


_NAMES: Final = ("first_id", "last_id", "first_seal", "last_seal", "count", "root")


def _said_of(month: date, *, using: str) -> dict[str, Any]:
    """What a closing says of the month's seals."""
    seals = AuditSeal.objects.using(using).of_month(month).filter(kind=AuditSeal.Kind.ENTRIES)
    found = list(seals.order_by("number").values_list("number", "first_id", "last_id", "count", "hash"))
    if not found:
        return {"count": 0}
    numbers, first_ids, last_ids, counts, hashes = zip(*found, strict=True)
    return {
        "first_id": min(first_ids),
        "last_id": max(last_ids),
        "first_seal": numbers[0],
        "last_seal": numbers[-1],
        "count": sum(counts),
        "root": canonical.root_of([bytes(each) for each in hashes]),
    }


def _bounds(month: date) -> list[Any]:
    return list(canonical.bounds_of(month))


def _waits(month: date) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM audit_unsealed WHERE entry_id BETWEEN %s AND %s LIMIT 1", _bounds(month))
        return cursor.fetchone() is not None
