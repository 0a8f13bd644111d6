"""The board of a day: who is in which part, what is offered with each, and what it costs to draw."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from appointments import booking, day_board
from appointments.day_board import Asked
from appointments.models import Appointment, Status
from appointments.payments import desk as payments_desk
from appointments.possible import Act
from appointments.tests.cast import Cast
from clinic.models import StaffPlace
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def desk(cast: Cast) -> Actor:
    return cast.staff_actor(cast.staff(Role.RECEPTIONIST))


def board(cast: Cast, desk: Actor, now: datetime, **asked: Any) -> day_board.Board:
    return day_board.of_day(desk, Asked(on=cast.monday, **asked), now=now)


def names(board: day_board.Board) -> dict[str, list[str]]:
    return {part.name: [row.visit.patient.first_name for row in part.rows] for part in board.shown}


def offered(row: day_board.Row) -> dict[Act, bool]:
    return {possible.act: not possible.why_not for possible in row.acts}


def only_row(cast: Cast, desk: Actor, now: datetime) -> day_board.Row:
    [row] = [row for part in board(cast, desk, now).shown for row in part.rows]
    return row


def test_visits_stand_in_the_part_of_their_state_and_who_waits_first_is_next(cast, desk):
    ana, bruno = cast.book(cast.ana, cast.at(10)), cast.book(cast.bruno, cast.at(9))
    carla = cast.book(testing.make_patient(first_name="Carla"), cast.at(11))
    with time_machine.travel(cast.at(8, 40), tick=False):
        booking.step(appointment_id=ana.pk, to=Status.CHECKED_IN, reason="", by=desk)
    with time_machine.travel(cast.at(8, 50), tick=False):
        booking.step(appointment_id=bruno.pk, to=Status.CHECKED_IN, reason="", by=desk)

    with time_machine.travel(cast.at(9, 15), tick=False):
        shown = board(cast, desk, cast.at(9, 15))

    assert names(shown) == {"waiting": ["Ana", "Bruno"], "expected": ["Carla"]}
    waiting = shown.shown[0].rows
    assert [row.is_next for row in waiting] == [True, False]
    assert [row.is_long_wait for row in waiting] == [True, False]
    assert carla.status == Status.SCHEDULED


def test_counts_are_of_the_whole_day_also_where_one_part_is_shown(cast, desk):
    cast.book(cast.ana, cast.at(9))
    cancelled = cast.book(cast.bruno, cast.at(10))
    booking.cancel(appointment_id=cancelled.pk, reason="", by=desk)

    shown = board(cast, desk, cast.at(8), part="cancelled")

    assert names(shown) == {"cancelled": ["Bruno"]}
    assert {part.name: part.count for part in shown.parts if part.count} == {"expected": 1, "cancelled": 1}
    assert shown.total == 2


def test_board_is_of_the_persons_clinics_that_day_and_as_filtered(cast, desk):
    here = cast.book(cast.ana, cast.at(9))
    elsewhere = testing.make_place(testing.make_clinic(cast.organization), testing.make_doctor(cast.organization))
    away = Cast(place=elsewhere).book(cast.bruno, cast.at(10))
    foreign = Cast()
    foreign.book(foreign.ana, foreign.at(9))
    cast.book(testing.make_patient(), cast.at(9, day=cast.monday + timedelta(days=1)))
    administrator = cast.staff_actor(cast.staff(Role.ADMIN))
    now = cast.at(8)

    def seen(actor: Actor, **asked: Any) -> set[Any]:
        return {row.visit.pk for part in board(cast, actor, now, **asked).shown for row in part.rows}

    assert seen(desk) == {here.pk}
    assert seen(administrator) == {here.pk, away.pk}
    assert seen(administrator, clinic_id=elsewhere.clinic_id) == {away.pk}
    assert seen(administrator, doctor_id=cast.doctor.pk) == {here.pk}


def test_only_what_may_be_done_now_is_offered_and_the_rest_says_why_not(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(15) - timedelta(days=1), tick=False), translation.override("en"):
        day_before = only_row(cast, desk, cast.at(15) - timedelta(days=1))
    with time_machine.travel(cast.at(9, 10), tick=False):
        on_the_day = only_row(cast, desk, cast.at(9, 10))

    assert offered(day_before) == {
        Act.CHECK_IN: False,
        Act.CASH: True,
        Act.ACCEPT: True,
        Act.MOVE: True,
        Act.NO_SHOW: False,
        Act.CANCEL: True,
    }
    assert day_before.acts[0].why_not == "This is possible from the day of the visit."
    assert day_before.main is not None
    assert day_before.main.act == Act.ACCEPT
    assert offered(on_the_day) == {
        Act.CHECK_IN: True,
        Act.CASH: True,
        Act.ACCEPT: True,
        Act.MOVE: False,
        Act.NO_SHOW: True,
        Act.CANCEL: True,
    }
    assert on_the_day.main is not None
    assert (on_the_day.main.act, on_the_day.minutes_late) == (Act.CHECK_IN, 10)
    assert visit.status == Status.SCHEDULED


@pytest.mark.parametrize(
    ("minutes", "offers"), [(1, True), (9, True), (11, False)], ids=["at once", "in time", "too late"]
)
def test_the_last_step_is_offered_back_for_ten_minutes(cast, desk, minutes, offers):
    visit = cast.book(cast.ana, cast.at(9))
    with time_machine.travel(cast.at(8, 30), tick=False):
        booking.step(appointment_id=visit.pk, to=Status.CHECKED_IN, reason="", by=desk)

    with time_machine.travel(cast.at(8, 30 + minutes), tick=False):
        row = only_row(cast, desk, cast.at(8, 30 + minutes))

    assert (row.take_back is not None) == offers


def test_a_doctors_step_and_a_move_are_not_offered_back(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    with time_machine.travel(cast.at(8, 30), tick=False):
        booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(9, 30), reason="", by=desk)
        moved = only_row(cast, desk, cast.at(8, 31))
        doctor = cast.staff_actor(cast.doctor_user)
        booking.step(appointment_id=visit.pk, to=Status.CONFIRMED, reason="", by=doctor)
        accepted = only_row(cast, desk, cast.at(8, 31))

    assert (moved.take_back, accepted.take_back) == (None, None)


def test_a_held_visit_offers_its_payment_until_the_hold_lapses():
    cast = Cast(paid=True)
    actor = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    with time_machine.travel(cast.at(8), tick=False):
        cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(8, 10), tick=False):
        row = only_row(cast, actor, cast.at(8, 10))
    with time_machine.travel(cast.at(8, 20), tick=False):
        lapsed = board(cast, actor, cast.at(8, 20))

    assert row.main is not None
    assert (row.main.act, row.money) == (Act.CASH, "owed")
    assert lapsed.total == 0


def test_a_paid_visit_offers_its_money_back_and_no_second_payment(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    payments_desk.ask_payment(appointment_id=visit.pk, method="cash", by=desk)

    row = only_row(cast, desk, cast.at(8))

    assert row.money == "paid"
    assert Act.CASH not in offered(row)
    assert offered(row)[Act.REFUND]


def test_board_costs_as_many_queries_for_forty_visits_as_for_one():
    cast = Cast()
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            board(cast, desk, cast.at(8))
        return len(queries)

    cast.book(cast.ana, cast.at(9))
    one = cost()
    for _number in range(39):
        place = testing.make_place(cast.clinic, testing.make_doctor(cast.organization, sign_in=False))
        Cast(place=place).book(testing.make_patient(), cast.at(9))

    assert board(cast, desk, cast.at(8)).total == 40
    assert cost() == one


def test_another_organizations_desk_sees_nothing_of_the_day(cast):
    cast.book(cast.ana, cast.at(9))
    stranger = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)
    StaffPlace.objects.create(membership=stranger, clinic=testing.make_clinic(stranger.organization))
    actor = Actor(
        role=Role.RECEPTIONIST,
        user_id=stranger.user_id,
        membership_id=stranger.pk,
        organization_id=stranger.organization_id,
    )

    assert board(cast, actor, cast.at(8)).total == 0
    assert Appointment.objects.count() == 1
