"""What a change of hours would strand, and moving it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from appointments import booking, stranded
from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from clinic import absences, hours
from clinic.hours import Span
from clinic.models import Absence, Holiday, WeeklyHours
from vitas import testing
from vitas.accounts.models import Role
from vitas.common import events
from vitas.common.errors import NotAllowed
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def doctor(cast):
    return cast.staff_actor(cast.doctor_user)


def away(cast, doctor, start: datetime, end: datetime, accepted=()) -> Absence:
    return stranded.changing(
        lambda: absences.add(doctor_id=cast.doctor.pk, starts_at=start, ends_at=end, place=None, reason="", by=doctor),
        doctor_id=cast.doctor.pk,
        accepted=accepted,
        by=doctor,
    )


def week(cast, doctor, *spans: Span, accepted=()) -> list[Span]:
    return stranded.changing(
        lambda: hours.replace(place=cast.place, spans=spans, seen=hours.version(hours.of(cast.place)), by=doctor),
        doctor_id=cast.doctor.pk,
        accepted=accepted,
        by=doctor,
    )


def test_an_absence_over_visits_is_not_made_and_names_them_in_order(cast, doctor):
    later = cast.book(cast.bruno, cast.at(11))
    first = cast.book(cast.ana, cast.at(9))
    cast.book(cast.ana, cast.at(14))

    with pytest.raises(stranded.Strands) as refused:
        away(cast, doctor, cast.at(8), cast.at(12))

    assert [row.visit for row in refused.value.stranded] == [first, later]
    assert not Absence.objects.exists()
    assert Appointment.objects.filter(status=Status.SCHEDULED).count() == 3


def test_an_absence_that_touches_a_visit_strands_nothing(cast, doctor):
    cast.book(cast.ana, cast.at(9))

    away(cast, doctor, cast.at(9, 30), cast.at(12))

    assert Absence.objects.count() == 1


def test_what_was_seen_may_be_left_booked_and_is_not_named_again(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))

    absence = away(cast, doctor, cast.at(8), cast.at(12), accepted=[visit.pk])
    longer = stranded.changing(
        lambda: absences.change(
            absence_id=absence.pk,
            starts_at=absence.starts_at,
            ends_at=cast.at(13),
            place=None,
            reason="",
            seen=absences.version(absence),
            by=doctor,
        ),
        doctor_id=cast.doctor.pk,
        by=doctor,
    )

    visit.refresh_from_db()
    assert (visit.status, visit.starts_at) == (Status.SCHEDULED, cast.at(9))
    assert longer.ends_at == cast.at(13)
    assert stranded.outside(cast.doctor.pk, datetime.now(UTC)) == [visit.pk]


def test_a_visit_booked_after_the_person_looked_is_named(cast, doctor):
    seen = cast.book(cast.ana, cast.at(9))
    fresh = cast.book(cast.bruno, cast.at(10))

    with pytest.raises(stranded.Strands) as refused:
        away(cast, doctor, cast.at(8), cast.at(12), accepted=[seen.pk])

    assert [row.id for row in refused.value.stranded] == [seen.pk, fresh.pk]


def test_shorter_hours_strand_and_longer_ones_do_not(cast, doctor):
    visit = cast.book(cast.ana, cast.at(11, 30))
    rest = [span for span in hours.of(cast.place) if span != Span(0, 540, 180)]

    week(cast, doctor, *rest, Span(0, 480, 240))
    with pytest.raises(stranded.Strands) as refused:
        week(cast, doctor, *rest, Span(0, 480, 210))

    assert [row.id for row in refused.value.stranded] == [visit.pk]
    assert Span(0, 480, 240) in hours.of(cast.place)


def test_no_hours_at_all_strand_every_visit(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))

    with pytest.raises(stranded.Strands) as refused:
        week(cast, doctor)

    assert [(row.id, row.times) for row in refused.value.stranded] == [(visit.pk, [])]


def test_a_visit_over_midnight_stands_while_both_sides_are_open(doctor, cast):
    WeeklyHours.objects.filter(place=cast.place).delete()
    WeeklyHours.objects.create(place=cast.place, weekday=0, start_minute=22 * 60, minutes=240)
    visit = cast.book(cast.ana, cast.at(23, 30), minutes=60)

    week(cast, doctor, Span(0, 22 * 60, 120), Span(1, 0, 120))
    with pytest.raises(stranded.Strands) as refused:
        week(cast, doctor, Span(0, 22 * 60, 120))

    assert [row.id for row in refused.value.stranded] == [visit.pk]


def test_past_cancelled_and_lapsed_visits_are_not_named_but_a_hold_is_without_a_name(doctor, cast):
    cast.place.payment_in_advance = True
    cast.place.save()
    held = cast.book(cast.ana, cast.at(9))
    lapsed = cast.book(cast.bruno, cast.at(10))
    Appointment.objects.filter(pk=lapsed.pk).update(hold_ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    gone = cast.book(cast.ana, cast.at(11))
    booking.cancel(appointment_id=gone.pk, reason="no longer needed", by=cast.patient_actor(cast.ana))

    with pytest.raises(stranded.Strands) as refused:
        away(cast, doctor, cast.at(8), cast.at(12))

    [row] = refused.value.stranded
    assert (row.id, row.visit, row.movable, row.times) == (held.pk, None, False, [])


def test_a_holiday_strands_as_an_absence_does(cast):
    visit = cast.book(cast.ana, cast.at(9))
    now = datetime.now(UTC)
    before = stranded.outside(cast.doctor.pk, now)

    Holiday.objects.create(organization=cast.organization, date=cast.monday, name="Closed")

    assert (before, stranded.outside(cast.doctor.pk, now)) == ([], [visit.pk])


@pytest.mark.parametrize(
    ("day", "wall", "hours_there"),
    [
        # Clocks of Boston go forward on 14 March and back on 7 November 2027: a span over the night is really
        # shorter, or longer, and a visit by its end still lies within it.
        (date(2027, 3, 14), "2027-03-14T08:30Z", Span(6, 0, 300)),
        (date(2027, 11, 7), "2027-11-07T09:30Z", Span(6, 0, 300)),
        (date(2027, 11, 7), "2027-11-07T06:30Z", Span(6, 0, 120)),
    ],
)
def test_visits_around_a_clock_change_lie_within_the_hours_of_that_day(day, wall, hours_there):
    with time_machine.travel(datetime.combine(day - timedelta(days=9), datetime.min.time(), UTC)):
        cast = Cast()
        doctor = cast.staff_actor(cast.doctor_user)
        WeeklyHours.objects.filter(place=cast.place).delete()
        WeeklyHours.objects.create(place=cast.place, weekday=6, start_minute=0, minutes=1440)
        visit = cast.book(cast.ana, datetime.fromisoformat(wall))

        stands = week(cast, doctor, hours_there)
        with pytest.raises(stranded.Strands) as refused:
            week(cast, doctor, Span(6, 0, hours_there.minutes - 60))

    assert stands == [hours_there]
    assert [row.id for row in refused.value.stranded] == [visit.pk]


def test_other_times_are_free_under_the_change_and_no_first_is_given_twice(cast, doctor):
    visits = [cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(9, 30))]

    with pytest.raises(stranded.Strands) as refused:
        away(cast, doctor, cast.at(8), cast.at(16))

    first, second = refused.value.stranded
    assert [first.visit, second.visit] == visits
    assert first.times[:3] == [cast.at(16), cast.at(16, 30), cast.at(9, day=cast.monday + timedelta(days=1))]
    assert second.times[0] == cast.at(16, 30)
    assert len(first.times) == stranded.OFFERED


def test_stranded_visits_move_and_their_patients_are_told(cast, doctor):
    ana, bruno = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(10))
    away(cast, doctor, cast.at(8), cast.at(12), accepted=[ana.pk, bruno.pk])

    moved = stranded.move({ana.pk: cast.at(14), bruno.pk: cast.at(11)}, doctor_id=cast.doctor.pk, by=doctor)
    again = stranded.move({ana.pk: cast.at(14)}, doctor_id=cast.doctor.pk, by=doctor)
    events.deliver_due()

    assert [(row.visit, row.why_not) for row in moved] == [
        (ana, ""),
        (bruno, "The doctor does not receive at this time. Choose one of the free times."),
    ]
    assert [row.why_not for row in again] == [""]
    ana.refresh_from_db()
    assert (ana.starts_at, ana.steps.latest("pk").by_role) == (cast.at(14), Role.DOCTOR)
    assert OutboxMessage.objects.filter(template="booking_moved", address=cast.ana.phone).count() == 1


def test_a_visit_within_hours_is_not_the_doctors_to_move(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))

    [moved] = stranded.move({visit.pk: cast.at(14)}, doctor_id=cast.doctor.pk, by=doctor)

    visit.refresh_from_db()
    assert (moved.why_not, visit.starts_at) == ("This visit is no longer outside your hours.", cast.at(9))


def test_nobody_moves_another_doctors_visits(cast):
    visit = cast.book(cast.ana, cast.at(9))
    Absence.objects.create(doctor=cast.doctor, starts_at=cast.at(8), ends_at=cast.at(12))
    colleague = testing.make_doctor(cast.organization).membership.user

    for user in (colleague, cast.staff(Role.NURSE), cast.staff(Role.RECEPTIONIST)):
        with pytest.raises(NotAllowed):
            stranded.move({visit.pk: cast.at(14)}, doctor_id=cast.doctor.pk, by=cast.staff_actor(user))

    other = cast.staff_actor(colleague)
    assert stranded.move({visit.pk: cast.at(14)}, doctor_id=other.doctor_id, by=other) == []


def test_looking_costs_the_same_for_one_visit_and_for_many(cast, doctor, django_assert_max_num_queries):
    visits = [cast.book(testing.make_patient(), cast.at(9 + at // 2, 30 * (at % 2))) for at in range(6)]
    now = datetime.now(ZoneInfo("UTC"))

    with django_assert_max_num_queries(5):
        rows = stranded.described([visit.pk for visit in visits], by=doctor, now=now)

    assert len(rows) == 6
