"""Entries by the hour: counted once, when they are sealed, and read without looking at them again."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncHour
from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.audit.asking import Asked, entries
from vitas.audit.models import AuditEntry, AuditHour, Unsealed

HOUR: Final = timedelta(hours=1)
MOST_UNSEALED: Final = 5_000  # a minute's; were sealing behind, the rest is counted when it is sealed
MOST_HOURS: Final = 31 * 24

_COUNT: Final = """
INSERT INTO audit_audithour (hour, organization_id, category, action, outcome, of_patient, count)
SELECT date_trunc('hour', at, 'UTC'), organization_id, category, action, outcome, patient_id IS NOT NULL, count(*)
FROM audit_auditentry WHERE id = ANY(%s) AND id BETWEEN %s AND %s
GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (organization_id, hour, category, action, outcome, of_patient)
DO UPDATE SET count = audit_audithour.count + excluded.count
"""
_PUT_TOGETHER: Final = (
    "SELECT hour, jsonb_object_agg(category, total) FROM ({}) AS sums(hour, category, total) GROUP BY hour"
)


@dataclass(slots=True)
class Hour:
    """`hour` in UTC; how many entries it has, in all and by category."""

    hour: datetime
    count: int = 0
    by_category: Counter[str] = field(default_factory=Counter)


def count(ids: Sequence[UUID]) -> None:
    """Add these entries, which were just sealed, to their hours."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [list(ids), min(ids), max(ids)])


def by_hour(actor: Actor, asked: Asked) -> list[Hour]:
    """Every hour of the time asked for, oldest first, also the empty ones: at most its last 31 days, without a start
    its last 24 hours. The first and the last hour are counted whole."""
    until = asked.until or timezone.now()
    last = down(until - timedelta(microseconds=1))
    first = max(down(asked.since) if asked.since else last - 23 * HOUR, last - (MOST_HOURS - 1) * HOUR)
    found = {first + n * HOUR: Hour(first + n * HOUR) for n in range(int((last - first) / HOUR) + 1)}
    for hour, counted in _counted(actor, asked, first, last + HOUR):
        found[hour].count += sum(counted.values())
        found[hour].by_category.update(counted)
    return list(found.values())


def sums(actor: Actor, asked: Asked, *by: str) -> dict[Any, int]:
    """How many sealed entries of these hours, by `category`, `action`, `outcome`; for any length of time."""
    rows = hours_of(actor, asked).values_list(*by).annotate(total=Sum("count")).order_by()
    return {key[0] if len(by) == 1 else tuple(key): total for *key, total in rows}


def by_day(actor: Actor, asked: Asked) -> dict[str, int]:
    """How many sealed entries a day (in UTC), oldest first."""
    days: dict[str, int] = defaultdict(int)
    for hour, total in hours_of(actor, asked).values_list("hour").annotate(total=Sum("count")).order_by("hour"):
        days[hour.date().isoformat()] += total
    return dict(days)


def hours_of(actor: Actor, asked: Asked) -> QuerySet[AuditHour]:
    given = {
        "hour__gte": down(asked.since) if asked.since else None,
        "hour__lt": asked.until,
        "organization_id": asked.organization_id,
        "category__in": asked.categories or None,
        "action__in": asked.actions or None,
        "outcome__in": asked.outcomes or None,
    }
    return AuditHour.objects.visible_to(actor).filter(
        **{name: each for name, each in given.items() if each is not None}
    )


def unsealed(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Those of these entries that no hour counts yet."""
    waiting = list(Unsealed.objects.values_list("entry_id", flat=True)[:MOST_UNSEALED])
    if not waiting:
        return rows.none()
    # One parameter for all of them, and no join: PostgreSQL would read every entry of the time.
    return rows.extra(where=["audit_auditentry.id = ANY(%s)"], params=[waiting])


def down(moment: datetime) -> datetime:
    """The beginning of the hour."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def up(moment: datetime) -> datetime:
    """The moment itself where an hour begins with it, else the beginning of the next."""
    begun = down(moment)
    return begun if begun == moment else begun + HOUR


def _counted(actor: Actor, asked: Asked, first: datetime, end: datetime) -> Iterator[tuple[datetime, dict[str, int]]]:
    """Of everybody: the counted hours and what is not sealed yet. Of one person or patient: their entries."""
    time = replace(asked, since=first, until=end)
    rows = entries(actor, time)
    if not asked.of_one:
        counted = hours_of(actor, time).values_list("hour", "category").annotate(total=Sum("count")).order_by()
        yield from _by_hour(counted)
        rows = unsealed(rows)
    fresh = rows.annotate(hour=TruncHour("at", tzinfo=UTC)).values_list("hour", "category")
    yield from _by_hour(fresh.annotate(total=Count("pk")).order_by())


def _by_hour(sums: QuerySet[Any]) -> list[tuple[datetime, dict[str, int]]]:
    """Sums by hour and category, put together by the hour where they are: a month has thousands."""
    try:
        statement, values = sums.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PUT_TOGETHER.format(statement), values)
        return [(hour.replace(tzinfo=UTC), orjson.loads(counted)) for hour, counted in cursor.fetchall()]
