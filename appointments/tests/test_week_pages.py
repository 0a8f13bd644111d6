"""A doctor's page: the week of free times, its days and zone, what a visit costs and when the money comes back."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from appointments.tests.cast import Cast
from appointments.tests.page_client import text_of
from appointments.views.week import Week, week_of
from clinic.models import DoctorLicence, DoctorPlace, VisitKind
from vitas import testing

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


@pytest.fixture
def reader() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.cookies["zone"] = "America/New_York"
    return client


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def week(place: Any, first: date | None = None, **given: Any) -> Week:
    place = DoctorPlace.objects.select_related("clinic").get(pk=place.pk)
    return week_of(
        place, first, link=lambda at: at.isoformat(), turn=lambda day: f"from {day}", **({"now": NOW} | given)
    )


def times_of(found: Week) -> dict[date, list[str]]:
    return {day.date: [start.text for part in day.parts for start in part.starts] for day in found.days if day.count}


def slots_on(answer: Any) -> list[str]:
    return re.findall(r'<a class="slot"[^>]*href="([^"]+)"', answer.content.decode())


def test_a_week_has_seven_days_with_the_free_times_of_each():
    place = testing.make_place(hours="mon-fri 9-10")

    found = week(place, date(2026, 3, 4))

    assert [day.date for day in found.days] == [date(2026, 3, 4) + timedelta(days=nth) for nth in range(7)]
    assert times_of(found) == {date(2026, 3, day): ["9:00 AM", "9:30 AM"] for day in (4, 5, 6, 9, 10)}
    assert found.first_free == date(2026, 3, 4)
    assert found.days[0].parts[0].starts[0].address == "2026-03-04T14:00:00+00:00"


def test_a_week_that_is_past_or_too_far_ahead_is_moved_to_where_one_can_book():
    place = testing.make_place()

    past, far = week(place, date(2020, 1, 1)), week(place, date(2030, 1, 1))

    assert (past.first, past.earlier) == (date(2026, 3, 2), None)
    assert (far.first, far.later) == (date(2026, 9, 2), None)
    assert far.count == 12  # of the last day that can be booked


def test_the_weeks_beside_it_are_seven_days_away_but_never_before_today():
    place = testing.make_place()

    found = week(place, date(2026, 3, 5))

    assert (found.earlier.date, found.earlier.address) == (date(2026, 3, 2), "from 2026-03-02")
    assert (found.later.date, found.later.address) == (date(2026, 3, 12), "from 2026-03-12")


def test_an_empty_week_leads_to_the_next_day_with_time():
    place = testing.make_place(hours="")
    doctors_only_day = date(2026, 7, 9)  # a Thursday, four months ahead
    place.hours.create(weekday=3, start_minute=540, minutes=30)
    place.doctor.absences.create(starts_at=NOW - timedelta(days=1), ends_at="2026-07-08T00:00Z")

    found = week(place)

    assert found.count == 0
    assert (found.next_free.date, found.next_free.address) == (doctors_only_day, "from 2026-07-09")


def test_a_doctor_without_hours_has_no_next_day():
    assert week(testing.make_place(hours="")).next_free is None


def test_few_times_stand_without_groups_and_many_by_part_of_the_day():
    few, many = testing.make_place(hours="mon-fri 9-12"), testing.make_place(hours="mon-fri 9-13 17-19")

    assert [part.name for part in week(few).days[0].parts] == [""]
    assert not week(few).grouped
    assert week(many).grouped
    assert [(part.name, len(part.starts)) for part in week(many, date(2026, 3, 4)).days[0].parts] == [
        ("Morning", 6),
        ("Afternoon", 4),
        ("Evening", 2),
    ]


def test_the_hour_that_happens_twice_is_told_apart_and_each_time_leads_to_its_own_instant():
    place = testing.make_place(hours="always", slot_minutes=60)
    VisitKind.objects.create(organization=place.clinic.organization, type="consultation", minutes=60)

    found = week(place, date(2026, 11, 1), now=datetime(2026, 10, 20, 12, tzinfo=UTC))

    night = found.days[0].parts[0].starts
    assert [(start.text, start.again, start.at.hour) for start in night][:4] == [
        ("12:00 AM", False, 4),
        ("1:00 AM", False, 5),
        ("1:00 AM", True, 6),
        ("2:00 AM", False, 7),
    ]
    assert found.notes == ["On Sunday, November 1 clocks go back in New York."]
    assert found.days[0].count == 25


def test_the_week_in_which_clocks_go_forward_keeps_the_wall_time():
    place = testing.make_place(testing.make_clinic(zone="America/Santiago"), hours="always")

    found = week(place, date(2026, 9, 4), now=datetime(2026, 8, 20, 12, tzinfo=UTC))

    saturday, sunday = found.days[1], found.days[2]  # at midnight after Saturday it is one o'clock
    assert (saturday.count, sunday.count) == (48, 46)
    assert sunday.parts[0].starts[0].text == "1:00 AM"
    assert found.notes == ["On Sunday, September 6 clocks go forward in Santiago."]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("America/New_York", ""),
        ("America/Toronto", ""),
        ("", "All times are those of New York, where the clinic is."),
        ("America/Sao_Paulo", "All times are those of New York, where the clinic is. Your clock is 1 h ahead."),
        ("Asia/Kolkata", "All times are those of New York, where the clinic is. Your clock is 9 h 30 min ahead."),
        ("America/Los_Angeles", "All times are those of New York, where the clinic is. Your clock is 3 h behind."),
    ],
)
def test_the_clinics_zone_is_named_when_it_is_not_the_visitors(own, said):
    assert week(testing.make_place(), date(2026, 3, 16), visitor_zone=own).zone_note == said


def test_the_distance_of_clocks_is_not_said_in_a_week_in_which_it_changes():
    found = week(testing.make_place(), date(2026, 3, 6), visitor_zone="America/Sao_Paulo")  # 8 March, New York alone

    assert found.zone_note == "All times are those of New York, where the clinic is."


def test_the_page_shows_who_the_doctor_is_and_what_a_visit_costs(reader):
    place = testing.make_place(
        doctor=testing.make_doctor(
            first_name="Sarah",
            last_name="Johnson",
            languages=["English"],
            insurances=["Aetna"],
            years_of_experience=15,
            education="Boston University",
            bio="Listens.",
        ),
        fee=15_000,
        payment_in_advance=True,
    )
    DoctorLicence.objects.create(doctor=place.doctor, country="US", kind="npi", number="1234567890")

    answer = reader.get(reverse("times", args=[place.pk]))

    text = text_of(answer)
    assert "<title>Sarah Johnson, MD, Family Medicine · Vitas</title>" in answer.content.decode()
    for words in ("USD 150", "If you cancel at least 24 hours before", "NPI 1234567890 (US)", "Aetna", "15 years"):
        assert words in text


def test_a_visit_that_is_paid_at_the_clinic_says_so(reader):
    assert "You pay at the clinic." in text_of(reader.get(reverse("times", args=[testing.make_place().pk])))


def test_each_time_leads_to_booking_it_with_the_kind_that_was_chosen(reader):
    place = testing.make_place(hours="mon-fri 9-11")
    VisitKind.objects.create(organization=place.clinic.organization, type="procedure", minutes=60)
    monday = testing.next_weekday(0)
    page = reverse("times", args=[place.pk])

    usual = slots_on(reader.get(page, {"from": monday.isoformat()}))
    longer = slots_on(reader.get(page, {"from": monday.isoformat(), "type": "procedure"}))

    assert (len(usual), len(longer)) == (20, 15)
    asked = parse_qs(urlsplit(longer[0].replace("&amp;", "&")).query)
    assert asked["type"] == ["procedure"]
    assert longer[0].startswith(reverse("book", args=[place.pk]))


def test_another_week_is_a_fragment_with_the_same_id(reader):
    place = testing.make_place()
    page = reverse("times", args=[place.pk])

    answer = reader.get(page, {"from": "x"}, headers={"HX-Request": "true", "HX-Target": "week"})

    body = answer.content.decode().strip()
    assert body.startswith('<section id="week"')
    assert "<h1" not in body


def test_a_time_that_was_taken_is_gone_from_the_page(reader):
    cast = Cast(extra={"hours": "mon-fri 9-10"})
    page = reverse("times", args=[cast.place.pk])
    before = slots_on(reader.get(page, {"from": cast.monday.isoformat()}))
    cast.book(cast.ana, cast.at(9))

    after = slots_on(reader.get(page, {"from": cast.monday.isoformat()}))

    assert after == before[1:]


def test_a_doctor_with_two_places_has_a_way_to_each(reader):
    first = testing.make_place()
    second = testing.make_place(testing.make_clinic(first.doctor.organization), first.doctor, is_primary=False)

    answers = [reader.get(reverse("times", args=[place.pk])) for place in (first, second)]

    links = [reverse("times", args=[place.pk]) for place in (first, second)]
    for here, answer in zip(links, answers, strict=True):
        tags = re.findall(r'<a href="([^"]+)"\s*(aria-current="page")?>\s*<b>', answer.content.decode())
        assert tags == [(link, 'aria-current="page"' if link == here else "") for link in links]


def test_a_full_week_costs_as_many_queries_as_a_sparse_one(reader):
    sparse, full = testing.make_place(hours="mon-fri 9-10"), testing.make_place(hours="always")
    counts = []
    for place in (sparse, full):
        with CaptureQueriesContext(connection) as asked:
            reader.get(reverse("times", args=[place.pk]), {"from": testing.next_weekday(0).isoformat()})
        counts.append(len(asked))

    assert counts == [6, 6]
