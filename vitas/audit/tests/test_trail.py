"""The audit trail: rows are only added, found by month, and say who, what and from where."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import tasks, trail
from vitas.audit.models import AuditEntry
from vitas.common.context import RequestContext, current
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db


def months() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = 'audit_auditentry'::regclass ORDER BY relname"
        )
        return [row[0] for row in cursor.fetchall()]


def test_entry_says_who_did_what_from_where():
    actor = Actor(role=Role.DOCTOR, user_id=new_id(), organization_id=new_id(), session_id=new_id())
    patient, visit = new_id(), new_id()
    token = current.set(RequestContext(request_id="request-1", address="192.0.2.7", agent="curl"))

    trail.record(
        actor,
        "READ_APPOINTMENT",
        category="appointment",
        resource="appointments",
        resource_id=visit,
        patient_id=patient,
    )

    current.reset(token)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resource_id, entry.patient_id, entry.outcome) == (
        "READ_APPOINTMENT",
        visit,
        patient,
        "success",
    )
    assert (entry.user_id, entry.user_role, entry.organization_id) == (actor.user_id, "doctor", actor.organization_id)
    assert (entry.request_id, entry.address, entry.agent) == ("request-1", "192.0.2.7", "curl")


def test_entry_is_never_changed_nor_removed():
    trail.record(Actor(system="sweep"), "SWEEP", category="configuration", resource="appointments")

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.update(action="NOTHING")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()

    assert AuditEntry.objects.get().action == "SWEEP"


def test_entry_lies_in_the_partition_of_its_month():
    later = datetime.now(UTC) + timedelta(days=70)
    with time_machine.travel(later, tick=False):
        trail.record(Actor(system="sweep"), "SWEEP", category="configuration", resource="appointments")

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_auditentry")
        assert cursor.fetchall() == [(f"audit_auditentry_{later:%Y_%m}",)]


def test_coming_months_are_made_once():
    before = months()

    tasks.make_months()
    tasks.make_months()

    assert months() == before
    assert "audit_auditentry_default" in before
    assert len(before) == tasks.MONTHS_AHEAD + 1
