"""The audit trail with ten million entries over fourteen months: how long its questions take, in this process."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from vitas.accounts import tokens
from vitas.accounts.actor import OPERATIONS
from vitas.accounts.models import Membership, Organization, Role, Session, User
from vitas.audit import trail
from vitas.common.ids import new_id

MONTHS: Final = 14
CHUNK: Final = 500_000
TIMES: Final = 20
STAFF: Final = 400
PATIENTS: Final = 200_000
ORGANIZATION: Final = UUID("00000000-0000-7000-8000-00000000a0d1")  # has four fifths of the entries

# Weights of a thousand: what a clinic does all day, and what is rare.
_SORTS: Final = """
CREATE TEMP TABLE sorts AS SELECT * FROM (VALUES
    (0, 300, 'health_data', 'READ_PATIENT'), (300, 400, 'health_data', 'READ_RECORDS'),
    (400, 450, 'health_data', 'UPDATE_PATIENT'), (450, 700, 'appointment', 'READ_APPOINTMENTS'),
    (700, 760, 'appointment', 'UPDATE_APPOINTMENT'), (760, 860, 'authentication', 'SIGN_IN'),
    (860, 880, 'authentication', 'SIGN_IN_FAILED'), (880, 930, 'payment', 'READ_PAYMENTS'),
    (930, 945, 'payment', 'UPDATE_PAYMENT'), (945, 985, 'configuration', 'READ_AUDITENTRY'),
    (985, 995, 'lock', 'ACQUIRE_LOCK'), (995, 998, 'permission', 'UPDATE_MEMBERSHIP'),
    (998, 999, 'export', 'EXPORT_PATIENT'), (999, 1000, 'break_glass', 'BREAK_GLASS')
) AS sort(first, last, category, action)
"""
_FILL: Final = """
INSERT INTO audit_auditentry
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8' ||
    substr(hash, 4, 15))::uuid, at, category, action, category || '_rows', md5('row' || n)::uuid,
    CASE WHEN action = 'SIGN_IN_FAILED' OR n %% 200 = 0 THEN 'refused' ELSE 'success' END,
    CASE WHEN n %% 5 < 4 THEN %(organization)s::uuid ELSE md5('house' || n %% 20)::uuid END,
    CASE WHEN category IN ('health_data', 'appointment', 'payment', 'break_glass')
        THEN md5('patient' || (hashint4(n) & 2147483647) %% %(patients)s::int)::uuid END,
    md5('staff' || (hashint4(n + 7) & 2147483647) %% %(staff)s::int)::uuid, 'doctor', md5('session' || n %% 5000)::uuid,
    ('10.0.' || n %% 250 || '.' || n %% 200)::inet, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', hash,
    '{"count": 1}'
FROM (
    SELECT n, md5(n::text) AS hash, %(began)s::timestamptz + n * %(step)s::bigint * interval '1 microsecond' AS at,
        (hashint4(n + 3) & 2147483647) %% 1000 AS weight
    FROM generate_series(%(first)s::int, %(last)s::int) n
) drawn JOIN sorts ON weight >= sorts.first AND weight < sorts.last
"""
_HOURS: Final = """
INSERT INTO audit_audithour (hour, organization_id, category, action, outcome, of_patient, count)
SELECT date_trunc('hour', at, 'UTC'), organization_id, category, action, outcome, patient_id IS NOT NULL, count(*)
FROM audit_auditentry GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1
"""
_INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'audit_auditentry'::regclass AND NOT indisprimary
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds; `cpu` is what this process and its server's took for one, whoever else wanted the cores."""

    what: str
    cpu: float
    median: float
    p95: float
    slowest: float


def fill(entries: int, tell: Callable[[str], None]) -> None:
    """As the owner, without the trigger: the entries are as if sealed, and their hours counted."""
    now = timezone.now()
    began = now - timedelta(days=30 * MONTHS)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SELECT audit_make_months(%s::date, %s)", [began, MONTHS + 2])
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_waits_for_seal")
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(_SORTS)
        given: dict[str, Any] = {"organization": ORGANIZATION, "patients": PATIENTS, "staff": STAFF, "began": began}
        given["step"] = int((now - began).total_seconds() * 1_000_000 / entries)
        for first in range(0, entries, CHUNK):
            cursor.execute(_FILL, given | {"first": first, "last": min(first + CHUNK, entries) - 1})
            tell(f"… {min(first + CHUNK, entries):,} entries")
        for name, definition in indexes:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))
            tell(f"… {name}")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_waits_for_seal")
        cursor.execute(_HOURS)
        cursor.execute("VACUUM ANALYZE audit_auditentry")
        cursor.execute("ANALYZE audit_audithour")


def measure() -> Iterator[Taken]:
    """The addresses of the API and the page, as an administrator and as the operator."""
    for who, client in (("administrator", _client(_manager())), ("operator", _client(_operator()))):
        for what, bodies in _questions(who == "operator"):
            yield _taken(f"{who}, {what}", [_query(client, body) for body in bodies])
        reports = [{"report_type": kind} for kind in ("security_overview", "privileged_acts", "failed_sign_ins")]
        for body in reports:
            yield _taken(f"{who}, report {body['report_type']}", [_report(client, body)] * (TIMES // 3))
    yield _taken("one entry, written", [_write] * 300)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_waits_for_seal")
    yield _taken("one entry, written without its place in the list to be sealed", [_write] * 300)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_waits_for_seal")


def _questions(of_all: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """By name, each asked many times, every time of another person, patient or day."""
    now = timezone.now()
    spans = {"24 hours": 1, "30 days": 30, "a year": 365}
    for name, days in spans.items():
        yield f"all of {name}", [_time(now, days, n) for n in range(TIMES)]
        yield f"sign-ins of {name}", [_time(now, days, n) | {"categories": ["authentication"]} for n in range(TIMES)]
        yield f"refused of {name}", [_time(now, days, n) | {"outcome": "refused"} for n in range(TIMES)]
        rare = {"categories": ["export", "permission", "lock"]}
        yield f"three rare categories of {name}", [_time(now, days, n) | rare for n in range(TIMES)]
    yield "ever", [{"page": 1 + n} for n in range(TIMES)]
    yield "ever, page 400", [{"page": 400 + n} for n in range(TIMES)]
    yield "one act ever", [{"actions": ["UPDATE_MEMBERSHIP"], "page": 1 + n} for n in range(TIMES)]
    yield "two categories ever", [{"categories": ["health_data", "payment"], "page": 1 + n} for n in range(TIMES)]
    refused = {"categories": ["payment"], "outcome": "refused"}
    yield "refused of a category, ever", [refused | {"page": 1 + n} for n in range(TIMES)]
    yield "a person, ever", [{"user_id": _md5(f"staff{n}")} for n in range(TIMES)]
    yield (
        "a person's sign-ins, 30 days",
        [_time(now, 30, n) | {"user_id": _md5(f"staff{n}"), "categories": ["authentication"]} for n in range(TIMES)],
    )
    if not of_all:
        yield "emergencies ever", [{"categories": ["break_glass"], "page": 1 + n} for n in range(TIMES)]
        yield "a patient, ever", [{"patient_id": _md5(f"patient{n}")} for n in range(TIMES)]


def _time(now: datetime, days: int, n: int) -> dict[str, Any]:
    """A time of so many days that ended up to a month ago."""
    until = now - timedelta(days=n)
    return {"start_time": (until - timedelta(days=days)).isoformat(), "end_time": until.isoformat()}


def _taken(what: str, asks: list[Callable[[], None]]) -> Taken:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_unsealed")  # each question is an entry, and none waits longer than a minute
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    asks[0]()  # what a process keeps is kept now
    times, used = [], _cpu(server)
    for ask in asks:
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    cpu = (_cpu(server) - used) / len(asks)
    return Taken(what, cpu, median(times), quantiles(times, n=20, method="inclusive")[18], max(times))


def _cpu(server: Path) -> float:
    """Milliseconds of both processes so far; the server's in steps of ten, so over many requests."""
    ticks = sum(int(part) for part in server.read_text().rpartition(")")[2].split()[11:13]) if server.exists() else 0
    return time.process_time() * 1000 + ticks * 10


def _query(client: Client, body: dict[str, Any]) -> Callable[[], None]:
    return lambda: _ask(client, "/api/v1/audit-trail/query", body)


def _report(client: Client, body: dict[str, Any]) -> Callable[[], None]:
    return lambda: _ask(client, "/api/v1/audit-trail/compliance-report", body)


def _ask(client: Client, path: str, body: dict[str, Any]) -> None:
    answer: Any = client.post(path, json.dumps(body), "application/json")
    if answer.status_code != 200:
        raise RuntimeError(f"{path} {body}: {answer.status_code} {answer.content[:300]!r}")


def _write() -> None:
    trail.record(OPERATIONS, "READ_PATIENT", category="health_data", resource="patients", patient_id=new_id())


def _manager() -> User:
    house, _made = Organization.objects.get_or_create(
        pk=ORGANIZATION,
        defaults={"slug": "bench", "name": "Bench", "country": "AR", "language": "en", "currency": "ARS"},
    )
    user, _made = User.objects.get_or_create(email="bench@example.test")
    Membership.objects.get_or_create(user=user, organization=house, role=Role.ADMIN)
    return user


def _operator() -> User:
    return User.objects.get_or_create(email="operator@example.test", defaults={"is_operator": True})[0]


def _client(user: User) -> Client:
    ends = datetime.now(UTC) + timedelta(days=1)
    session = Session.objects.create(
        user=user,
        membership=user.memberships.first(),
        method=Session.Method.PASSWORD,
        idle_ends_at=ends,
        ends_at=ends,
    )
    return Client(headers={"authorization": f"Bearer {tokens.access_token(session)}"})


def _md5(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(%s)::uuid", [text])
        return str(cursor.fetchone()[0])
