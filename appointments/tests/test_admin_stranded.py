"""A manager who changes a doctor's time in the admin hears which visits are outside of it now."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from clinic.models import Absence
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cast = Cast()
    with time_machine.travel(cast.at(8), tick=False):
        yield cast


def be_away(client: Client, cast: Cast, since: int, until: int) -> str:
    """The doctor is entered as absent; what is said then."""
    asked = {
        "doctor": cast.doctor.pk,
        "begins": f"{cast.monday}T{since:02d}:00",
        "ends": f"{cast.monday}T{until:02d}:00",
        "reason": "",
    }
    answer = client.post(reverse("admin:clinic_absence_add"), asked, follow=True)
    assert Absence.objects.count() == 1, answer.content
    return " ".join(answer.content.decode().split())


def test_manager_hears_which_visits_an_absence_leaves_outside_and_moves_them_from_there(cast):
    manager = testing.browser(cast.staff(Role.ADMIN))
    visit = cast.book(cast.ana, cast.at(10))

    said = be_away(manager, cast, 9, 12)

    assert "one visit is outside the hours now" in said
    assert cast.ana.full_name in said
    assert f'href="{reverse("admin:day-move", args=[visit.pk])}"' in said
    assert Appointment.objects.get().status == Status.SCHEDULED
    assert AuditEntry.objects.filter(action="READ_APPOINTMENT", details__ids=[str(visit.pk)]).exists()


def test_nothing_is_said_where_all_visits_are_within_the_hours(cast):
    manager = testing.browser(cast.staff(Role.ADMIN))
    cast.book(cast.ana, cast.at(10))

    assert "outside the hours" not in be_away(manager, cast, 14, 16)


def test_operator_hears_nothing_of_anybodys_visits(cast):
    operator = testing.browser(testing.make_user(is_operator=True))
    cast.book(cast.ana, cast.at(10))

    said = be_away(operator, cast, 9, 12)

    assert "outside the hours" not in said
    assert cast.ana.full_name not in said
