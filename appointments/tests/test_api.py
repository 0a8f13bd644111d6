"""The addresses of visits: shapes, who sees what, limits and audit."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from appointments.models import Appointment
from appointments.tests.cast import Cast
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import crypto
from vitas.common.ids import new_id
from vitas.testing import ApiClient, user_of

pytestmark = pytest.mark.django_db

REASON = "Annual physical examination"


@pytest.fixture
def cast():
    return Cast()


@pytest.fixture
def ana(cast):
    return ApiClient(user_of(cast.ana))


def wanted(cast, **given):
    day = testing.next_weekday(0)
    body = {"providerId": str(cast.doctor.pk), "date": day.isoformat(), "time": "10:00 AM"}
    return body | {"type": "routine_checkup", "reason": REASON} | given


def problem_fields(response):
    return [problem["field"] for problem in response.json()["error"]["details"]]


def test_patient_books_and_reads_the_visit_back(cast, ana):
    response = ana.send("post", "/api/appointments", wanted(cast))

    made = response.json()
    assert response.status_code == 201
    assert (made["status"], made["time"], made["duration"], made["isVirtual"]) == ("scheduled", "10:00 AM", 30, False)
    assert (made["patientId"], made["providerId"]) == (str(cast.ana.pk), str(cast.doctor.pk))
    assert (made["fee"], made["currency"], made["paymentUrl"]) == (150, "USD", None)
    read = ana.send("get", f"/api/v1/appointments/{made['id']}").json()
    assert read == {name: value for name, value in made.items() if name != "paymentUrl"}
    assert read["provider"]["lastName"] == cast.doctor.last_name


def test_list_is_paged_newest_first_and_counts(cast, ana):
    for hour in (9, 10, 11):
        cast.book(cast.ana, cast.at(hour))

    response = ana.send("get", "/api/appointments?page=1&limit=2")

    body = response.json()
    assert [row["time"] for row in body["data"]] == ["11:00 AM", "10:00 AM"]
    assert body["pagination"] == {"page": 1, "limit": 2, "total": 3, "totalPages": 2}
    assert (response["X-Total-Count"], response["X-Page"], response["X-Per-Page"]) == ("3", "1", "2")
    assert response["Cache-Control"] == "no-store"


def test_list_filters_by_status_provider_and_the_clinics_days(cast, ana):
    first = cast.book(cast.ana, cast.at(9))
    cast.book(cast.ana, cast.at(9, day=testing.next_weekday(1, weeks=2)))
    day = testing.next_weekday(0).isoformat()

    by_day = ana.send("get", f"/api/appointments?startDate={day}&endDate={day}").json()
    by_status = ana.send("get", "/api/appointments?status=CANCELLED").json()
    by_provider = ana.send("get", f"/api/appointments?providerId={new_id()}").json()
    wrong = ana.send("get", "/api/appointments?status=gone&startDate=tomorrow")

    empty = ana.send("get", "/api/appointments?status=&startDate=&providerId=").json()
    assert empty["pagination"]["total"] == 2
    assert [row["id"] for row in by_day["data"]] == [str(first.pk)]
    assert (by_status["data"], by_provider["data"]) == ([], [])
    assert (wrong.status_code, sorted(problem_fields(wrong))) == (400, ["startDate", "status"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "too short"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"notes": "x" * 1001}, "notes"),
        ({"type": "massage"}, "type"),
        ({"time": "25:00"}, "time"),
        ({"time": "10:10 AM"}, "time"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2020-01-06"}, "date"),
        ({"date": "9999-12-31", "time": "11:59 PM"}, "date"),
        ({"date": "0001-01-01", "time": "12:00 AM"}, "date"),
        ({"startsAt": "9999-12-31T23:59:00Z"}, "startsAt"),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "startsAt"),
        ({"providerId": "nobody"}, "providerId"),
        ({"providerId": "01890000-0000-7000-8000-000000000000"}, "providerId"),
        ({"isVirtual": "perhaps"}, "isVirtual"),
        ({"reason": 12345678901}, "reason"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_booked(cast, ana, given, field):
    response = ana.send("post", "/api/appointments", wanted(cast, **given))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert problem_fields(response) == [field]
    assert Appointment.objects.count() == 0


def test_list_takes_the_first_and_the_last_day_of_the_calendar(cast, ana):
    visit = cast.book(cast.ana, cast.at(9))

    found = ana.send("get", "/api/appointments?startDate=0001-01-01&endDate=9999-12-31")

    assert [row["id"] for row in found.json()["data"]] == [str(visit.pk)]


def test_reason_is_sanitized_and_ordinary_text_stays(cast, ana):
    response = ana.send(
        "post", "/api/appointments", wanted(cast, reason="<b>BP < 120 & stable</b><script>alert(1)</script>")
    )

    assert response.json()["reason"] == "BP < 120 & stable"


def test_book_answers_201_then_200_for_the_same_id_and_409_for_another_time(cast, ana):
    mine = str(new_id())
    body = {
        "doctorId": str(cast.doctor.pk),
        "patientId": str(cast.ana.pk),
        "date": testing.next_weekday(0).isoformat(),
        "timeSlot": "09:00 AM",
        "appointmentId": mine,
    }

    first = ana.send("post", "/api/appointments/book", body)
    again = ana.send("post", "/api/appointments/book", body)
    other = ana.send("post", "/api/appointments/book", body | {"timeSlot": "10:00"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == {"appointmentId": mine, "paymentUrl": None, "status": "scheduled", "holdEndsAt": None}
    assert again.json() == first.json()


def test_lapsed_hold_asked_for_again_offers_no_payment():
    cast = Cast(paid=True)
    mine = new_id()
    cast.book(cast.ana, cast.at(9), id=mine)
    body = {"doctorId": str(cast.doctor.pk), "startsAt": cast.at(9).isoformat(), "appointmentId": str(mine)}

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        again = ApiClient(user_of(cast.ana)).send("post", "/api/appointments/book", body)

    assert (again.status_code, again.json()["paymentUrl"]) == (200, None)


def test_idempotency_key_makes_one_visit(cast, ana):
    first = ana.send("post", "/api/appointments", wanted(cast), idempotency_key="k-1")
    again = ana.send("post", "/api/appointments", wanted(cast), idempotency_key="k-1")
    other = ana.send("post", "/api/appointments", wanted(cast, time="11:00 AM"), idempotency_key="k-1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert Appointment.objects.count() == 1


def test_profile_of_somebody_else_is_forbidden(cast, ana):
    response = ana.send("post", "/api/appointments", wanted(cast, patientId=str(cast.bruno.pk)))

    assert (response.status_code, response.json()["error"]["code"]) == (403, "AUTHORIZATION_ERROR")
    assert Appointment.objects.count() == 0


def test_another_persons_visit_is_not_found_whatever_is_tried(cast):
    visit = cast.book(cast.ana, cast.at(9))
    bruno = ApiClient(user_of(cast.bruno))
    address = f"/api/appointments/{visit.pk}"

    statuses = [
        bruno.send("get", address).status_code,
        bruno.send("delete", f"{address}/cancel", {"reason": "Not mine to cancel"}).status_code,
        bruno.send("put", f"{address}/reschedule", {"startsAt": cast.at(11).isoformat()}).status_code,
        bruno.send("put", address, {"status": "confirmed"}).status_code,
    ]

    visit.refresh_from_db()
    assert statuses == [404, 404, 404, 403]
    assert (visit.status, visit.starts_at) == ("scheduled", cast.at(9))


def test_desk_books_for_its_patients_at_its_clinics_and_reads_no_reason(cast):
    cast.book(cast.ana, cast.at(9), reason="A private matter")
    desk = ApiClient(cast.staff(Role.RECEPTIONIST))

    booked = desk.send("post", "/api/appointments", wanted(cast, patientId=str(cast.ana.pk)))
    unknown = desk.send("post", "/api/appointments", wanted(cast, patientId=str(cast.bruno.pk)))
    unnamed = desk.send("post", "/api/appointments", wanted(cast))
    rows = desk.send("get", "/api/appointments").json()["data"]

    assert (booked.status_code, unknown.status_code, unnamed.status_code) == (201, 400, 400)
    assert (problem_fields(unknown), problem_fields(unnamed)) == (["patientId"], ["patientId"])
    assert [row["reason"] for row in rows] == [REASON, None]


def test_receptionist_of_another_clinic_sees_but_does_not_touch(cast):
    visit = cast.book(cast.ana, cast.at(9))
    elsewhere = ApiClient(cast.staff(Role.RECEPTIONIST, at_clinic=False))

    read = elsewhere.send("get", f"/api/appointments/{visit.pk}")
    touched = elsewhere.send("put", f"/api/appointments/{visit.pk}", {"status": "confirmed"})

    assert (read.status_code, touched.status_code) == (200, 403)


def test_doctor_accepts_and_rejects_own_visits_and_sees_no_unpaid_holds():
    cast = Cast(paid=True)
    cast.book(cast.ana, cast.at(9))
    free = Cast(place=testing.make_place(clinic=cast.clinic, doctor=testing.make_doctor(cast.organization)))
    accepted, rejected = free.book(cast.ana, free.at(10)), free.book(cast.bruno, free.at(11))
    holder, doctor = ApiClient(cast.doctor_user), ApiClient(free.doctor_user)

    accept = doctor.send("put", f"/api/v1/appointments/{accepted.pk}", {"status": "CONFIRMED"})
    reject = doctor.send("put", f"/api/v1/appointments/{rejected.pk}", {"status": "cancelled"})
    again = doctor.send("put", f"/api/v1/appointments/{rejected.pk}", {"status": "cancelled"})

    assert (accept.json()["status"], reject.json()["status"], again.status_code) == ("confirmed", "cancelled", 422)
    assert holder.send("get", "/api/appointments").json()["data"] == []


def test_cancel_asks_patients_for_a_reason_and_staff_not(cast, ana):
    visit, other = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(10))
    desk = ApiClient(cast.staff(Role.RECEPTIONIST))

    without = ana.send("delete", f"/api/appointments/{visit.pk}/cancel")
    done = ana.send("delete", f"/api/appointments/{visit.pk}/cancel", {"reason": "I am travelling that day"})
    by_desk = desk.send("delete", f"/api/appointments/{other.pk}/cancel")

    assert (without.status_code, problem_fields(without)) == (400, ["reason"])
    assert done.json()["status"] == "cancelled"
    assert done.json()["cancellationReason"] == "I am travelling that day"
    assert set(done.json()) == {"message", "id", "status", "cancelledAt", "cancellationReason"}
    assert by_desk.json()["status"] == "cancelled"


def test_made_bookings_are_limited_and_refusals_do_not_count(cast, ana, settings):
    settings.RATE_LIMIT_BOOKING_MAX = 2
    cast.book(cast.bruno, cast.at(10))
    taken = [ana.send("post", "/api/appointments", wanted(cast)).status_code for _ in range(3)]

    made = [ana.send("post", "/api/appointments", wanted(cast, time=f"{hour}:00")) for hour in (9, 11, 14)]

    assert taken == [409, 409, 409]
    assert [response.status_code for response in made] == [201, 201, 429]
    assert int(made[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("given", "header"), [({"appointmentId": str(new_id())}, {}), ({}, {"idempotency_key": "k-1"})]
)
def test_request_made_before_is_answered_also_over_the_limit(cast, ana, settings, given, header):
    settings.RATE_LIMIT_BOOKING_MAX = 1
    body = wanted(cast, **given)
    made = ana.send("post", "/api/appointments", body, **header)

    again = ana.send("post", "/api/appointments", body, **header)
    another = ana.send("post", "/api/appointments", wanted(cast, time="11:00"))

    assert (made.status_code, again.status_code, another.status_code) == (201, 200, 429)
    assert again.json()["id"] == made.json()["id"]


def test_stats_and_queue_tell_the_desk_of_today(cast):
    day = testing.next_weekday(0)
    waiting, second = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(9, 30))
    user = cast.staff(Role.RECEPTIONIST)

    with time_machine.travel(cast.at(8, 30, day=day), tick=False):
        desk = ApiClient(user)
        for visit in (waiting, second):
            desk.send("put", f"/api/appointments/{visit.pk}", {"status": "checked_in"})
        stats = desk.send("get", "/api/v1/receptionists/stats").json()
        queue = desk.send("get", f"/api/v1/receptionists/queue?clinicId={cast.clinic.pk}").json()
        foreign = desk.send("get", f"/api/v1/receptionists/queue?clinicId={Cast().clinic.pk}")

    assert (stats["date"], stats["totalBooked"], stats["waiting"], stats["completed"]) == (day.isoformat(), 2, 2, 0)
    assert len(stats["appointments"]) == 2
    assert queue["clinicId"] == str(cast.clinic.pk)
    assert [(row["number"], row["position"], row["expectedWaitMinutes"]) for row in queue["data"]] == [
        (1, 1, 0),
        (2, 2, 30),
    ]
    assert foreign.status_code == 404


def test_reads_and_changes_leave_an_audit_entry_each(cast, ana):
    made = ana.send("post", "/api/appointments", wanted(cast)).json()
    ana.send("get", f"/api/appointments/{made['id']}")
    ana.send("get", "/api/appointments")

    entries = AuditEntry.objects.order_by("id")

    assert [entry.action for entry in entries] == ["CREATE_APPOINTMENT", "READ_APPOINTMENT", "READ_APPOINTMENTS"]
    assert {entry.patient_id for entry in entries} == {cast.ana.pk}
    assert {entry.user_id for entry in entries} == {user_of(cast.ana).pk}


def test_reason_whose_key_is_destroyed_is_null_and_hides_nothing_else(cast, ana):
    cast.book(cast.ana, cast.at(9), reason=REASON)
    connection.run_on_commit.clear()  # the key made in this transaction is remembered there
    crypto.destroy_key(cast.ana.pk)

    rows = ana.send("get", "/api/appointments").json()["data"]

    assert [(row["time"], row["reason"], row["notes"]) for row in rows] == [("09:00 AM", None, "")]


def test_moving_within_two_hours_is_422_for_the_patient(cast):
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(9) - timedelta(minutes=90)):
        response = ApiClient(user_of(cast.ana)).send(
            "put", f"/api/appointments/{visit.pk}/reschedule", {"startsAt": cast.at(11).isoformat()}
        )

    assert (response.status_code, response.json()["error"]["code"]) == (422, "UNPROCESSABLE_ENTITY")


@pytest.mark.parametrize("rows", [1, 20])
def test_list_costs_the_same_queries_for_any_number_of_rows(cast, ana, rows, django_assert_num_queries):
    for index in range(rows):
        day = testing.next_weekday(index % 5, weeks=1 + index // 5)
        cast.book(cast.ana, cast.at(9, day=day), reason=REASON)

    with django_assert_num_queries(3):  # which, with their count; how they look, with the keys of their reasons; audit
        ana.send("get", "/api/appointments?limit=100")
