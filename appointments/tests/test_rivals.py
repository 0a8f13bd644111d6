"""Many at once: one wins, the others are told, nothing breaks."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, AppointmentStep, TimeClaim
from appointments.tests.cast import Cast
from vitas import testing
from vitas.accounts.actor import PAYMENTS
from vitas.common.errors import Refused
from vitas.common.ids import new_id
from vitas.testing import ApiClient, user_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all of them at the same moment, each on a connection of its own; a refusal is answered by its status."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return act()
        except Refused as refused:
            return refused.status
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_a_hundred_rivals_on_one_slot_one_wins_and_the_rest_get_409():
    cast = Cast()
    local = cast.at(9)
    body = {
        "providerId": str(cast.doctor.pk),
        "startsAt": local.isoformat(),
        "type": "consultation",
        "reason": "A long enough reason",
    }
    clients = [ApiClient(user_of(testing.make_patient())) for _ in range(100)]

    statuses = at_once(
        [lambda client=client: client.send("post", "/api/v1/appointments", body).status_code for client in clients]
    )

    assert Counter(statuses) == {201: 1, 409: 99}
    assert Appointment.objects.count() == 1
    assert TimeClaim.objects.count() == 2


def test_rivals_on_a_slot_with_a_lapsed_hold():
    cast = Cast(paid=True)
    cast.book(cast.ana, cast.at(9))
    rivals = [testing.make_patient() for _ in range(20)]

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        results = at_once([lambda who=who: cast.book(who, cast.at(9)).status for who in rivals])

    assert Counter(results) == {"pending": 1, 409: 19}
    assert Counter(Appointment.objects.values_list("status", flat=True)) == {"expired": 1, "pending": 1}


def test_double_click_books_once():
    cast = Cast()
    mine = new_id()

    results = at_once([lambda: cast.book(cast.ana, cast.at(9), id=mine).pk for _ in range(10)])

    assert set(results) == {mine}
    assert AppointmentStep.objects.count() == 1


def test_one_patient_at_two_doctors_at_the_same_time_gets_one_visit():
    cast, other = Cast(), Cast()

    results = at_once([lambda at=at: at.book(cast.ana, at.at(9)).status for at in (cast, other) for _ in range(5)])

    assert Counter(results) == {"scheduled": 1, 409: 9}


def test_two_who_swap_their_times_do_not_deadlock():
    cast = Cast()
    first, second = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(10))

    def move(visit: Appointment, patient: Any, hour: int) -> Any:
        by = cast.patient_actor(patient)
        return booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(hour), reason="", by=by).status

    results = at_once([lambda: move(first, cast.ana, 10), lambda: move(second, cast.bruno, 9)])

    assert set(results) <= {"scheduled", 409}
    assert TimeClaim.objects.count() == 4


def test_payment_and_lapse_at_the_same_moment_leave_one_truth():
    cast = Cast(paid=True)
    visits = [cast.book(testing.make_patient(), cast.at(9 + index // 2, 30 * (index % 2))) for index in range(6)]

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        acts = [lambda v=v: booking.confirm_paid(appointment_id=v.pk, by=PAYMENTS) for v in visits]
        at_once([*acts, booking.expire_lapsed_holds, booking.expire_lapsed_holds])

    assert set(Appointment.objects.values_list("status", flat=True)) == {"confirmed"}
    assert TimeClaim.objects.filter(held_until=None).count() == 12


def test_of_two_who_check_in_and_cancel_one_wins():
    cast = Cast()
    desk = cast.staff_actor(cast.staff("receptionist"))
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(9, 1)):
        results = at_once(
            [lambda: booking.step(appointment_id=visit.pk, to="no_show", reason="", by=desk).status for _ in range(8)]
        )

    assert Counter(results) == {"no_show": 1, 422: 7}
    assert AppointmentStep.objects.filter(after="no_show").count() == 1
