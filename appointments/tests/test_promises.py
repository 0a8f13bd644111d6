"""What PostgreSQL refuses, whatever the code above it does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from appointments.models import Appointment, AppointmentStep, TimeClaim
from vitas import testing

pytestmark = pytest.mark.django_db

NINE = datetime(2027, 1, 4, 14, tzinfo=UTC)


def make_visit(**given: object) -> Appointment:
    place = testing.make_place()
    fields = {
        "organization": place.clinic.organization,
        "clinic": place.clinic,
        "doctor": place.doctor,
        "place": place,
        "patient": testing.make_patient(),
        "starts_at": NINE,
        "ends_at": NINE + timedelta(minutes=30),
        "status": "scheduled",
        "fee": 100,
        "currency": "USD",
        "payment_in_advance": False,
        "booked_by_role": "patient",
    }
    return Appointment.objects.create(**(fields | given))


def test_time_is_claimed_once():
    visit = make_visit()
    span = (NINE, NINE + timedelta(minutes=30))
    TimeClaim.objects.create(resource=visit.doctor_id, span=span, appointment=visit)

    with pytest.raises(IntegrityError, match="time_is_claimed_once"), transaction.atomic():
        TimeClaim.objects.create(resource=visit.doctor_id, span=span, appointment=visit)

    TimeClaim.objects.create(resource=visit.doctor_id, span=span, lane=1, appointment=visit)
    assert TimeClaim.objects.filter(resource=visit.doctor_id).count() == 2


@pytest.mark.parametrize("stranger", ["organization", "clinic", "doctor"])
def test_visit_is_at_a_place_of_its_doctor_clinic_and_organization(stranger):
    elsewhere = testing.make_place()
    given = {
        "organization": elsewhere.clinic.organization,
        "clinic": elsewhere.clinic,
        "doctor": elsewhere.doctor,
    }

    with pytest.raises(IntegrityError, match="visit_at_"), transaction.atomic():
        make_visit(**{stranger: given[stranger]})

    assert Appointment.objects.count() == 0


def test_hold_without_an_end_is_refused():
    with pytest.raises(IntegrityError, match="only_a_hold_ends"), transaction.atomic():
        make_visit(status="pending")


def test_steps_are_never_changed():
    step = AppointmentStep.objects.create(appointment=make_visit(), after="scheduled", by_role="patient")

    with pytest.raises(DatabaseError), transaction.atomic():
        AppointmentStep.objects.filter(pk=step.pk).update(after="cancelled")
    with pytest.raises(DatabaseError), transaction.atomic():
        step.delete()

    assert AppointmentStep.objects.get().after == "scheduled"


def test_application_owns_nothing():
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        owned = cursor.fetchone()[0]

    assert owned == 0


def test_reason_is_sealed_at_rest_and_plain_to_the_reader():
    visit = make_visit(reason="Headache since Monday")

    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM appointments_appointment")
        stored = bytes(cursor.fetchone()[0])

    assert b"Headache" not in stored
    assert Appointment.objects.get().reason == "Headache since Monday"
    assert visit.reason == "Headache since Monday"
