"""A page of what is asked for, and how many there are, without counting entries one by one."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.audit import hours
from vitas.audit.asking import Asked, entries
from vitas.audit.models import AuditEntry
from vitas.common.api.pagination import COUNTED_TO, Page
from vitas.common.errors import Invalid

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries, newest first. Beyond `COUNTED_TO` the total is not counted."""

    rows: list[AuditEntry]
    total: int
    at_least: bool


def page(actor: Actor, asked: Asked, wanted: Page) -> Found:
    """One page. Raises Invalid beyond what is counted: a narrower time leads there."""
    if wanted.offset >= COUNTED_TO:
        raise Invalid.field("page", _("Only the first 10,000 entries have pages. Ask for a shorter time."))
    total = counted(actor, asked)
    rows = entries(actor, asked).order_by("-id")[wanted.offset : wanted.offset + wanted.limit]
    # Where there is nothing, PostgreSQL might read everything to find that out.
    return Found(list(rows) if total > wanted.offset else [], min(total, COUNTED_TO), total > COUNTED_TO)


def counted(actor: Actor, asked: Asked) -> int:
    """How many there are; more than `COUNTED_TO` are not told apart.

    Of one person or patient they are counted as they stand. Else whole hours were counted when they were sealed, and
    only what is left of an hour at either end, and what waits for its seal, is looked at.
    """
    if asked.of_one:
        return _as_they_stand(actor, asked)
    began, ended = asked.since or _FIRST, asked.until or _LAST
    first, last = hours.up(began), hours.down(ended)
    if first >= last:
        return _as_they_stand(actor, asked)
    whole = replace(asked, since=first, until=last)
    # Each row counts at least one: so many rows are enough to know that there are more.
    rows = hours.hours_of(actor, whole).order_by()[: COUNTED_TO + 1]
    found: int = rows.aggregate(total=Sum("count"))["total"] or 0
    ends = [replace(asked, since=began, until=first)] if began < first else []
    ends += [replace(asked, since=last, until=ended)] if last < ended else []
    for end in ends:
        if found <= COUNTED_TO:
            found += _as_they_stand(actor, end)
    return found if found > COUNTED_TO else found + hours.unsealed(entries(actor, whole)).count()


def _as_they_stand(actor: Actor, asked: Asked) -> int:
    return entries(actor, asked).order_by()[: COUNTED_TO + 1].count()
