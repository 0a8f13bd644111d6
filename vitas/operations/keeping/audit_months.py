"""Months of the audit trail whose time is over. Their seals stay, so that nobody can say they were never there."""

from collections.abc import Callable
from datetime import date, datetime

from vitas.accounts.actor import OPERATIONS
from vitas.audit import closing
from vitas.audit.models import AuditSeal
from vitas.operations.keeping.terms import OWNER, audit_before
from vitas.operations.models import LegalHold


def due(now: datetime) -> list[date]:
    """Closed months that end before the longest law's time. None while any hold stands: the trail tells of all."""
    if LegalHold.objects.using(OWNER).live().exists():
        return []
    seals = AuditSeal.objects.using(OWNER).filter(month__lt=audit_before(now))
    dropped = seals.filter(kind=AuditSeal.Kind.DROPPED).values_list("month", flat=True)
    closed = seals.filter(kind=AuditSeal.Kind.CLOSING).values_list("month", flat=True)
    return sorted(set(closed) - set(dropped))


def drop_due(now: datetime, *, tell: Callable[[int], None]) -> int:
    """Drop them, the oldest first. Raises NotClosed, NotPossibleNow where a month is not what was sealed."""
    months = due(now)
    for at, month in enumerate(months, start=1):
        closing.drop_month(month, by=OPERATIONS)
        tell(at)
    return len(months)
