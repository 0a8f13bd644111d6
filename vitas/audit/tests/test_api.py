"""S1's addresses of the audit trail."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine

from vitas import testing
from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.models import Role, User
from vitas.audit import exports, tasks, trail
from vitas.audit.models import AuditEntry, AuditExport
from vitas.audit.tests.made import make_anomaly
from vitas.common.context import RequestContext, current
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = {"start_time": "2026-11-20T00:00:00Z", "end_time": "2026-11-21T00:00:00Z"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    yield


@pytest.fixture
def manager() -> User:
    return testing.make_member(testing.make_organization(), Role.ADMIN, full_name="Marta Gil").user


def actor_of(user: User) -> Actor:
    member = user.memberships.get()
    return Actor(role=Role(member.role), user_id=user.pk, organization_id=member.organization_id)


def act(
    actor: Actor, action: str = "READ_PATIENT", category: str = "health_data", at: datetime = NOON, **about: Any
) -> None:
    about.setdefault("resource", "patients")
    with time_machine.travel(at, tick=False):
        trail.record(actor, action, category=category, **about)


def test_query_answers_what_s1_reads(api, manager):
    me, patient = actor_of(manager), new_id()
    token = current.set(RequestContext(request_id="r-1", address="192.0.2.7", agent="curl"))
    act(me, "SIGN_IN", "authentication", at=NOON - timedelta(hours=2), resource="sessions")
    act(me, patient_id=patient, resource_id=patient, field="phone")
    current.reset(token)
    act(Actor(role=Role.ADMIN, user_id=new_id(), organization_id=new_id()), patient_id=patient)
    tasks.seal_entries()
    act(me, at=NOON + timedelta(minutes=5))  # not sealed yet, and counted all the same

    answer = api(manager).send("POST", "/api/audit-trail/query", {**DAY, "categories": None, "user_id": ""})

    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"events", "aggregated_by_hour", "recent_events", "pagination"}
    assert body["pagination"] == {"page": 1, "limit": 20, "total": 3, "total_pages": 1}
    entry = AuditEntry.objects.get(patient_id=patient, user_id=manager.pk)
    assert body["events"][1] == {
        "id": str(entry.pk),
        "timestamp": "2026-11-20T12:00:00Z",
        "category": "health_data",
        "action": "READ_PATIENT",
        "outcome": "success",
        "user_id": str(manager.pk),
        "user_name": "Marta Gil",
        "user_role": "admin",
        "resource": "patients",
        "resource_id": str(patient),
        "patient_id": str(patient),
        "tenant_id": str(me.organization_id),
        "session_id": None,
        "ip_address": "192.0.2.7",
        "user_agent": "curl",
        "request_id": "r-1",
        "details": {"field": "phone"},
    }
    assert body["recent_events"] == body["events"]
    hours = {row["hour"]: (row["count"], row["by_category"]) for row in body["aggregated_by_hour"] if row["count"]}
    assert len(body["aggregated_by_hour"]) == 24
    assert hours == {
        "2026-11-20T10:00:00Z": (1, {"authentication": 1}),
        "2026-11-20T12:00:00Z": (2, {"health_data": 2}),
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ["EXPORT_PATIENT", "READ_PATIENT", "SIGN_IN"]),
        ({"categories": ["authentication", "export"]}, ["EXPORT_PATIENT", "SIGN_IN"]),
        ({"actions": ["SIGN_IN"]}, ["SIGN_IN"]),
        ({"outcome": "refused"}, ["SIGN_IN"]),
        ({"user_id": "00000000-0000-7000-8000-000000000000"}, []),
        ({"start_time": "2026-11-20T12:00:00.500Z"}, ["EXPORT_PATIENT"]),
        ({"end_time": "2026-11-20T12:00:00Z"}, ["SIGN_IN"]),
        ({"page": 2, "limit": 2}, ["SIGN_IN"]),
    ],
)
def test_query_filters(api, manager, given, found):
    me = actor_of(manager)
    act(me, "SIGN_IN", "authentication", at=NOON - timedelta(hours=1), outcome="refused")
    act(me)
    act(me, "EXPORT_PATIENT", "export", at=NOON + timedelta(hours=1))

    body = api(manager).send("POST", "/api/v1/audit-trail/query", {**DAY, **given}).json()

    assert [event["action"] for event in body["events"]] == found
    assert sum(row["count"] for row in body["aggregated_by_hour"]) >= len(found)


def test_query_of_a_patient_counts_that_patients_hours_and_is_itself_in_the_trail(api, manager):
    me, patient = actor_of(manager), new_id()
    act(me, patient_id=patient)
    act(me, patient_id=new_id())

    body = api(manager).send("POST", "/api/v1/audit-trail/query", {**DAY, "patient_id": str(patient)}).json()

    assert sum(row["count"] for row in body["aggregated_by_hour"]) == len(body["events"]) == 1
    look = AuditEntry.objects.get(action="QUERY_AUDIT_TRAIL")
    assert (look.user_id, look.patient_id, look.details) == (manager.pk, patient, {"count": 1, "page": 1})


def test_operator_reads_what_tells_of_no_patient(api, manager):
    operator = testing.make_user(is_operator=True)
    act(actor_of(manager), patient_id=new_id())
    act(actor_of(manager), "SIGN_IN", "authentication")
    tasks.seal_entries()

    body = api(operator).send("POST", "/api/v1/audit-trail/query", DAY).json()

    assert [event["action"] for event in body["events"]] == ["SIGN_IN"]
    assert sum(row["count"] for row in body["aggregated_by_hour"]) == 1


@pytest.mark.parametrize(
    ("given", "status", "fields"),
    [
        ({"start_time": "2026-11-21T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}, 400, ["endTime"]),
        ({"categories": ["gossip"]}, 400, ["categories.0"]),
        ([], 400, []),
        ({"page": 501}, 400, ["page"]),
        ({"tenant_id": "00000000-0000-7000-8000-000000000000"}, 403, []),
    ],
)
def test_query_refuses(api, manager, given, status, fields):
    answer = api(manager).send("POST", "/api/v1/audit-trail/query", given)

    assert answer.status_code == status
    assert [each["field"] for each in answer.json()["error"]["details"]] == fields


@pytest.mark.parametrize("kind", ["security_overview", "patient_access", "privileged_acts", "failed_sign_ins"])
def test_report_is_made_as_json_and_as_pdf(api, manager, kind):
    me, patient = actor_of(manager), new_id()
    act(me, patient_id=patient)
    act(me, "UPDATE_MEMBERSHIP", "permission", resource="membership")
    act(me, "READ_AUDITENTRY", "configuration", resource="auditentry")
    act(
        NOBODY, "SIGN_IN_FAILED", "authentication", resource="users", resource_id=manager.pk, outcome="refused",
        organization_id=me.organization_id,
    )  # fmt: skip
    tasks.seal_entries()
    given = {
        "report_type": kind,
        "start_date": "2026-11-20",
        "end_date": "2026-11-21T00:00:00Z",
        "patient_id": str(patient),
    }

    made = api(manager).send("POST", "/api/v1/audit-trail/compliance-report", given)
    as_pdf = api(manager).send("POST", "/api/v1/audit-trail/compliance-report", {**given, "format": "pdf"})

    body = made.json()
    assert body["period"] == {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"}
    assert body["summary"]["total_events"] == {"security_overview": 4}.get(kind, 1)
    assert all(
        set(row) == {column["key"] for column in each["columns"]} for each in body["tables"] for row in each["rows"]
    )
    assert (as_pdf["Content-Type"], as_pdf.content[:5]) == ("application/pdf", b"%PDF-")
    looks = AuditEntry.objects.filter(action="REPORT_AUDIT_TRAIL").order_by("id")
    assert [look.details["format"] for look in looks] == ["json", "pdf"]
    assert {look.patient_id for look in looks} == {patient if kind == "patient_access" else None}


def test_report_on_a_patient_needs_one(api, manager):
    answer = api(manager).send("POST", "/api/v1/audit-trail/compliance-report", {"report_type": "patient_access"})

    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "patientId")


def test_anomalies_are_a_bare_array_and_are_reviewed_once(api, manager):
    house = actor_of(manager).organization_id
    other_manager = testing.make_user()
    other_manager.memberships.create(organization_id=house, role=Role.ADMIN)
    anomaly = make_anomaly(house, user_id=manager.pk)
    make_anomaly(new_id())

    [listed] = api(manager).send("GET", "/api/audit-trail/anomalies").json()
    closed = api(manager).send("POST", f"/api/v1/audit-trail/anomalies/{anomaly.pk}/review", {"verdict": "explained"})
    again = api(manager).send("POST", f"/api/v1/audit-trail/anomalies/{anomaly.pk}/review", {"verdict": "explained"})
    late = api(other_manager).send(
        "POST", f"/api/v1/audit-trail/anomalies/{anomaly.pk}/review", {"verdict": "incident"}
    )

    assert (listed["id"], listed["title"], listed["user_name"]) == (
        str(anomaly.pk), "Many patients in a short time", "Marta Gil",
    )  # fmt: skip
    assert (closed.status_code, again.status_code, late.status_code) == (200, 200, 422)
    assert (closed.json()["verdict"], closed.json()["reviewed_by"]) == ("explained", str(manager.pk))
    assert AuditEntry.objects.filter(action="REVIEW_ANOMALY").count() == 1
    assert api(manager).send("GET", "/api/v1/audit-trail/anomalies?reviewed=false").json() == []


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("format", ["csv", "json", "pdf"])
def test_export_is_made_in_the_background_and_fetched(api, manager, format):
    me = actor_of(manager)
    token = current.set(RequestContext(agent='=HYPERLINK("http://x")'))
    act(me, patient_id=new_id())
    current.reset(token)
    act(me, "SIGN_IN", "authentication", at=NOON + timedelta(minutes=1))
    chosen = list(AuditEntry.objects.order_by("id").values_list("pk", flat=True))
    act(me)
    act(Actor(role=Role.ADMIN, user_id=new_id(), organization_id=new_id()))
    client = api(manager)

    asked = client.send(
        "POST", "/api/audit-trail/export", {"format": format, "event_ids": [str(each) for each in chosen]}
    )
    waits = client.send("GET", asked["Location"]).json()
    refused = client.send("GET", f"{asked['Location']}/download")
    tasks.make_exports()
    ready = client.send("GET", asked["Location"]).json()
    fetched = client.send("GET", ready["download_url"])

    assert (asked.status_code, waits["state"], waits["progress"], waits["download_url"]) == (202, "queued", 0, None)
    assert refused.status_code == 422
    assert (ready["state"], ready["progress"], ready["rows"]) == ("done", 100, 2)
    assert "attachment" in fetched["Content-Disposition"]
    content = body_of(fetched)
    if format == "json":
        assert [event["id"] for event in json.loads(content)["events"]] == [str(each) for each in chosen]
    elif format == "csv":
        rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
        assert [row["action"] for row in rows] == ["READ_PATIENT", "SIGN_IN"]
        assert rows[0]["user_agent"] == '\'=HYPERLINK("http://x")'
    else:
        assert content[:5] == b"%PDF-"
    acts = AuditEntry.objects.filter(category="export").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["EXPORT_AUDIT_TRAIL", "DOWNLOAD_AUDIT_EXPORT"]


def test_export_is_not_another_organizations(api, manager):
    stranger = testing.make_member(testing.make_organization(), Role.ADMIN).user
    asked = api(manager).send("POST", "/api/v1/audit-trail/export", {"format": "csv"})

    assert api(stranger).send("GET", asked["Location"]).status_code == 404
    assert api(stranger).send("GET", f"{asked['Location']}/download").status_code == 404


def test_export_that_a_dead_worker_left_is_made_again_and_given_up_at_last(manager):
    act(actor_of(manager))
    export = exports.ask(by=actor_of(manager), asked=exports.Asked(), format="csv", language="en")
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    AuditExport.objects.update(state="running", progress=40, tries=1, touched_at=long_ago)

    assert tasks.make_exports() == 1
    AuditExport.objects.update(state="running", tries=3, touched_at=long_ago)
    assert tasks.make_exports() == 0

    export.refresh_from_db()
    assert (export.state, export.tries) == ("failed", 3)


def test_exports_are_removed_after_their_day(manager, tmp_path):
    export = exports.ask(by=actor_of(manager), asked=exports.Asked(), format="json", language="en")
    tasks.make_exports()
    kept = list((tmp_path / "audit-exports").iterdir())

    assert exports.drop_old(export.created_at + timedelta(hours=23)) == 0
    assert exports.drop_old(export.created_at + timedelta(hours=25)) == 1
    export.refresh_from_db()
    assert (len(kept), export.state, list((tmp_path / "audit-exports").iterdir())) == (1, "expired", [])


def test_exports_are_bounded(api, manager, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS_PDF", 1)
    act(actor_of(manager))
    act(actor_of(manager))
    client = api(manager)

    too_long = client.send("POST", "/api/v1/audit-trail/export", {"format": "pdf"})
    several = [client.send("POST", "/api/v1/audit-trail/export", {"format": "csv"}).status_code for _n in range(4)]

    assert too_long.status_code == 400
    assert several == [202, 202, 202, 429]
