"""What a patient reads about who opened their data."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import reading, trail
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)
BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def open_file(actor: Actor, patient_id, at: datetime, action: str = "READ_PATIENT") -> None:
    with time_machine.travel(at, tick=False):
        trail.record(actor, action, category=trail.Category.HEALTH_DATA, resource="patients", patient_id=patient_id)


def test_the_same_act_of_a_day_is_one_line_on_the_patients_clock():
    house = testing.make_organization(name="Clínica Vitas")
    ana = testing.make_member(house, Role.DOCTOR, full_name="Ana Ruiz").user
    doctor = Actor(role=Role.DOCTOR, user_id=ana.pk, organization_id=house.pk)
    patient = new_id()
    open_file(doctor, patient, NOON)
    open_file(doctor, patient, NOON + timedelta(hours=11))  # 23:00 of the same day in Buenos Aires
    open_file(doctor, patient, NOON + timedelta(hours=13))  # the next day there
    open_file(doctor, new_id(), NOON)

    found = reading.openings(patient_ids=[patient], zone=BUENOS_AIRES)

    assert found.before is None
    assert [(row.who, row.role, row.organization, row.what, row.times) for row in found.rows] == [
        ("Ana Ruiz", "doctor", "Clínica Vitas", "opened your file", 1),
        ("Ana Ruiz", "doctor", "Clínica Vitas", "opened your file", 2),
    ]
    assert (found.rows[1].first_at, found.rows[1].at) == (NOON, NOON + timedelta(hours=11))


def test_oneself_is_you_and_can_be_left_out():
    me, patient = testing.make_user(), new_id()
    open_file(Actor(role=Role.PATIENT, user_id=me.pk, patient_id=patient), patient, NOON)
    open_file(Actor(system="sweep"), patient, NOON, action="SOMETHING_NEW")

    all_of_it = reading.openings(patient_ids=[patient], own_users=[me.pk], zone=BUENOS_AIRES)
    others = reading.openings(patient_ids=[patient], own_users=[me.pk], others_only=True, zone=BUENOS_AIRES)

    assert {(row.who, row.role, row.by_oneself) for row in all_of_it.rows} == {
        ("You", "", True),
        ("Vitas, by itself", "", False),
    }
    assert [row.what for row in others.rows] == ["used your health data"]


def test_older_entries_are_asked_for_by_the_last_one_seen(monkeypatch):
    monkeypatch.setattr(reading, "ENTRIES_A_PAGE", 2)
    patient, doctor = new_id(), Actor(role=Role.DOCTOR, user_id=testing.make_user().pk)
    for day in range(3):
        open_file(doctor, patient, NOON + timedelta(days=day))

    newest = reading.openings(patient_ids=[patient], zone=BUENOS_AIRES)
    older = reading.openings(patient_ids=[patient], zone=BUENOS_AIRES, before=newest.before)

    assert [row.at.day for row in newest.rows] == [22, 21]
    assert ([row.at.day for row in older.rows], older.before) == ([20], None)
