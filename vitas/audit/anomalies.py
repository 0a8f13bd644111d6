"""What in the trail somebody should look at: every rule, with its numbers, in this one file.

A sweep asks each rule every minute about the time it looks back on; what it finds becomes one row a `key`, so the same
thing is told once. A rule sees ids, roles and moments, never a clinical word. What it must know of higher rooms (the
clinic's clock, who has whose family name, who works at night) they register in their `apps.py`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.models import Role
from vitas.audit.models import Anomaly
from vitas.common import events
from vitas.common.errors import Sentence
from vitas.common.ids import first_id_at

LATE: Final = timedelta(minutes=10)  # how much later than its moment an entry may commit and still be weighed
NAMED: Final = 100  # entries that a finding names

# Many patients in a short time: somebody goes through the files.
MANY_PATIENTS: Final = 30
MANY_PATIENTS_WITHIN: Final = timedelta(minutes=10)
# Health data read at night, on the clock of the organization, by somebody who does not work then.
NIGHT: Final = (23, 5)  # from hour, until hour
NIGHT_READS: Final = 5
# Files opened in an emergency again and again.
BREAK_GLASS: Final = 3
BREAK_GLASS_WITHIN: Final = timedelta(hours=24)
# Failed sign-ins: of one account, or from one address.
FAILED_OF_ACCOUNT: Final = 5
FAILED_FROM_ADDRESS: Final = 15
FAILED_WITHIN: Final = timedelta(minutes=15)
# Copies that leave the house.
EXPORTS: Final = 5
EXPORTS_WITHIN: Final = timedelta(hours=1)

STAFF: Final = [role.value for role in Role if role != Role.PATIENT]

Pair = tuple[UUID, UUID]  # a user and a patient
Clocks = Callable[[Collection[UUID]], Mapping[UUID, str]]
Families = Callable[[Collection[Pair]], Collection[Pair]]
Workers = Callable[[UUID, datetime], bool]

_clocks: list[Clocks] = []
_families: list[Families] = []
_workers: list[Workers] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at. `key` says when it is the same again."""

    key: str
    organization_id: UUID | None
    began_at: datetime
    ended_at: datetime
    count: int
    entry_ids: list[UUID]
    user_id: UUID | None = None
    patient_id: UUID | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`looks_back` is the time that one finding may span."""

    title: Sentence
    severity: Anomaly.Severity
    looks_back: timedelta
    find: Callable[[datetime, datetime], Iterable[Finding]]


def clocks_by(clocks: Clocks) -> None:
    """Register how the time zone (IANA) of an organization is found."""
    if clocks not in _clocks:
        _clocks.append(clocks)


def families_by(families: Families) -> None:
    """Register who tells, of pairs of a user and a patient, those that share a family name."""
    if families not in _families:
        _families.append(families)


def works_by(workers: Workers) -> None:
    """Register who tells whether a user works at a moment."""
    if workers not in _workers:
        _workers.append(workers)


def many_patients(since: datetime, until: datetime) -> Iterator[Finding]:
    """Once an hour a person. Windows overlap by half, so that their borders hide little."""
    seconds = int(MANY_PATIENTS_WITHIN.total_seconds())
    for offset in (0, seconds // 2):
        rows = _grouped(
            "category = 'health_data' AND user_role = ANY(%(staff)s) AND patient_id IS NOT NULL",
            f"user_id, floor((extract(epoch FROM at) + {offset}) / {seconds})",
            f"count(DISTINCT patient_id) >= {MANY_PATIENTS}",
            since,
            until,
            counted="count(DISTINCT patient_id)",
        )
        for row in rows:
            yield _finding(row, f"{row.user_id}:{row.began_at:%Y%m%d%H}")


def at_night(since: datetime, until: datetime) -> Iterator[Finding]:
    """Once a night a person. Nobody who works then."""
    rows = list(
        _grouped(
            "category = 'health_data' AND user_role = ANY(%(staff)s) AND patient_id IS NOT NULL",
            "user_id, date_trunc('hour', at)",
            "count(*) >= 1",
            since,
            until,
        )
    )
    zones = _zones({row.organization_id for row in rows if row.organization_id})
    nights: dict[tuple[Any, Any], list[_Row]] = {}
    for row in rows:
        local = row.began_at.astimezone(zones.get(row.organization_id, ZoneInfo("UTC")))
        if (local.hour >= NIGHT[0] or local.hour < NIGHT[1]) and not _works(row.user_id, row.began_at):
            evening = (local - timedelta(hours=NIGHT[1])).date()
            nights.setdefault((row.user_id, evening), []).append(row)
    for (user_id, evening), parts in nights.items():
        if sum(part.count for part in parts) >= NIGHT_READS:
            yield _finding(_joined(parts), f"{user_id}:{evening}")


def own_family(since: datetime, until: datetime) -> Iterator[Finding]:
    """A file of somebody with the person's own family name; once a month a pair."""
    rows = list(
        _grouped(
            "category = ANY(ARRAY['health_data', 'break_glass']) AND user_role = ANY(%(staff)s)"
            " AND patient_id IS NOT NULL",
            "user_id, patient_id",
            "count(*) >= 1",
            since,
            until,
        )
    )
    pairs = {(row.user_id, row.patient_id) for row in rows if row.user_id and row.patient_id}
    related = {pair for families in _families for pair in families(pairs)} if pairs else set()
    for row in rows:
        if (row.user_id, row.patient_id) in related:
            yield _finding(row, f"{row.user_id}:{row.patient_id}:{row.began_at:%Y%m}")


def break_glass(since: datetime, until: datetime) -> Iterator[Finding]:
    """Once a day a person. Who reviews such openings is no doctor, and is not counted."""
    rows = _grouped(
        "category = 'break_glass' AND user_role = ANY(ARRAY['doctor', 'nurse']) AND outcome = 'success'",
        "user_id",
        f"count(DISTINCT patient_id) >= {BREAK_GLASS}",
        since,
        until,
        counted="count(DISTINCT patient_id)",
    )
    for row in rows:
        yield _finding(row, f"{row.user_id}:{row.ended_at:%Y%m%d}")


def failed_sign_ins(since: datetime, until: datetime) -> Iterator[Finding]:
    """Once an hour an account or an address."""
    failed = "category = 'authentication' AND action LIKE 'SIGN_IN_FAILED%%' AND outcome <> 'success'"
    accounts = f"{failed} AND resource = 'users' AND resource_id IS NOT NULL"
    for row in _grouped(accounts, "resource_id", f"count(*) >= {FAILED_OF_ACCOUNT}", since, until):
        yield _finding(row, f"account:{row.resource_id}:{row.began_at:%Y%m%d%H}", user_id=row.resource_id)
    for row in _grouped(
        f"{failed} AND address IS NOT NULL", "address", f"count(*) >= {FAILED_FROM_ADDRESS}", since, until
    ):
        yield _finding(row, f"address:{row.organization_id}:{row.address}:{row.began_at:%Y%m%d%H}", user_id=None)


def many_exports(since: datetime, until: datetime) -> Iterator[Finding]:
    """Once an hour a person."""
    rows = _grouped(
        "category = 'export' AND user_id IS NOT NULL AND action NOT LIKE 'READ%%'",
        "user_id",
        f"count(*) >= {EXPORTS}",
        since,
        until,
    )
    for row in rows:
        yield _finding(row, f"{row.user_id}:{row.ended_at:%Y%m%d%H}")


RULES: Final[dict[str, Rule]] = {
    "many_patients": Rule(
        _("Many patients in a short time"), Anomaly.Severity.HIGH, MANY_PATIENTS_WITHIN, many_patients
    ),
    "at_night": Rule(_("Health data read at night"), Anomaly.Severity.LOW, timedelta(hours=6), at_night),
    "own_family": Rule(_("A file of somebody of the same name"), Anomaly.Severity.MEDIUM, LATE, own_family),
    "break_glass": Rule(_("Emergency access again and again"), Anomaly.Severity.HIGH, BREAK_GLASS_WITHIN, break_glass),
    "failed_sign_ins": Rule(_("Many failed sign-ins"), Anomaly.Severity.MEDIUM, FAILED_WITHIN, failed_sign_ins),
    "many_exports": Rule(_("Many exports"), Anomaly.Severity.HIGH, EXPORTS_WITHIN, many_exports),
}


def find(now: datetime | None = None) -> list[Anomaly]:
    """Ask every rule; answers with what is new."""
    until = now or timezone.now()
    made = [
        Anomaly(
            key=f"{name}:{finding.key}",
            rule=name,
            severity=rule.severity,
            **{slot: getattr(finding, slot) for slot in Finding.__slots__ if slot != "key"},
        )
        for name, rule in RULES.items()
        for finding in rule.find(until - rule.looks_back - LATE, until)
    ]
    known = set(Anomaly.objects.filter(key__in=[each.key for each in made]).values_list("key", flat=True))
    fresh = list({each.key: each for each in made if each.key not in known}.values())
    with transaction.atomic():
        Anomaly.objects.bulk_create(fresh, ignore_conflicts=True)
        for each in fresh:
            events.record(events.AnomalyFound(each.pk))
    return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Entries that belong together; columns that differ among them are None."""

    organization_id: UUID | None
    user_id: UUID | None
    patient_id: UUID | None
    resource_id: UUID | None
    address: str | None
    began_at: datetime
    ended_at: datetime
    count: int
    entry_ids: list[UUID]


_GROUPED: Final = """
SELECT organization_id,
    CASE WHEN count(DISTINCT user_id) = 1 THEN (array_agg(user_id))[1] END,
    CASE WHEN count(DISTINCT patient_id) = 1 THEN (array_agg(patient_id))[1] END,
    CASE WHEN count(DISTINCT resource_id) = 1 THEN (array_agg(resource_id))[1] END,
    CASE WHEN count(DISTINCT address) = 1 THEN host((array_agg(address))[1]) END,
    min(at), max(at), {counted}, (array_agg(id ORDER BY id DESC))[1:{named}]
FROM audit_auditentry
WHERE id >= %(since)s AND id < %(until)s AND {which}
GROUP BY organization_id, {by} HAVING {when}
"""


def _grouped(
    which: str, by: str, when: str, since: datetime, until: datetime, *, counted: str = "count(*)"
) -> Iterator[_Row]:
    """The entries of a time that a rule wants, in groups."""
    given: dict[str, Any] = {"since": first_id_at(since), "until": first_id_at(until), "staff": STAFF}
    with connection.cursor() as cursor:
        cursor.execute(_GROUPED.format(which=which, by=by, when=when, counted=counted, named=NAMED), given)
        for row in cursor.fetchall():
            yield _Row(**dict(zip(_Row.__slots__, row, strict=True)))


def _finding(row: _Row, key: str, **other: Any) -> Finding:
    same = {slot: getattr(row, slot) for slot in Finding.__slots__ if slot != "key"}
    return Finding(key=key, **(same | other))


def _joined(rows: list[_Row]) -> _Row:
    first, one_patient = rows[0], {row.patient_id for row in rows}
    return _Row(
        organization_id=first.organization_id,
        user_id=first.user_id,
        patient_id=first.patient_id if len(one_patient) == 1 else None,
        resource_id=None,
        address=first.address if len({row.address for row in rows}) == 1 else None,
        began_at=min(row.began_at for row in rows),
        ended_at=max(row.ended_at for row in rows),
        count=sum(row.count for row in rows),
        entry_ids=[entry_id for row in rows for entry_id in row.entry_ids][:NAMED],
    )


def _zones(organization_ids: Collection[UUID]) -> dict[UUID | None, ZoneInfo]:
    return {house: ZoneInfo(zone) for clocks in _clocks for house, zone in clocks(organization_ids).items()}


def _works(user_id: UUID | None, at: datetime) -> bool:
    return user_id is not None and any(works(user_id, at) for works in _workers)
