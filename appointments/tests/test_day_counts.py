"""What search shows of a day follows what is booked, and never waits for the night."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from appointments import day_counts, tasks
from appointments.tests.test_slots import MONDAY, NOW, at, claim, place_with
from clinic.models import DoctorDay, DoctorPlace, VisitKind
from vitas import testing
from vitas.common import events

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def days_of(place: DoctorPlace) -> list[tuple[date, datetime | None, int]]:
    return list(DoctorDay.objects.filter(place=place).order_by("date").values_list("date", "first_free", "free_count"))


def test_counts_are_the_free_slots_of_each_day(django_assert_num_queries: Any):
    place = place_with((0, 540, 120))
    claim(place, at(place, MONDAY, "09:00"))

    with django_assert_num_queries(1):
        day_counts.recount([place.pk], MONDAY, TUESDAY, NOW)

    assert days_of(place) == [(MONDAY, at(place, MONDAY, "09:30"), 3), (TUESDAY, None, 0)]


def test_counting_again_replaces_the_count():
    place = place_with((0, 540, 60))
    day_counts.recount([place.pk], MONDAY, MONDAY, NOW)
    claim(place, at(place, MONDAY, "09:00"), minutes=60)

    day_counts.recount([place.pk], MONDAY, MONDAY, NOW)

    assert days_of(place) == [(MONDAY, None, 0)]


def test_count_that_saw_less_does_not_win():
    place = place_with((0, 540, 60))
    DoctorDay.objects.create(place=place, date=MONDAY, free_count=0, counted_at=datetime(2100, 1, 1, tzinfo=UTC))

    day_counts.recount([place.pk], MONDAY, MONDAY, NOW)

    assert days_of(place) == [(MONDAY, None, 0)]


def test_day_is_counted_for_the_usual_visit():
    place = place_with((0, 540, 120))
    VisitKind.objects.create(organization=place.clinic.organization, type="consultation", minutes=60, buffer_after=15)
    claim(place, at(place, MONDAY, "10:30"))

    day_counts.recount([place.pk], MONDAY, MONDAY, NOW)

    assert days_of(place) == [(MONDAY, at(place, MONDAY, "09:00"), 1)]


def test_taken_time_is_counted_when_the_event_comes(django_assert_num_queries: Any):
    place = testing.make_place(hours="always", slot_minutes=480)
    other = testing.make_place(hours="always")
    starts = at(place, MONDAY, "08:00")
    claim(place, starts)
    event = events.TimeChanged(place.doctor_id, starts.isoformat(), (starts + timedelta(minutes=30)).isoformat())
    events.record(event)

    assert events.deliver_due() == 1

    assert days_of(place) == [
        (MONDAY - timedelta(days=1), at(place, MONDAY - timedelta(days=1), "00:00"), 3),
        (MONDAY, at(place, MONDAY, "00:00"), 2),
        (TUESDAY, at(place, TUESDAY, "00:00"), 3),
    ]
    assert days_of(other) == []
    with django_assert_num_queries(2):
        day_counts.time_changed(event)


def test_long_absence_is_counted_to_the_horizon_only():
    place = place_with((0, 540, 60))

    day_counts.time_changed(events.TimeChanged(place.doctor_id, "2020-01-01T00:00:00Z", "2090-01-01T00:00:00+00:00"))

    counted = [day for day, _first, _count in days_of(place)]
    today = NOW.date()
    assert (counted[0], counted[-1]) == (today - timedelta(days=1), today + timedelta(days=59))


def test_sweep_counts_what_was_not_counted_today(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(day_counts, "BATCH", 2)
    places = [place_with((0, 540, 60)) for _ in range(5)]
    DoctorPlace.objects.filter(pk=places[4].pk).update(active=False)
    DoctorDay.objects.create(place=places[0], date=date(2026, 12, 1), free_count=0)
    day_counts.time_changed(events.TimeChanged(places[0].doctor_id, f"{MONDAY}T12:00:00Z", "2090-01-01T00:00:00Z"))

    assert tasks.count_days() == 4
    assert tasks.count_days() == 0

    mondays = [(MONDAY + timedelta(weeks=week), 2) for week in range(9)]
    for place in places[:4]:
        rows = days_of(place)
        assert len(rows) == 62
        assert [(day, free) for day, _first, free in rows if free] == mondays
    assert days_of(places[4]) == []


def test_sweep_goes_on_where_the_last_one_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(day_counts, "BATCH", 1)
    for _ in range(3):
        place_with((0, 540, 60))

    assert [day_counts.sweep(NOW, seconds=-1) for _ in range(4)] == [1, 1, 1, 0]


def test_sweep_costs_one_count_a_batch(django_assert_num_queries: Any):
    for _ in range(3):
        testing.make_place()

    with django_assert_num_queries(4):  # forget, find, count, find no more
        day_counts.sweep(NOW)


def test_next_night_counts_again(time_machine: Any):
    place = place_with((0, 540, 60))
    tasks.count_days()
    time_machine.move_to(datetime.combine(NOW.date() + timedelta(days=1), time(1), UTC))

    assert tasks.count_days() == 1
    assert days_of(place)[-1][0] == NOW.date() + timedelta(days=61)
