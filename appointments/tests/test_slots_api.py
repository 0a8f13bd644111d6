"""Free times over the API: S0's, S3's and S4's three addresses."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from appointments.tests.test_slots import MONDAY, NOW, at, claim, place_with
from clinic.models import DoctorPlace, VisitKind, WeeklyHours
from vitas import testing

pytestmark = pytest.mark.django_db

NINE = {"time": "09:00 AM", "startsAt": "2027-01-04T14:00:00Z", "endsAt": "2027-01-04T14:30:00Z"}
HALF_PAST = {"time": "09:30 AM", "startsAt": "2027-01-04T14:30:00Z", "endsAt": "2027-01-04T15:00:00Z"}


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def place() -> DoctorPlace:
    return place_with((0, 540, 60))


def availability(client: Any, doctor_id: object, **query: object) -> HttpResponse:
    return client.get(f"/api/v1/doctors/{doctor_id}/availability", query)


def problems(answer: Any) -> list[str]:
    assert answer.status_code == 400
    return [problem["field"] for problem in answer.json()["error"]["details"]]


def test_availability_of_a_day(api: Any, place: DoctorPlace, django_assert_num_queries: Any):
    with django_assert_num_queries(1):
        answer = availability(api(), place.doctor_id, date="2027-01-04")

    assert answer.status_code == 200
    assert answer.json() == {
        "date": "2027-01-04",
        "doctorId": str(place.doctor_id),
        "timeZone": "America/New_York",
        "slots": [NINE, HALF_PAST],
    }
    assert answer["Cache-Control"] == "private, max-age=60"


def test_slots_are_the_bare_list_under_both_mounts(api: Any, place: DoctorPlace, django_assert_num_queries: Any):
    for mount in ("/api", "/api/v1"):
        with django_assert_num_queries(1):
            answer = api().get(f"{mount}/appointments/slots", {"doctorId": place.doctor_id, "date": "2027-01-04"})

        assert (answer.status_code, answer.json()) == (200, [NINE, HALF_PAST])
        assert answer["Cache-Control"] == "private, max-age=60"


def test_available_slots_are_times_alone_for_who_is_signed_in(
    api: Any, place: DoctorPlace, django_assert_num_queries: Any
):
    client = api(testing.user_of(testing.make_patient()))
    address = f"/api/v1/providers/{place.doctor_id}/available-slots"

    with django_assert_num_queries(1):
        answer = client.get(address, {"date": "2027-01-04"})

    assert answer.status_code == 200
    assert answer.json() == {
        "date": "2027-01-04",
        "providerId": str(place.doctor_id),
        "slots": ["09:00 AM", "09:30 AM"],
    }
    assert answer["Cache-Control"] == "private, max-age=60"
    assert client.get(address, {"date": "2027-01-04", "duration": 60}).json()["slots"] == ["09:00 AM"]
    refused = api().get(address, {"date": "2027-01-04"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "AUTHENTICATION_ERROR")


def test_dead_token_is_told_also_where_none_is_needed(place: DoctorPlace, api: Any):
    answer = api().get(
        f"/api/v1/doctors/{place.doctor_id}/availability",
        {"date": "2027-01-04"},
        headers={"authorization": "Bearer dead"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTHENTICATION_ERROR")


def test_taken_time_and_past_days_are_not_listed(api: Any, place: DoctorPlace):
    claim(place, at(place, MONDAY, "09:00"))

    assert availability(api(), place.doctor_id, date="2027-01-04").json()["slots"] == [HALF_PAST]
    for day in ("2026-12-28", "2027-07-05", "0001-01-01", "9999-12-31", "2027-01-05"):
        answer = availability(api(), place.doctor_id, date=day)
        assert (answer.status_code, answer.json()["slots"]) == (200, [])


def test_span_lists_every_day(api: Any, place: DoctorPlace, django_assert_num_queries: Any):
    expected = {
        "date": "2027-01-03",
        "doctorId": str(place.doctor_id),
        "timeZone": "America/New_York",
        "days": [
            {"date": "2027-01-03", "slots": []},
            {"date": "2027-01-04", "slots": [NINE, HALF_PAST]},
            {"date": "2027-01-05", "slots": []},
        ],
    }

    with django_assert_num_queries(1):
        by_end = availability(api(), place.doctor_id, date="2027-01-03", endDate="2027-01-05")

    assert (by_end.status_code, by_end.json()) == (200, expected)
    assert availability(api(), place.doctor_id, date="2027-01-03", days=3).json() == expected
    assert len(availability(api(), place.doctor_id, date="2027-01-03", days=62).json()["days"]) == 62
    assert availability(api(), place.doctor_id, date="9999-12-31", days=62).json()["days"] == [
        {"date": "9999-12-31", "slots": []}
    ]


def test_instant_means_its_date(api: Any, place: DoctorPlace):
    answer = availability(api(), place.doctor_id, date="2027-01-04T00:00:00.000Z")

    assert (answer.json()["date"], answer.json()["slots"]) == ("2027-01-04", [NINE, HALF_PAST])


def test_length_is_asked_or_the_kinds_or_half_an_hour(api: Any):
    place = place_with((0, 540, 60))
    organization = place.clinic.organization
    VisitKind.objects.create(organization=organization, type="procedure", minutes=60)
    VisitKind.objects.create(organization=organization, type="consultation", minutes=45)

    def ends(**query: object) -> list[str]:
        slots = availability(api(), place.doctor_id, date="2027-01-04", **query).json()["slots"]
        return [slot["endsAt"][11:16] for slot in slots]

    assert ends() == ["14:45"]
    assert ends(type="procedure") == ["15:00"]
    assert ends(type="telehealth") == ["14:30", "15:00"]
    assert ends(type="procedure", duration=10) == ["14:10", "14:40"]


def test_place_is_the_primary_or_the_clinic_that_is_asked_for(api: Any, place: DoctorPlace):
    clinic = testing.make_clinic(place.clinic.organization, zone="America/Sao_Paulo")
    other = testing.make_place(clinic, place.doctor, hours="", is_primary=False)
    WeeklyHours.objects.create(place=other, weekday=0, start_minute=600, minutes=30)

    def zone_and_times(**query: object) -> tuple[str, list[str]]:
        answer = availability(api(), place.doctor_id, date="2027-01-04", **query).json()
        return answer["timeZone"], [slot["time"] for slot in answer["slots"]]

    assert zone_and_times() == ("America/New_York", ["09:00 AM", "09:30 AM"])
    assert zone_and_times(clinicId=clinic.pk) == ("America/Sao_Paulo", ["10:00 AM"])
    assert zone_and_times(clinic_id=clinic.pk) == ("America/Sao_Paulo", ["10:00 AM"])
    assert problems(availability(api(), place.doctor_id, date="2027-01-04", clinicId=uuid4())) == ["clinicId"]
    DoctorPlace.objects.filter(pk=place.pk).update(active=False)
    assert zone_and_times() == ("America/Sao_Paulo", ["10:00 AM"])


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, ["date"]),
        ({"date": ""}, ["date"]),
        ({"date": "2027-02-30"}, ["date"]),
        ({"date": "tomorrow"}, ["date"]),
        ({"date": "2027-01-04", "duration": "4"}, ["duration"]),
        ({"date": "2027-01-04", "duration": "481"}, ["duration"]),
        ({"date": "2027-01-04", "duration": "-5"}, ["duration"]),
        ({"date": "2027-01-04", "duration": "half an hour"}, ["duration"]),
        ({"date": "2027-01-04", "type": "party"}, ["type"]),
        ({"date": "2027-01-04", "clinicId": "7"}, ["clinicId"]),
        ({"date": "2027-01-04", "days": "0"}, ["days"]),
        ({"date": "2027-01-04", "days": "63"}, ["days"]),
        ({"date": "2027-01-04", "endDate": "2027-01-03"}, ["endDate"]),
        ({"date": "2027-01-04", "endDate": "2027-03-07"}, ["endDate"]),
        ({"date": "x", "endDate": "x", "duration": "x", "type": "x"}, ["date", "endDate", "duration", "type"]),
    ],
)
def test_what_is_wrong_is_named(api: Any, place: DoctorPlace, query: dict[str, str], fields: list[str]):
    assert problems(availability(api(), place.doctor_id, **query)) == fields


def test_missing_date_or_doctor_is_named_once(api: Any):
    assert problems(api().get("/api/v1/appointments/slots")) == ["doctorId", "date"]
    assert problems(api().get("/api/v1/appointments/slots", {"doctorId": "7", "date": "2027-01-04"})) == ["doctorId"]


def test_doctor_who_is_not_listed_is_not_found(api: Any, place: DoctorPlace):
    DoctorPlace.objects.filter(pk=place.pk).update(active=False)
    signed_in = api(testing.user_of(testing.make_patient()))

    for doctor_id in (uuid4(), place.doctor_id):
        answers = [
            availability(api(), doctor_id, date="2027-01-04"),
            availability(api(), doctor_id, date="2027-01-04", clinicId=place.clinic_id),
            api().get("/api/v1/appointments/slots", {"doctorId": doctor_id, "date": "2027-01-04"}),
            signed_in.get(f"/api/v1/providers/{doctor_id}/available-slots", {"date": "2027-01-04"}),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert {answer.json()["error"]["code"] for answer in answers} == {"NOT_FOUND"}


def test_hour_that_happens_twice_is_told_apart_by_its_instant(api: Any, time_machine: Any):
    time_machine.move_to(datetime(2027, 11, 1, tzinfo=UTC), tick=False)
    place = place_with((6, 60, 60), slot_minutes=60)

    slots = availability(api(), place.doctor_id, date="2027-11-07").json()["slots"]

    assert [(slot["time"], slot["startsAt"]) for slot in slots] == [
        ("01:00 AM", "2027-11-07T05:00:00Z"),
        ("01:00 AM", "2027-11-07T06:00:00Z"),
    ]


def test_error_is_not_cached(api: Any, place: DoctorPlace):
    assert availability(api(), place.doctor_id, date="x")["Cache-Control"] == "no-store"
