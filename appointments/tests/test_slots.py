"""Free time, rule by rule."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appointments import slots
from appointments.models import Appointment, TimeClaim
from clinic.models import Absence, DoctorPlace, Holiday, VisitKind, WeeklyHours
from vitas import testing
from vitas.common.errors import Invalid

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
BOSTON = "America/New_York"


def place_with(*hours: tuple[int, int, int], zone: str = BOSTON, **given: Any) -> DoctorPlace:
    """A place whose weekly hours are (weekday, start minute, minutes)."""
    place = testing.make_place(testing.make_clinic(zone=zone), hours="", **given)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(place=place, weekday=weekday, start_minute=start, minutes=minutes)
        for weekday, start, minutes in hours
    )
    return place


def claim(place: DoctorPlace, starts_at: datetime, minutes: int = 30, **given: Any) -> TimeClaim:
    visit = Appointment.objects.create(
        organization=place.clinic.organization,
        clinic=place.clinic,
        doctor=place.doctor,
        place=place,
        patient=testing.make_patient(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        status="scheduled",
        fee=0,
        currency="USD",
        payment_in_advance=False,
        booked_by_role="patient",
    )
    span = (starts_at, starts_at + timedelta(minutes=minutes))
    return TimeClaim.objects.create(resource=place.doctor_id, span=span, appointment=visit, **given)


def at(place: DoctorPlace, day: date, text: str, fold: int = 0) -> datetime:
    zone = ZoneInfo(place.clinic.zone)
    return datetime.combine(day, time.fromisoformat(text), zone).replace(fold=fold).astimezone(UTC)


def listed(
    place: DoctorPlace, day: date, minutes: int = 30, *, until: date | None = None, now: datetime = NOW, **given: int
) -> list[str]:
    """Local times of the free slots, with the date where it is not `day`."""
    zone = ZoneInfo(place.clinic.zone)
    found = slots.free_slots([place.pk], day, until or day, minutes=minutes, now=now, **given)
    for slot in found:
        assert slots.check_start(place, slot.starts_at, minutes, now=now, **given).state == "free"
    walls = [slot.starts_at.astimezone(zone) for slot in found]
    return [wall.strftime("%H:%M" if wall.date() == day else "%m-%d %H:%M") for wall in walls]


def test_day_shows_the_grid_within_hours():
    place = testing.make_place()

    assert listed(place, MONDAY) == [
        *["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"],
        *["14:00", "14:30", "15:00", "15:30", "16:00", "16:30"],
    ]
    assert listed(place, date(2027, 1, 3)) == []


def test_slot_is_in_utc_and_as_long_as_asked():
    place = place_with((0, 540, 60))

    found = slots.free_slots([place.pk], MONDAY, MONDAY, minutes=45, now=NOW)

    assert found == [
        slots.Slot(place.pk, datetime(2027, 1, 4, 14, tzinfo=UTC), datetime(2027, 1, 4, 14, 45, tzinfo=UTC))
    ]


def test_longer_visit_starts_on_the_grid_and_needs_the_time_behind():
    place = place_with((0, 540, 180))
    claim(place, at(place, MONDAY, "11:00"))

    assert listed(place, MONDAY, 60) == ["09:00", "09:30", "10:00"]
    assert listed(place, MONDAY, 20) == ["09:00", "09:30", "10:00", "10:30", "11:30"]


def test_adjacent_spans_are_one_stretch_with_two_grids():
    place = place_with((0, 540, 45), (0, 585, 60))

    assert listed(place, MONDAY) == ["09:00", "09:30", "09:45", "10:15"]
    assert listed(place, MONDAY, 60) == ["09:00", "09:30", "09:45"]


def test_start_that_two_spans_share_is_listed_once():
    place = place_with((0, 540, 120), (0, 600, 120))

    assert listed(place, MONDAY, 60) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_span_across_midnight_gives_slots_of_both_dates():
    place = place_with((0, 22 * 60, 240), slot_minutes=60)

    assert listed(place, MONDAY, 60) == ["22:00", "23:00"]
    assert listed(place, MONDAY + timedelta(days=1), 60) == ["00:00", "01:00"]


def test_round_the_clock_has_no_seam_at_midnight():
    place = testing.make_place(hours="always")

    assert listed(place, MONDAY, 90)[-3:] == ["22:30", "23:00", "23:30"]
    assert len(listed(place, MONDAY)) == 48


def test_buffers_reach_outside_hours_but_not_into_claims_or_absences():
    place = place_with((0, 540, 180))
    claim(place, at(place, MONDAY, "10:00"))
    Absence.objects.create(
        doctor=place.doctor, starts_at=at(place, MONDAY, "12:00"), ends_at=at(place, MONDAY, "13:00")
    )

    assert listed(place, MONDAY) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    assert listed(place, MONDAY, buffer_before=15) == ["09:00", "09:30", "11:00", "11:30"]
    assert listed(place, MONDAY, buffer_after=15) == ["09:00", "10:30", "11:00"]


def test_lapsed_hold_is_free_at_once():
    place = place_with((0, 540, 90))
    claim(place, at(place, MONDAY, "09:00"), held_until=NOW)
    claim(place, at(place, MONDAY, "09:30"), held_until=NOW + timedelta(seconds=1))
    claim(place, at(place, MONDAY, "10:00"), lane=1)

    assert listed(place, MONDAY) == ["09:00", "10:00"]


def test_claim_at_one_place_takes_the_doctors_time_at_all():
    here = place_with((0, 540, 60))
    there = testing.make_place(testing.make_clinic(here.clinic.organization), here.doctor, hours="", is_primary=False)
    WeeklyHours.objects.create(place=there, weekday=0, start_minute=540, minutes=60)
    claim(here, at(here, MONDAY, "09:00"))

    found = slots.free_slots([here.pk, there.pk], MONDAY, MONDAY, minutes=30, now=NOW)

    assert {slot.place_id for slot in found} == {here.pk, there.pk}
    assert {slot.starts_at for slot in found} == {at(here, MONDAY, "09:30")}


def test_absence_counts_at_its_place_or_at_all():
    here = place_with((0, 540, 60))
    there = testing.make_place(testing.make_clinic(here.clinic.organization), here.doctor, hours="", is_primary=False)
    WeeklyHours.objects.create(place=there, weekday=0, start_minute=540, minutes=60)
    away = {"doctor": here.doctor, "starts_at": at(here, MONDAY, "09:00")}
    Absence.objects.create(place=there, ends_at=at(here, MONDAY, "10:00"), **away)
    Absence.objects.create(ends_at=at(here, MONDAY, "09:10"), **away)

    assert listed(here, MONDAY) == ["09:30"]
    assert listed(there, MONDAY) == []


def test_holiday_closes_whole_local_days_of_its_clinic_or_organization():
    place = place_with((0, 22 * 60, 240), slot_minutes=60)
    organization = place.clinic.organization
    Holiday.objects.create(organization=organization, date=MONDAY + timedelta(days=1), name="Fair")
    Holiday.objects.create(
        organization=organization, clinic=testing.make_clinic(organization), date=MONDAY, name="Elsewhere"
    )
    Holiday.objects.create(organization=testing.make_organization(), date=MONDAY, name="Others'")

    assert listed(place, MONDAY, 60, until=MONDAY + timedelta(days=1)) == ["22:00", "23:00"]
    assert listed(place, MONDAY, 90) == ["22:00"]

    Holiday.objects.create(organization=organization, clinic=place.clinic, date=MONDAY, name="Ours")
    assert listed(place, MONDAY, 60, until=MONDAY + timedelta(days=1)) == []


def test_today_shows_only_what_is_later_than_now():
    place = place_with((0, 540, 120))

    assert listed(place, MONDAY, now=at(place, MONDAY, "09:30")) == ["10:00", "10:30"]
    assert listed(place, MONDAY, now=at(place, MONDAY, "09:29")) == ["09:30", "10:00", "10:30"]
    assert listed(place, MONDAY, now=at(place, MONDAY + timedelta(days=1), "00:00")) == []


def test_six_calendar_months_bound_the_list():
    place = testing.make_place(hours="always", slot_minutes=480)
    now = at(place, date(2026, 8, 31), "20:00")

    assert listed(place, date(2027, 2, 28), 480, until=date(2027, 3, 1), now=now) == ["00:00", "08:00", "16:00"]
    assert listed(place, date(2027, 3, 1), 480, now=now) == []


def test_only_listed_places_are_shown():
    place = place_with((0, 540, 60))
    DoctorPlace.objects.filter(pk=place.pk).update(active=False)

    assert listed(place, MONDAY) == []
    assert slots.check_start(place, at(place, MONDAY, "09:00"), 30, now=NOW).state == "closed"


def test_more_than_62_days_are_refused():
    with pytest.raises(Invalid) as refused:
        slots.free_slots([], MONDAY, MONDAY + timedelta(days=62), minutes=30, now=NOW)

    assert [problem.field for problem in refused.value.problems] == ["end_date"]


def test_start_is_free_taken_or_closed(django_assert_num_queries: Any):
    place = place_with((0, 540, 120))
    claim(place, at(place, MONDAY, "09:30"))

    def state(text: str, minutes: int = 30, **given: int) -> str:
        with django_assert_num_queries(1):
            return slots.check_start(place, at(place, MONDAY, text), minutes, now=NOW, **given).state

    assert state("09:00") == "free"
    assert state("09:30") == "taken"
    assert state("09:00", 60) == "taken"
    assert state("09:00", buffer_after=1) == "taken"
    assert state("09:10") == "closed"
    assert state("09:00", 180) == "closed"
    assert state("11:00") == "closed"
    assert state("08:30") == "closed"


def test_checked_start_says_how_long_the_visit_is():
    place = place_with((0, 540, 240))
    VisitKind.objects.create(
        organization=place.clinic.organization, type="procedure", minutes=90, buffer_before=10, buffer_after=20
    )
    start = at(place, MONDAY, "09:30")

    kinds = slots.check_start(place, start, type="procedure", now=NOW)
    asked = slots.check_start(place, start, 45, type="procedure", now=NOW)
    usual = slots.check_start(place, start, type="telehealth", now=NOW)

    assert kinds == ("free", slots.Visit(90, 10, 20))
    assert asked == ("free", slots.Visit(45, 10, 20))
    assert usual == ("free", slots.Visit(30, 0, 0))


def test_one_statement_whatever_is_asked(django_assert_num_queries: Any):
    places = [testing.make_place().pk for _ in range(3)]

    with django_assert_num_queries(1):
        found = slots.free_slots(places, MONDAY, MONDAY + timedelta(days=61), minutes=30, now=NOW)

    assert len(found) == 3 * 12 * 45


def test_visit_takes_what_is_asked_or_its_kind_or_half_an_hour(django_assert_num_queries: Any):
    place = testing.make_place()
    VisitKind.objects.create(
        organization=place.clinic.organization, type="procedure", minutes=90, buffer_before=10, buffer_after=20
    )

    with django_assert_num_queries(1):
        assert slots.visit_minutes(place, "procedure", None) == slots.Visit(90, 10, 20)
    assert slots.visit_minutes(place, "procedure", 45) == slots.Visit(45, 10, 20)
    assert slots.visit_minutes(place, "telehealth", None) == slots.Visit(30, 0, 0)
    assert slots.visit_minutes(place, "telehealth", 480) == slots.Visit(480, 0, 0)
    for asked in (4, 481, 0, -30):
        with pytest.raises(Invalid) as refused:
            slots.visit_minutes(place, "telehealth", asked)
        assert [problem.field for problem in refused.value.problems] == ["duration"]
