"""The doctor's pages: the day, one visit, the patients. Walked as a browser without scripts walks them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory
from django.urls import reverse

from appointments import booking, doctor_day
from appointments.models import Appointment, Status
from appointments.payments import desk as cash
from appointments.tests.cast import Cast
from appointments.views.today import age
from patients.models import CareRelationship, Patient
from vitas import testing
from vitas.accounts import page_sessions
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    """A Monday at nine, before the first visit."""
    found = Cast()
    with time_machine.travel(found.at(8), tick=False):
        found.desk = found.staff_actor(found.staff(Role.RECEPTIONIST))
        yield found


@pytest.fixture
def clock(cast):
    def set_to(hour, minute=0):
        travel.move_to(cast.at(hour, minute))

    with time_machine.travel(cast.at(8), tick=False) as travel:
        yield set_to


def booked(cast, patient, hour, minute=0, **given):
    """Booked a day before."""
    with time_machine.travel(cast.at(8) - timedelta(days=1), tick=False):
        return cast.book(patient, cast.at(hour, minute), **given)


def step(cast, visit, to, *, by=None):
    return booking.step(appointment_id=visit.pk, to=to, reason="", by=by or cast.desk)


def browser(user, **session):
    client = Client(headers={"accept-language": "en"})
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(user, **session))
    request.session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


@pytest.fixture
def doctor(cast, clock, settings):
    settings.SESSION_TIMEOUT_MS = 24 * 3_600_000  # the clock of these tests leaps
    return browser(cast.doctor_user)


def words(answer):
    return " ".join(answer.content.decode().split())


def test_day_puts_who_waits_before_who_comes_and_shows_gaps(cast, clock):
    first, second = booked(cast, cast.ana, 9), booked(cast, cast.bruno, 9, 30)
    third = booked(cast, testing.make_patient(first_name="Clara"), 11)
    clock(8, 50)
    step(cast, second, Status.CHECKED_IN)
    clock(8, 55)
    step(cast, first, Status.CHECKED_IN)

    day = doctor_day.of(cast.staff_actor(cast.doctor_user), cast.at(9))

    [gap, last] = day.coming
    assert ([row.pk for row in day.waiting], last.pk) == ([second.pk, first.pk], third.pk)
    assert (gap.starts_at, gap.ends_at) == (cast.at(10), cast.at(11))  # two who wait take an hour
    assert (day.next_up.pk, day.count, day.done) == (second.pk, 3, [])


def test_day_is_that_of_the_clinic_and_keeps_what_is_still_open_after_midnight(cast, clock):
    with time_machine.travel(cast.at(8) - timedelta(days=1), tick=False):
        cast.place.hours.all().delete()
        cast.place.hours.create(weekday=0, start_minute=0, minutes=1440)
        late = cast.book(cast.ana, cast.at(23, 30))
        over = cast.book(cast.bruno, cast.at(22))
    clock(23, 20)
    step(cast, late, Status.CHECKED_IN)

    day = doctor_day.of(cast.staff_actor(cast.doctor_user), cast.at(23, 59) + timedelta(minutes=5))

    assert [row.pk for row in day.rows] == [late.pk]
    assert over.pk not in [row.pk for row in day.rows]


def test_page_opens_the_visit_that_matters_now(cast, clock, doctor):
    booked(cast, cast.ana, 9, reason="A cough that does not go")
    waits = booked(cast, cast.bruno, 9, 30, reason="Pain in the knee")
    clock(9)
    step(cast, waits, Status.CHECKED_IN)
    clock(9, 12)

    shown = words(doctor.get("/doctor"))

    assert "Pain in the knee" in shown
    assert "A cough that does not go" not in shown
    assert "12 min" in shown
    assert f'href="/doctor?visit={waits.pk}"' in shown


def test_doctor_starts_and_completes_with_forms(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    clock(9)
    step(cast, visit, Status.CHECKED_IN)
    address = reverse("doctor-step", args=[visit.pk])

    started = doctor.post(address, {"act": "start", "back": "today"})
    shown = words(doctor.get(started.headers["Location"]))
    done = doctor.post(address, {"act": "complete", "back": "visit"})
    told = words(doctor.get(done.headers["Location"]))

    visit.refresh_from_db()
    assert started.headers["Location"] == f"/doctor?visit={visit.pk}"
    assert "The visit has begun." in shown
    assert done.headers["Location"] == reverse("doctor-visit", args=[visit.pk])
    assert "The visit is complete." in told
    assert visit.status == Status.COMPLETED


def test_second_click_is_told_and_changes_nothing(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    address = reverse("doctor-step", args=[visit.pk])

    doctor.post(address, {"act": "accept"})
    again = doctor.post(address, {"act": "accept"}, follow=True)

    assert "This step is not possible." in words(again)
    assert visit.steps.count() == 2


def test_rejecting_needs_no_reason_and_takes_one(cast, clock, doctor):
    first, second = booked(cast, cast.ana, 9), booked(cast, cast.bruno, 10)

    doctor.post(reverse("doctor-step", args=[first.pk]), {"act": "cancel"})
    doctor.post(reverse("doctor-step", args=[second.pk]), {"act": "cancel", "reason": "I am  \x00away\nthat day"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.CANCELLED, Status.CANCELLED)
    assert (first.cancellation_reason, second.cancellation_reason) == ("", "I am away\nthat day")


def test_what_is_forbidden_is_said_before_the_click(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    clock(8, 30)

    shown = words(doctor.get(f"/doctor?visit={visit.pk}"))

    assert "The visit has not begun yet." in shown
    assert 'disabled aria-describedby="why-no-show"' in shown
    assert "The front desk checks the patient in" in shown


@pytest.mark.parametrize("act", ["check-in", "move", "cash", "refund", "take-back", "nonsense", ""])
def test_acts_of_the_desk_are_refused(cast, clock, doctor, act):
    visit = booked(cast, cast.ana, 9)

    answer = doctor.post(reverse("doctor-step", args=[visit.pk]), {"act": act}, follow=True)

    visit.refresh_from_db()
    assert (visit.status, "You do not have permission to do this." in words(answer)) == (Status.SCHEDULED, True)


def test_visits_of_others_are_not_there(cast, clock):
    visit = booked(cast, cast.ana, 9)
    other = browser(testing.make_doctor(cast.organization).membership.user)

    answers = [
        other.get(f"/doctor?visit={visit.pk}"),
        other.get("/doctor?visit=nonsense"),
        other.get(reverse("doctor-visit", args=[visit.pk])),
        other.post(reverse("doctor-step", args=[visit.pk]), {"act": "accept"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_hold_that_is_not_paid_is_not_shown(clock):
    paid = Cast(paid=True)
    with time_machine.travel(paid.at(8) - timedelta(minutes=1), tick=False):
        paid.book(paid.ana, paid.at(9))

        shown = words(browser(paid.doctor_user).get("/doctor"))

    assert "There are no visits today." in shown


def test_nurse_reads_the_day_and_takes_no_step(cast, clock):
    visit = booked(cast, cast.ana, 9)
    nurse = browser(cast.staff(Role.NURSE))

    shown = words(nurse.get("/doctor"))
    refused = nurse.post(reverse("doctor-step", args=[visit.pk]), {"act": "accept"})

    assert cast.ana.full_name in shown
    assert str(cast.doctor) in shown
    assert 'value="accept"' not in shown
    assert refused.headers["Location"].startswith("/sign-in/staff?next=")


def test_htmx_gets_the_part_and_the_toast(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    htmx = {"hx-request": "true", "hx-target": "today"}

    answer = doctor.post(
        reverse("doctor-step", args=[visit.pk]), {"act": "accept", "back": "today"}, headers=htmx, follow=True
    )

    shown = words(answer)
    assert "<html" not in shown
    assert 'id="today"' in shown
    assert "The visit is accepted." in shown


def test_visit_page_tells_how_it_came_there(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9, reason="A cough that does not go")
    step(cast, visit, Status.CONFIRMED)

    shown = words(doctor.get(reverse("doctor-visit", args=[visit.pk])))

    assert "A cough that does not go" in shown
    assert shown.index("· the front desk") < shown.index("· the patient")
    assert "This is the first visit with you." in shown


def test_patients_are_those_in_care_and_are_found_by_name_and_phone(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    booked(cast, cast.bruno, 10)
    step(cast, visit, Status.CONFIRMED)

    everyone = words(doctor.get("/doctor/patients"))
    by_name = words(doctor.get("/doctor/patients", {"q": "ana"}))
    by_phone = words(doctor.get("/doctor/patients", {"q": cast.ana.phone[-6:]}))
    nobody = words(doctor.get("/doctor/patients", {"q": "bruno"}))

    assert [cast.ana.full_name in shown for shown in (everyone, by_name, by_phone, nobody)] == [True, True, True, False]
    assert [cast.bruno.full_name in shown for shown in (everyone, nobody)] == [False, False]
    assert "None of your patients matches." in nobody


def test_patient_page_shows_visits_and_payments_with_this_doctor(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    step(cast, visit, Status.CONFIRMED)
    cash.ask_payment(appointment_id=visit.pk, method="cash", by=cast.desk)
    elsewhere = testing.make_place(cast.clinic, fee=77_700)
    with time_machine.travel(cast.at(8) - timedelta(days=1), tick=False):
        other = booking.book(
            booking.Request(place=elsewhere, patient=cast.ana, starts_at=cast.at(14), type="follow_up"),
            by=cast.patient_actor(cast.ana),
        ).appointment

    shown = words(doctor.get(reverse("doctor-patient", args=[cast.ana.pk])))

    assert reverse("doctor-visit", args=[visit.pk]) in shown
    assert reverse("doctor-visit", args=[other.pk]) not in shown
    assert "USD 150" in shown
    assert "USD 777" not in shown
    assert "Nothing has been written yet that you may read." in shown


def test_patient_who_is_not_in_care_is_not_there(cast, clock, doctor):
    booked(cast, cast.ana, 9)  # not accepted yet

    assert doctor.get(reverse("doctor-patient", args=[cast.ana.pk])).status_code == 404


@pytest.mark.parametrize("query", [{"q": "\x00"}, {"page": "0"}, {"page": "99999999"}, {"q": "x" * 500}, {"q": "%'\""}])
def test_search_that_makes_no_sense_is_no_error(doctor, query):
    assert doctor.get("/doctor/patients", query).status_code == 200


def test_each_look_is_in_the_audit_trail(cast, clock, doctor):
    visit = booked(cast, cast.ana, 9)
    step(cast, visit, Status.CONFIRMED)

    doctor.get("/doctor")
    doctor.get(reverse("doctor-visit", args=[visit.pk]))
    doctor.get("/doctor/patients")
    doctor.get(reverse("doctor-patient", args=[cast.ana.pk]))

    entries = AuditEntry.objects.filter(user_id=cast.doctor_user.pk, action__startswith="READ").order_by("pk")
    found = sorted((entry.action, entry.patient_id == cast.ana.pk) for entry in entries)
    assert found == [
        ("READ_APPOINTMENT", True),  # the one that stands open beside the day
        ("READ_APPOINTMENT", True),
        ("READ_APPOINTMENTS", False),
        ("READ_MEDICAL_RECORDS", True),
        ("READ_PATIENT", True),
        ("READ_PATIENTS", False),
        ("READ_SUMMARY", True),  # beside the day
        ("READ_SUMMARY", True),
    ]


def many_visits(cast, count):
    now = cast.at(8)
    for number in range(count):
        patient = testing.make_patient()
        CareRelationship.objects.create(
            organization=cast.organization, doctor=cast.doctor, patient=patient, because="test"
        )
        Appointment.objects.create(
            organization=cast.organization,
            clinic=cast.clinic,
            doctor=cast.doctor,
            place=cast.place,
            patient=patient,
            starts_at=now + timedelta(minutes=5 * number),
            ends_at=now + timedelta(minutes=5 * number + 5),
            status=Status.CONFIRMED,
            firm_at=now,
            fee=1,
            currency="USD",
            payment_in_advance=False,
            booked_by_role="patient",
        )


@pytest.mark.parametrize(("address", "most"), [("/doctor", 16), ("/doctor/patients", 6)])
def test_pages_cost_as_many_queries_for_many_as_for_few(
    cast, clock, doctor, address, most, django_assert_max_num_queries
):
    many_visits(cast, 25)

    with django_assert_max_num_queries(most):
        answer = doctor.get(address)

    assert answer.content.decode().count("<li>") >= 25


def test_others_are_sent_to_sign_in_and_come_back(cast, clock):
    patient = browser(testing.user_of(cast.ana), patient_id=cast.ana.pk)

    answers = [
        client.get(address)
        for client in (Client(), patient)
        for address in ("/doctor", "/doctor/patients?q=a", f"/doctor/patients/{cast.ana.pk}")
    ]

    assert {answer.headers["Location"].partition("?")[0] for answer in answers} == {"/sign-in/staff"}


def test_age_is_of_whole_years():
    born = Patient(birth_date=date(2000, 2, 29))

    ages = [age(born, day) for day in (date(2025, 2, 28), date(2025, 3, 1), date(2024, 2, 29))]

    assert (ages, age(Patient(), datetime.now(UTC).date())) == ([24, 25, 24], None)
