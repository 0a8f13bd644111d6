"""The trail's pages in the admin."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, User
from vitas.audit import tasks, trail
from vitas.audit.models import AuditEntry, AuditExport
from vitas.audit.tests.made import make_anomaly
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

HOME = "/admin/audit-trail/"


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


@pytest.fixture
def desk(manager: User) -> Client:
    return testing.browser(manager)


def act(user: User, action: str = "READ_PATIENT", category: str = "health_data", **about: Any) -> AuditEntry:
    house = user.memberships.get().organization_id
    trail.record(
        Actor(role=Role.ADMIN, user_id=user.pk, organization_id=house),
        action, category=category, resource="patients", **about,
    )  # fmt: skip
    return AuditEntry.objects.order_by("-id")[0]


def test_dashboard_shows_entries_plots_and_what_to_look_at(manager, desk):
    act(manager, "UPDATE_MEMBERSHIP", "permission")
    make_anomaly(manager.memberships.get().organization_id, user_id=manager.pk)
    make_anomaly(new_id(), rule="many_exports")
    tasks.seal_entries()

    html = desk.get(HOME).content.decode()

    assert "UPDATE_MEMBERSHIP" in html
    assert "Many patients in a short time" in html
    assert "Many exports" not in html
    assert '<script id="over-time" type="application/json">' in html
    look = AuditEntry.objects.get(action="QUERY_AUDIT_TRAIL")
    assert (look.user_id, look.patient_id) == (manager.pk, None)


def test_dashboard_that_refreshes_itself_is_one_look(manager, desk):
    desk.get(HOME)

    headers = {"HX-Request": "true", "HX-Target": "trail", "X-By-Itself": "1"}
    part = desk.get(HOME, headers=headers).content.decode()

    assert part.lstrip().startswith('<div id="trail"')
    assert AuditEntry.objects.filter(action="QUERY_AUDIT_TRAIL").count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?category=permission", True),
        ("?category=payment", False),
        ("?outcome=refused", False),
        ("?period=all&page=3", False),
        ("?period=never&category=gossip&user=x&patient=y&page=-1", True),
    ],
)
def test_filters_narrow_and_what_cannot_be_read_is_left_out(manager, desk, query, found):
    act(manager, "UPDATE_MEMBERSHIP", "permission")

    answer = desk.get(HOME + query)

    assert answer.status_code == 200
    assert (f'value="{AuditEntry.objects.get(action="UPDATE_MEMBERSHIP").pk}"' in answer.content.decode()) is found


def test_patient_filter_shows_who_opened_one(manager, desk):
    mine, other = new_id(), new_id()
    act(manager, "READ_ONE", patient_id=mine)
    second = act(manager, "READ_OTHER", patient_id=other)

    html = desk.get(f"{HOME}?patient={mine}").content.decode()

    assert (f'value="{second.pk}"' in html, AuditEntry.objects.get(action="QUERY_AUDIT_TRAIL").patient_id) == (
        False,
        mine,
    )


def test_anomaly_is_reviewed_by_a_form_without_scripts(manager, desk):
    anomaly = make_anomaly(manager.memberships.get().organization_id)

    answer = desk.post(f"{HOME}anomalies/{anomaly.pk}/", {"verdict": "incident", "query": "period=week"})
    again = desk.post(f"{HOME}anomalies/{anomaly.pk}/", {"verdict": "explained"})

    anomaly.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, f"{HOME}?period=week#anomalies")
    assert (again.status_code, anomaly.verdict, anomaly.reviewed_by) == (302, "incident", manager.pk)


def test_chosen_entries_or_all_that_the_filters_find_are_exported(manager, desk):
    chosen = act(manager, "UPDATE_MEMBERSHIP", "permission")
    act(manager)

    desk.post(f"{HOME}export/", {"format": "csv", "event": [str(chosen.pk)]})
    desk.post(f"{HOME}export/", {"format": "json", "query": "period=week&category=health_data"})
    tasks.make_exports()

    made = {export.format: export for export in AuditExport.objects.all()}
    assert {name: (export.state, export.rows) for name, export in made.items()} == {
        "csv": ("done", 1),
        "json": ("done", 1),
    }
    fetched = desk.get(f"{HOME}exports/{made['csv'].pk}/")
    assert b"UPDATE_MEMBERSHIP" in b"".join(fetched.streaming_content)


@pytest.mark.parametrize("given", [{"format": "exe"}, {"format": "csv", "event": ["x"]}])
def test_export_of_nonsense_is_refused_in_words(desk, given):
    answer = desk.post(f"{HOME}export/", given, follow=True)

    assert (answer.status_code, AuditExport.objects.count()) == (200, 0)
    assert "The request cannot be granted" in answer.content.decode()


@pytest.mark.parametrize("kind", ["security_overview", "patient_access", "privileged_acts", "failed_sign_ins"])
def test_report_is_a_page_and_a_document(manager, desk, kind):
    patient, today = new_id(), timezone.localdate()
    act(manager, "UPDATE_MEMBERSHIP", "permission", patient_id=patient)
    tasks.seal_entries()
    query = f"?kind={kind}&since={today - timedelta(days=1)}&until={today}&patient={patient}"

    shown = desk.get(f"{HOME}report/{query}")
    saved = desk.get(f"{HOME}report/{query}&format=pdf")

    assert (shown.status_code, saved["Content-Type"], saved.content[:5]) == (200, "application/pdf", b"%PDF-")


def test_report_says_what_is_wrong_with_what_was_asked(desk):
    answer = desk.get(f"{HOME}report/?kind=patient_access&since=2026-01-02&until=2026-01-01")

    assert answer.status_code == 422
    assert "Say which patient." in answer.content.decode()
    assert "The end must be after the start." in answer.content.decode()


def test_operator_sees_what_tells_of_no_patient(manager):
    shown, hidden = act(manager, "SIGN_IN", "authentication"), act(manager, patient_id=new_id())

    html = testing.browser(testing.make_user(is_operator=True)).get(HOME).content.decode()

    assert (str(shown.pk) in html, str(hidden.pk) in html) == (True, False)
