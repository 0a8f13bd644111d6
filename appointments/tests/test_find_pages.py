"""Finding a doctor: filters in the address, chips, cards with next free times, what helps when nobody is found."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments import day_counts
from appointments.tests.page_client import browser_of, text_of
from appointments.views.asked import point
from clinic import insurers
from vitas import testing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _insurers_as_they_are() -> None:
    insurers.forget()


@pytest.fixture
def reader() -> Client:
    """Reads English, on the clock of the clinics that tests make."""
    client = Client(headers={"accept-language": "en"})
    client.cookies["zone"] = "America/New_York"
    return client


def doctor_at(clinic: Any = None, *, last_name: str, place: dict[str, Any] | None = None, **given: Any) -> Any:
    clinic = clinic or testing.make_clinic()
    doctor = testing.make_doctor(clinic.organization, last_name=last_name, title="", **given)
    made = testing.make_place(clinic, doctor, **(place or {}))
    day_counts.recount_ahead([made.pk], timezone.now())
    return made


def found_on(answer: Any) -> list[str]:
    """The doctors of the cards, in their order, by last name."""
    return re.findall(r'data-doctor="Ana ([^"]+)"', answer.content.decode())


def chips_of(answer: Any) -> dict[str, dict[str, list[str]]]:
    """What each chip's link leads to, by the filter that it takes away."""
    tags = re.findall(r'<a class="chip"\s+href="([^"]+)"\s+data-drop="([^"]+)"', answer.content.decode())
    return {field: parse_qs(urlsplit(link.replace("&amp;", "&")).query) for link, field in tags}


def links_of(answer: Any, words: str) -> list[str]:
    """Where the links lead whose text begins with these words."""
    links = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>\s*(?:<svg.*?</svg>)?\s*([^<]*)', answer.content.decode(), re.S)
    return [link.replace("&amp;", "&") for link, text in links if text.strip().startswith(words)]


def by_htmx(client: Client, target: str, query: dict[str, str]) -> Any:
    return client.get("/doctors", query, headers={"HX-Request": "true", "HX-Target": target})


@pytest.fixture
def three() -> dict[str, Any]:
    boston = testing.make_clinic(name="Harbor", city="Boston")
    quito = testing.make_clinic(name="Andes", city="Quito", latitude=-0.18, longitude=-78.47)
    return {
        "Li": doctor_at(
            boston,
            last_name="Li",
            specialty="cardiology",
            languages=["English", "Spanish"],
            insurances=["Aetna"],
            rating=4,
            place={"fee": 20_000},
        ),
        "Ruiz": doctor_at(
            quito, last_name="Ruiz", languages=["Español"], insurances=["OSDE"], rating=5, place={"fee": 5_000}
        ),
        "Berg": doctor_at(
            boston, last_name="Berg", languages=["Deutsch"], rating=3, place={"accepts_new_patients": False}
        ),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ruiz", "Li", "Berg"]),
        ({"specialty": "cardiology"}, ["Li"]),
        ({"name": "rui"}, ["Ruiz"]),
        ({"location": "boston"}, ["Li", "Berg"]),
        ({"language": "es"}, ["Ruiz", "Li"]),
        ({"language": "de"}, ["Berg"]),
        ({"insurance": "osde"}, ["Ruiz"]),
        ({"fee": "50"}, ["Ruiz"]),
        ({"new": "1"}, ["Ruiz", "Li"]),
        ({"near": "42.36,-71.06", "km": "5"}, ["Li", "Berg"]),
        ({"location": "boston", "language": "es"}, ["Li"]),
        ({"specialty": "urology"}, []),
    ],
)
def test_each_filter_of_the_address_narrows_the_list(reader, three, query, expected):
    assert found_on(reader.get("/doctors", query)) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "soon"),
        ("date", "2001-01-01"),
        ("fee", "-5"),
        ("fee", "cheap"),
        ("language", "xx"),
        ("km", "7"),
        ("km", ""),
        ("sort", "x"),
    ],
)
def test_a_value_that_makes_no_sense_narrows_nothing_and_is_said(reader, three, field, value):
    answer = reader.get("/doctors", {field: value})

    assert answer.status_code == 200
    assert sorted(found_on(answer)) == ["Berg", "Li", "Ruiz"]
    assert chips_of(answer) == {}


@pytest.mark.parametrize("near", ["", "here", "91,0", "0,181", "1e3,2", "42.36", "42.36,-71.06,3", "NaN,1"])
def test_a_point_that_is_none_is_not_asked_for(near):
    assert point(near) is None


def test_a_point_is_kept_to_about_a_hundred_metres(reader, three):
    answer = by_htmx(reader, "result-list", {"near": "42.360123,-71.061987"})

    assert answer.headers["HX-Push-Url"] == "/doctors?near=42.36%2C-71.062"


def test_the_fragment_pushes_an_address_that_another_person_opens_and_sees_the_same(reader, three):
    given = {"specialty": "", "location": "Boston", "name": "", "language": "es", "near": "", "fee": "", "km": "10"}

    fragment = by_htmx(reader, "result-list", given)
    shared = reader.get(fragment.headers["HX-Push-Url"])

    assert fragment.headers["HX-Push-Url"] == "/doctors?location=Boston&language=es"
    assert "<html" not in fragment.content.decode()
    assert found_on(shared) == found_on(fragment) == ["Li"]
    assert 'value="Boston"' in shared.content.decode()


def test_each_filter_is_a_chip_that_leads_to_the_search_without_it(reader, three):
    answer = reader.get("/doctors", {"location": "Boston", "language": "es", "near": "42.36,-71.06", "km": "5"})

    assert chips_of(answer) == {
        "location": {"language": ["es"], "near": ["42.36,-71.06"], "km": ["5"]},
        "language": {"location": ["Boston"], "near": ["42.36,-71.06"], "km": ["5"]},
        "near": {"location": ["Boston"], "language": ["es"]},
    }


def test_the_nearest_stands_first_and_says_how_far_it_is(reader):
    doctor_at(testing.make_clinic(latitude=42.40), last_name="Far")
    doctor_at(testing.make_clinic(latitude=42.364), last_name="Close")

    answer = reader.get("/doctors", {"near": "42.36,-71.06"})

    assert found_on(answer) == ["Close", "Far"]
    assert re.findall(r"<b>([\d.]+ k?m)</b>", answer.content.decode()) == ["450 m", "4.4 km"]


def test_the_soonest_stands_first_where_that_is_asked(reader):
    late = doctor_at(last_name="Late", rating=5, place={"hours": ""})
    soon = doctor_at(last_name="Soon", rating=1)
    day = testing.next_weekday(4, weeks=3)
    late.days.update_or_create(
        date=day, defaults={"first_free": f"{day}T15:00Z", "free_count": 1, "counted_at": timezone.now()}
    )

    asked = {sort: found_on(reader.get("/doctors", {"sort": sort})) for sort in ("", "soonest")}

    assert asked == {"": ["Late", "Soon"], "soonest": ["Soon", "Late"]}
    assert soon.days.filter(free_count__gt=0).exists()


def test_a_card_shows_the_first_real_free_times_as_links_to_book(reader):
    place = doctor_at(last_name="Free", place={"hours": "mon-fri 9-10"})
    tuesday = testing.next_weekday(1)

    answer = reader.get("/doctors", {"date": tuesday.isoformat()})

    first = datetime(tuesday.year, tuesday.month, tuesday.day, 9, tzinfo=ZoneInfo("America/New_York"))
    links = links_of(answer, "9:")
    assert [parse_qs(urlsplit(link).query) for link in links] == [
        {"at": [at.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")], "type": ["consultation"]}
        for at in (first, first + timedelta(minutes=30))
    ]
    assert all(link.startswith(reverse("book", args=[place.pk])) for link in links)


def test_a_time_that_has_just_been_taken_is_not_on_the_card(reader):
    from appointments.tests.cast import Cast

    cast = Cast(extra={"hours": "mon-fri 9-10"})
    cast.book(cast.ana, cast.at(9))
    day_counts.recount_ahead([cast.place.pk], timezone.now())

    answer = reader.get("/doctors", {"date": cast.monday.isoformat()})

    assert len(links_of(answer, "9:00")) == 0
    assert len(links_of(answer, "9:30")) == 1


def test_the_clinics_zone_is_named_where_the_visitors_clock_shows_another_time(reader):
    doctor_at(last_name="Here")
    reader.cookies["zone"] = "Europe/Madrid"

    away = text_of(reader.get("/doctors"))
    reader.cookies["zone"] = "America/New_York"
    here = text_of(reader.get("/doctors"))

    assert "(New York time)" in away
    assert "(New York time)" not in here


def many(count: int) -> None:
    clinic = testing.make_clinic()
    for number in range(count):
        doctor_at(clinic, last_name=f"D{number:02d}", rating=5)


def test_twenty_cards_cost_as_many_queries_as_one(reader):
    many(1)
    reader.get("/doctors")
    with CaptureQueriesContext(connection) as one:
        reader.get("/doctors")
    many(19)

    with CaptureQueriesContext(connection) as twenty:
        answer = reader.get("/doctors")

    assert len(found_on(answer)) == 20
    assert len(twenty) == len(one) == 3


def test_more_doctors_come_below_those_that_are_there(reader):
    many(23)

    first = reader.get("/doctors")
    more = by_htmx(reader, "more", {"page": "2"})
    reloaded = reader.get("/doctors", {"page": "2"})

    assert len(found_on(first)) == 20
    assert "/doctors?page=2" in first.content.decode()
    assert len(found_on(more)) == 3
    assert more.headers["HX-Replace-Url"] == "/doctors?page=2"
    assert found_on(reloaded) == found_on(first) + found_on(more)
    assert len(re.findall(r"data-new", reloaded.content.decode())) == 1


def test_nobody_in_the_city_leads_to_other_cities_with_the_specialty(reader, three):
    answer = reader.get("/doctors", {"specialty": "cardiology", "location": "Quito"})

    assert found_on(answer) == []
    assert links_of(answer, "In Boston") == ["/doctors?specialty=cardiology&location=Boston"]


def test_an_empty_search_says_which_filter_to_drop_and_how_many_there_would_be(reader, three):
    answer = reader.get("/doctors", {"location": "Boston", "language": "es", "insurance": "Unimed"})

    assert links_of(answer, "Without “Unimed”") == ["/doctors?location=Boston&language=es"]
    assert "Without “Unimed” 1 doctor" in text_of(answer)
    assert links_of(answer, "Without “Boston”") == []


def test_a_day_without_time_leads_to_the_next_one_with_some(reader):
    doctor_at(last_name="Weekdays")
    sunday, monday = testing.next_weekday(6), testing.next_weekday(6) + timedelta(days=1)

    answer = reader.get("/doctors", {"date": sunday.isoformat()})

    assert links_of(answer, "Free on Monday") == [f"/doctors?date={monday.isoformat()}"]


def test_nobody_near_leads_to_a_wider_circle(reader):
    doctor_at(testing.make_clinic(latitude=42.50), last_name="Farther")

    answer = reader.get("/doctors", {"near": "42.36,-71.06", "km": "5"})

    assert links_of(answer, "Within 25 km") == ["/doctors?near=42.36%2C-71.06&km=25"]


def test_a_search_that_finds_nobody_asks_few_queries(reader, three, django_assert_max_num_queries):
    asked = {"specialty": "urology", "location": "Quito", "language": "de", "insurance": "none", "fee": "1", "new": "1"}
    reader.get("/doctors", asked)

    with django_assert_max_num_queries(16):
        reader.get("/doctors", {**asked, "date": testing.next_weekday(0).isoformat(), "near": "1,1"})


def test_who_is_not_listed_is_not_found(reader):
    doctor_at(testing.make_clinic(active=False), last_name="Closed")

    assert found_on(reader.get("/doctors")) == []


@pytest.mark.parametrize(("language", "begins"), [("es", "es"), ("pt-br", "pt-br"), ("en", "en")])
def test_the_pages_speak_the_visitors_language(language, begins):
    client = Client(headers={"accept-language": language})
    place = doctor_at(last_name="Free")

    answers = [client.get(path) for path in ("/", "/doctors", reverse("times", args=[place.pk]), "/style/")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [f'<html lang="{begins}">' in answer.content.decode() for answer in answers] == [True] * 4


def test_a_browser_asks_again_for_an_open_page_and_forgets_that_of_a_patient(reader):
    doctor_at(last_name="Free")

    strangers = reader.get("/doctors").headers["Cache-Control"]
    patients = browser_of(testing.make_patient()).get("/doctors").headers["Cache-Control"]

    assert sorted(strangers.split(", ")) == ["max-age=0", "private"]
    assert "no-store" in patients


def test_the_first_page_shows_a_patient_the_next_visit_and_a_stranger_none(reader):
    from appointments.tests.cast import Cast

    cast = Cast()
    cast.book(cast.ana, cast.at(10))
    later = cast.book(cast.ana, cast.at(11, day=cast.monday + timedelta(days=1)))

    patients, strangers = browser_of(cast.ana).get("/"), reader.get("/")

    assert "Your next visit" in text_of(patients)
    assert str(later.pk) not in patients.content.decode()
    assert "Your next visit" not in text_of(strangers)
    assert reverse("find") in strangers.content.decode()


def test_no_third_party_is_asked_for_anything_by_default(reader):
    doctor_at(last_name="Free")

    body = reader.get("/doctors").content.decode()

    assert 'data-tiles=""' in body
    assert re.findall(r'(?:src|href|data-leaflet[a-z-]*)="(https?:)?//[^"]+"', body) == []


def test_a_radius_that_is_left_empty_is_the_usual_one(reader):
    doctor_at(testing.make_clinic(latitude=42.42), last_name="Close")

    answer = reader.get("/doctors", {"near": "42.36,-71.06", "km": ""})

    assert found_on(answer) == ["Close"]
    assert '<option value="10" selected>' in answer.content.decode()


def test_the_days_address_is_a_date_of_today_or_later(reader):
    assert f'min="{date.today().isoformat()}"' in reader.get("/doctors").content.decode()
