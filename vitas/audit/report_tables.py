"""The tables that reports are made of: rows as dicts by the names of their columns."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.audit import reading
from vitas.audit.models import AuditEntry
from vitas.common.errors import Sentence
from vitas.common.wall_time import iso

MOST_SHOWN: Final = 200

_LABELS: Final[dict[str, Sentence]] = {
    "action": gettext_lazy("Act"),
    "category": gettext_lazy("Category"),
    "day": gettext_lazy("Day"),
    "events": gettext_lazy("Entries"),
    "first_at": gettext_lazy("First"),
    "found": gettext_lazy("Found"),
    "ip_address": gettext_lazy("Address"),
    "last_at": gettext_lazy("Last"),
    "open": gettext_lazy("To review"),
    "outcome": gettext_lazy("Outcome"),
    "refused": gettext_lazy("Refused"),
    "rule": gettext_lazy("Rule"),
    "timestamp": gettext_lazy("Time"),
    "user_id": gettext_lazy("Account"),
    "user_name": gettext_lazy("Person"),
    "user_role": gettext_lazy("Role"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` say by name what stands above them."""

    key: str
    title: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]


def table(key: str, title: str, columns: str, rows: Iterable[Sequence[Any]]) -> Table:
    """`columns` are names with spaces between them; rows hold the values in their order."""
    names = columns.split()
    made = [dict(zip(names, row, strict=True)) for row in rows]
    return Table(key, title, {name: str(_LABELS[name]) for name in names}, made)


def category_name(category: str) -> str:
    """How a person reads a category, also one that the code does not know any more."""
    return capfirst(str(dict(AuditEntry.Category.choices).get(category, category)))


def by_person(entries: Sequence[AuditEntry]) -> Table:
    """Who, how often, first and last; entries come newest first."""
    same: dict[Any, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        same[entry.user_id, entry.user_role].append(entry)
    names = reading.people(user_id for user_id, _role in same)
    rows = [
        (names.get(user_id, ""), reading.role(role), len(theirs), iso(theirs[-1].at), iso(theirs[0].at))
        for (user_id, role), theirs in sorted(same.items(), key=lambda pair: -len(pair[1]))
    ]
    return table("by_person", _("By person"), "user_name user_role events first_at last_at", rows[:MOST_SHOWN])


def newest(entries: Sequence[AuditEntry]) -> Table:
    """The entries themselves, as many as a report shows."""
    shown = entries[:MOST_SHOWN]
    names = reading.people(entry.user_id for entry in shown)
    rows = [
        (
            iso(entry.at),
            names.get(entry.user_id, "") if entry.user_id else "",
            reading.role(entry.user_role),
            entry.action,
            str(entry.get_outcome_display()),
            entry.address or "",
        )
        for entry in shown
    ]
    return table("events", _("The newest entries"), "timestamp user_name user_role action outcome ip_address", rows)


def by_day(days: dict[str, int]) -> Table:
    return table("by_day", _("By day"), "day events", days.items())


def by_act(acts: Iterable[tuple[tuple[str, str], int]]) -> Table:
    """From `(category, action)` and how often."""
    rows = [(action, category_name(category), n) for (category, action), n in acts]
    return table("by_action", _("By act"), "action category events", rows)
