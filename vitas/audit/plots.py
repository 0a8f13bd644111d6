"""What the dashboard draws: hours, categories, anomalies a day; each also as a table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.audit.hours import Hour
from vitas.audit.models import Anomaly
from vitas.audit.report_tables import category_name

DAYS: Final = 30
MOST_BARS: Final = 168  # a week of hours; a longer time is drawn by the day


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts over time. `days` when a bar is a day, else it is an hour."""

    moments: list[Any]
    counts: list[int]
    days: bool

    @property
    def drawn(self) -> dict[str, Any]:
        """For the script: seconds since 1970, counts."""
        return {"x": [int(each.timestamp()) for each in self.moments], "y": self.counts, "days": self.days}

    @property
    def rows(self) -> list[tuple[Any, int]]:
        """The table: only what has entries, newest first."""
        return [pair for pair in reversed(list(zip(self.moments, self.counts, strict=True))) if pair[1]]


@dataclass(frozen=True, slots=True)
class Share:
    """A category: how many entries, and how long its bar is beside the longest, in percent."""

    name: str
    count: int
    percent: int


def over_time(hours: Sequence[Hour]) -> Bars:
    """By the hour, or by the day of the reader's clock where hours would be too many."""
    local = [(timezone.localtime(each.hour), each.count) for each in hours]
    if len(local) <= MOST_BARS:
        return Bars([moment for moment, _count in local], [count for _moment, count in local], days=False)
    days: Counter[Any] = Counter()
    for moment, count in local:
        days[moment.replace(hour=0)] += count
    return Bars([*days], [*days.values()], days=True)


def by_category(hours: Sequence[Hour]) -> list[Share]:
    """The most frequent first."""
    total: Counter[str] = Counter()
    for each in hours:
        total.update(each.by_category)
    most = max(total.values(), default=1)
    return [Share(category_name(name), count, max(1, count * 100 // most)) for name, count in total.most_common()]


def anomalies(actor: Actor) -> Bars:
    """Of the last thirty days, by the day of the reader's clock."""
    first = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    rows = Anomaly.objects.visible_to(actor).filter(found_at__gte=first)
    counted = dict(rows.annotate(day=TruncDate("found_at")).values_list("day").annotate(n=Count("pk")).order_by())
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return Bars(days, [counted.get(day.date(), 0) for day in days], days=True)
