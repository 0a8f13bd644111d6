"""Each rule finds what it is for, once, and lets everyday work pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from vitas import testing
from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.models import Role
from vitas.audit import anomalies, trail
from vitas.audit.models import Anomaly
from vitas.common.context import RequestContext, current
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 15, 2, tzinfo=UTC)  # 10:02 in Boston


def act(actor: Actor, at: datetime, category: str = "health_data", action: str = "READ_PATIENT", **about: Any) -> None:
    about.setdefault("resource", "patients")
    with time_machine.travel(at, tick=False):
        trail.record(actor, action, category=category, **about)


def found(now: datetime) -> list[tuple[str, int]]:
    return [(each.rule, each.count) for each in anomalies.find(now)]


def doctor() -> Actor:
    return Actor(role=Role.DOCTOR, user_id=testing.make_user().pk, organization_id=new_id())


def test_many_patients_in_a_short_time_are_found_once():
    reader = doctor()
    for n in range(anomalies.MANY_PATIENTS):
        act(reader, NOON + timedelta(seconds=n), patient_id=new_id())

    later = NOON + timedelta(minutes=5)
    assert found(later) == [("many_patients", 30)]
    assert found(later + timedelta(minutes=1)) == []
    row = Anomaly.objects.get()
    assert (row.user_id, row.organization_id, row.patient_id) == (reader.user_id, reader.organization_id, None)
    assert (row.severity, row.began_at, len(row.entry_ids)) == ("high", NOON, 30)


def test_a_busy_day_is_no_anomaly():
    reader, same = doctor(), new_id()
    for n in range(40):
        act(reader, NOON + timedelta(minutes=2 * n), patient_id=new_id())
        act(reader, NOON + timedelta(seconds=n), patient_id=same)

    assert found(NOON + timedelta(minutes=20)) == []


def test_patients_own_reads_and_sweeps_are_no_anomaly():
    for n in range(40):
        act(Actor(role=Role.PATIENT, user_id=new_id()), NOON + timedelta(seconds=n), patient_id=new_id())
        act(Actor(system="sweep"), NOON + timedelta(seconds=n), patient_id=new_id())

    assert found(NOON + timedelta(minutes=5)) == []


def test_night_is_that_of_the_clinic_and_who_works_then_may_read():
    clinic = testing.make_clinic(zone="America/New_York")
    place = testing.make_place(clinic, hours="always")
    at_work = Actor(role=Role.DOCTOR, user_id=place.doctor.membership.user_id, organization_id=clinic.organization_id)
    nurse = Actor(role=Role.NURSE, user_id=testing.make_user().pk, organization_id=clinic.organization_id)
    midnight = datetime(2026, 11, 20, 5, tzinfo=UTC)  # 00:00 in Boston
    for n in range(anomalies.NIGHT_READS):
        act(at_work, midnight + timedelta(minutes=n), patient_id=new_id())
        act(nurse, midnight + timedelta(minutes=n), patient_id=new_id())
        act(nurse, midnight + timedelta(hours=10, minutes=n), patient_id=new_id())

    assert found(midnight + timedelta(minutes=30)) == [("at_night", 5)]
    assert found(midnight + timedelta(hours=10, minutes=30)) == []
    assert Anomaly.objects.get().user_id == nurse.user_id


def test_own_family_name_is_found_once_a_month():
    user = testing.make_user(full_name="Ana Muñoz de Souza")
    cousin, stranger = testing.make_patient(last_name="Souza Lima"), testing.make_patient(last_name="Deane")
    reader = Actor(role=Role.NURSE, user_id=user.pk, organization_id=new_id())
    act(reader, NOON, patient_id=cousin.pk)
    act(reader, NOON, patient_id=stranger.pk)

    assert found(NOON + timedelta(minutes=1)) == [("own_family", 1)]
    act(reader, NOON + timedelta(minutes=2), patient_id=cousin.pk)
    assert found(NOON + timedelta(minutes=3)) == []
    assert Anomaly.objects.get().patient_id == cousin.pk


def test_emergency_access_again_and_again_is_found():
    reader = doctor()
    for n in range(3):
        act(reader, NOON + timedelta(hours=n), "break_glass", "BREAK_GLASS", patient_id=new_id())
        assert found(NOON + timedelta(hours=n, minutes=1)) == ([("break_glass", 3)] if n == 2 else [])


def test_failed_sign_ins_of_an_account_and_from_an_address_are_found():
    house = testing.make_organization()
    user = testing.make_member(house, Role.DOCTOR).user
    token = current.set(RequestContext(address="192.0.2.7"))
    for n in range(15):
        about = {"resource_id": user.pk, "organization_id": house.pk} if n < 5 else {}
        act(
            NOBODY, NOON + timedelta(seconds=n), "authentication", "SIGN_IN_FAILED", resource="users",
            outcome="refused", **about,
        )  # fmt: skip
    current.reset(token)

    assert found(NOON + timedelta(minutes=1)) == [("failed_sign_ins", 5)]
    assert Anomaly.objects.get().user_id == user.pk


def test_many_exports_are_found():
    reader = Actor(role=Role.ADMIN, user_id=new_id(), organization_id=new_id())
    for n in range(5):
        act(reader, NOON + timedelta(minutes=n), "export", "EXPORT_PATIENT", patient_id=new_id())

    assert found(NOON + timedelta(minutes=10)) == [("many_exports", 5)]


def test_every_rule_has_a_test():
    assert {*anomalies.RULES} == {
        "many_patients", "at_night", "own_family", "break_glass", "failed_sign_ins", "many_exports",
    }  # fmt: skip
