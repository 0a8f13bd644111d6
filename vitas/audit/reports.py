"""Reports for whoever answers for the house: security in short, access to a patient, privileged acts, failed sign-ins.

A report is a few figures and a few tables, the same for JSON, PDF and page.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization
from vitas.audit import asking, hours, reading
from vitas.audit.anomalies import RULES
from vitas.audit.asking import Asked
from vitas.audit.models import Anomaly, AuditEntry
from vitas.audit.report_tables import Table, by_act, by_day, by_person, category_name, newest, table
from vitas.common.errors import Invalid, Sentence

USUAL: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=3660)
MOST_READ: Final = 5_000  # entries that a report of single entries looks at, newest first
MOST_LISTED: Final = 50

Category = AuditEntry.Category
PRIVILEGED: Final = [
    Category.PERMISSION,
    Category.CONFIGURATION,
    Category.BREAK_GLASS,
    Category.EXPORT,
    Category.RETENTION,
]
_FAILED: Final = [AuditEntry.Outcome.REFUSED, AuditEntry.Outcome.FAILED]

KINDS: Final[dict[str, Sentence]] = {
    "security_overview": gettext_lazy("Security overview"),
    "patient_access": gettext_lazy("Access to one patient"),
    "privileged_acts": gettext_lazy("Privileged acts"),
    "failed_sign_ins": gettext_lazy("Failed sign-ins"),
}


@dataclass(slots=True, kw_only=True)
class Report:
    """`figures` by name: what it is called, and the number."""

    kind: str
    title: str
    organization: str
    since: datetime
    until: datetime
    made_at: datetime
    figures: dict[str, tuple[str, int]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)


def make(
    kind: str, *, by: Actor, since: datetime | None, until: datetime | None, patient_id: UUID | None = None
) -> Report:
    """Make a report of what the person may see. Raises Invalid."""
    until = until or timezone.now()
    since = since or until - USUAL
    if until - since > LONGEST:
        raise Invalid.field("start_date", _("A report covers at most ten years."))
    if kind == "patient_access" and not patient_id:
        raise Invalid.field("patient_id", _("Say which patient."))
    asked = Asked(since=since, until=until, patient_id=patient_id if kind == "patient_access" else None)
    house, title = _house(by), str(KINDS[kind])
    report = Report(kind=kind, title=title, organization=house, since=since, until=until, made_at=timezone.now())
    _MAKERS[kind](report, by, asked)
    return report


def _security_overview(report: Report, by: Actor, asked: Asked) -> None:
    kinds = hours.sums(by, asked, "category", "outcome")
    found = Anomaly.objects.visible_to(by).filter(found_at__gte=report.since, found_at__lt=report.until)
    rules, to_review = (Counter(rows.values_list("rule", flat=True)) for rows in (found, found.open()))
    report.figures = {
        "total_events": (_("Entries"), sum(kinds.values())),
        "refused_events": (_("Refused or failed"), sum(kinds[key] for key in kinds if key[1] in _FAILED)),
        "failed_sign_ins": (_("Failed sign-ins"), _sum(kinds, Category.SIGN_IN, _FAILED)),
        "break_glass": (_("Emergency accesses"), _sum(kinds, Category.BREAK_GLASS)),
        "exports": (_("Exports"), _sum(kinds, Category.EXPORT)),
        "permission_changes": (_("Changes of permissions"), _sum(kinds, Category.PERMISSION)),
        "anomalies": (_("Anomalies"), sum(rules.values())),
        "open_anomalies": (_("Anomalies to review"), sum(to_review.values())),
    }
    categories = [
        (category_name(category), _sum(kinds, category), _sum(kinds, category, _FAILED))
        for category in Category
        if _sum(kinds, category)
    ]
    anomalies = [(str(RULES[name].title), rules[name], to_review[name]) for name in RULES if rules[name]]
    report.tables = [
        table("by_category", _("By category"), "category events refused", categories),
        by_act(Counter(hours.sums(by, asked, "category", "action")).most_common(20)),
        table("anomalies", _("Anomalies"), "rule found open", anomalies),
        by_day(hours.by_day(by, asked)),
    ]


def _patient_access(report: Report, by: Actor, asked: Asked) -> None:
    entries = asking.newest(by, asked, MOST_READ)
    report.figures = {
        "total_events": (_("Entries"), len(entries)),
        "people": (_("People"), _people(entries)),
        "break_glass": (_("Emergency accesses"), sum(entry.category == Category.BREAK_GLASS for entry in entries)),
        "refused_events": (_("Refused or failed"), sum(entry.outcome in _FAILED for entry in entries)),
    }
    report.tables = [by_person(entries), newest(entries)]


def _privileged_acts(report: Report, by: Actor, asked: Asked) -> None:
    """Reads of configuration are none."""
    counted = hours.sums(by, replace(asked, categories=PRIVILEGED), "category", "action")
    acts = Counter({key: n for key, n in counted.items() if not key[1].startswith("READ_")})
    actions = sorted({action for _category, action in acts})
    wanted = replace(asked, categories=PRIVILEGED, actions=actions)
    entries = asking.newest(by, wanted, MOST_READ) if actions else []
    report.figures = {
        "total_events": (_("Privileged acts"), acts.total()),
        "people": (_("People"), _people(entries)),
    }
    report.tables = [by_act(acts.most_common()), by_person(entries), newest(entries)]


def _failed_sign_ins(report: Report, by: Actor, asked: Asked) -> None:
    asked = replace(asked, categories=[Category.SIGN_IN], outcomes=_FAILED)
    entries = asking.newest(by, asked, MOST_READ)
    accounts = Counter(entry.resource_id for entry in entries if entry.resource == "users" and entry.resource_id)
    addresses = Counter(entry.address or "" for entry in entries)
    names = reading.people(accounts)
    report.figures = {
        "total_events": (_("Failed sign-ins"), sum(hours.sums(by, asked, "category").values())),
        "accounts": (_("Accounts"), len(accounts)),
        "addresses": (_("Addresses"), len(addresses)),
    }
    of_accounts = [(names.get(user_id, ""), str(user_id), n) for user_id, n in accounts.most_common(MOST_LISTED)]
    report.tables = [
        table("by_account", _("By account"), "user_name user_id events", of_accounts),
        table("by_address", _("By address"), "ip_address events", addresses.most_common(MOST_LISTED)),
        by_day(hours.by_day(by, asked)),
        newest(entries),
    ]


_MAKERS: Final[dict[str, Callable[[Report, Actor, Asked], None]]] = {
    "security_overview": _security_overview,
    "patient_access": _patient_access,
    "privileged_acts": _privileged_acts,
    "failed_sign_ins": _failed_sign_ins,
}


def _people(entries: Sequence[AuditEntry]) -> int:
    return len({entry.user_id for entry in entries if entry.user_id})


def _sum(kinds: dict[Any, int], category: str, outcomes: Sequence[str] = ()) -> int:
    return sum(n for (kind, outcome), n in kinds.items() if kind == category and (not outcomes or outcome in outcomes))


def _house(actor: Actor) -> str:
    if not actor.organization_id:
        return _("The platform")
    return Organization.objects.values_list("name", flat=True).get(pk=actor.organization_id)
