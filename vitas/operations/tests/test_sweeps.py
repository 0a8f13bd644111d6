"""What no law keeps is dropped daily; months of the audit trail when the longest law lets them go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as project
from django.utils import timezone

from appointments.models import CalendarFeed
from appointments.payments.models import WebhookDelivery
from vitas.accounts.actor import OPERATIONS
from vitas.audit import closing
from vitas.audit.models import AuditExport
from vitas.messaging.models import OutboxMessage
from vitas.operations import tasks
from vitas.operations.keeping import audit_months, holds, sweeps, terms
from vitas.operations.tests.keeping_world import message_to
from vitas.testing import make_organization, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def days_ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
def rows():
    """Of each kind one that is old and over, one that is old and under way, and one that is fresh."""
    for state, days in (("sent", 500), ("failed", 500), ("waiting", 500), ("sent", 300)):
        message_to("+5215512345678", state=state, created_at=days_ago(days))
    for applied, days in ((days_ago(499), 500), (None, 500), (days_ago(1), 1)):
        WebhookDelivery.objects.create(
            source="x",
            delivery_id=f"{applied}",
            subject_id="1",
            raw=b"",
            received_at=days_ago(days),
            applied_at=applied,
        )
    for revoked in (days_ago(40), days_ago(10)):
        CalendarFeed.objects.create(user=make_user(), token_hash=f"{revoked}", token="", revoked_at=revoked)
    user_id = make_user().pk
    for state, days in (("expired", 10), ("done", 10), ("expired", 1)):
        AuditExport.objects.create(
            user_id=user_id,
            format="csv",
            asked={},
            language="en",
            state=state,
            rows=0,
            file="f",
            created_at=days_ago(days),
        )


def test_what_is_over_is_dropped_and_the_rest_stays(rows):
    assert sweeps.count(NOW) == {
        "messages": 2,
        "notices of payment": 1,
        "calendar addresses": 1,
        "exports of the audit trail": 1,
    }

    dropped = tasks.drop_short_lived()

    assert sum(dropped.values()) == 5
    assert sorted(OutboxMessage.objects.values_list("state", flat=True)) == ["sent", "waiting"]
    assert WebhookDelivery.objects.filter(applied_at=None).count() == 1
    assert (CalendarFeed.objects.count(), AuditExport.objects.count()) == (1, 2)
    assert sum(tasks.drop_short_lived().values()) == 0


def test_many_are_dropped_batch_by_batch(rows, monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 1)

    assert sweeps.drop(NOW)["messages"] == 2


def test_the_sweep_runs_daily():
    assert project.CELERY_BEAT_SCHEDULE["drop-what-no-law-keeps"]["task"] == tasks.drop_short_lived.name


@pytest.fixture
def owner_is_here(monkeypatch):
    """Rows of this test's own transaction."""
    monkeypatch.setattr(terms, "OWNER", "default")
    monkeypatch.setattr(audit_months, "OWNER", "default")


@pytest.mark.parametrize(("countries", "before"), [(["MX"], 2020), (["AR", "MX"], 2016), ([], 2020)])
def test_the_trail_is_kept_six_years_and_as_long_as_the_records_it_tells_of(owner_is_here, countries, before):
    for country in countries:
        make_organization(country=country)

    assert terms.audit_before(datetime(2026, 11, 21, tzinfo=UTC)) == date(before, 11, 1)


def test_months_whose_time_is_over_are_dropped_the_oldest_first(owner_is_here, monkeypatch):
    dropped = []
    monkeypatch.setattr(closing, "drop_month", lambda month, by: dropped.append((month, by.system)))
    months = [date(2018, 1, 1), date(2019, 5, 1)]
    monkeypatch.setattr(audit_months, "due", lambda now: months)

    assert audit_months.drop_due(NOW, tell=lambda _at: None) == 2
    assert dropped == [(month, "operations") for month in months]


def test_no_month_is_dropped_while_a_hold_stands(owner_is_here):
    organization = make_organization(country="MX")
    _seal(number=1, kind="closing", month=date(2015, 1, 1))
    _seal(number=2, kind="closing", month=date(2015, 2, 1))
    _seal(number=3, kind="dropped", month=date(2015, 1, 1))
    _seal(number=4, kind="closing", month=date(2025, 1, 1))
    assert audit_months.due(NOW) == [date(2015, 2, 1)]

    holds.place(organization_id=organization.pk, patient_id=None, reason="Court", by=OPERATIONS)

    assert audit_months.due(NOW) == []


def _seal(**given):
    from vitas.audit.models import AuditSeal

    none = {"count": 0, "root": b"", "previous": b"", "hash": b"", "signature": b"", "key": "k", "sealed_at": NOW}
    AuditSeal.objects.create(**none, **given)
