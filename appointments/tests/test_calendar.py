"""Visits in one's calendar: the file of one, and the private address of all."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from appointments import booking, calendar_feed, calendar_file
from appointments.models import Appointment, CalendarFeed, Status
from appointments.tests.cast import Cast
from appointments.tests.page_client import browser_of, text_of
from patients.models import PatientAccess
from vitas.audit.models import AuditEntry
from vitas.testing import make_patient, make_session, user_of

pytestmark = pytest.mark.django_db


def read(answer):
    return Calendar.from_ical(answer.content)


def the_event(answer):
    [event] = read(answer).walk("VEVENT")
    return event


def address_of(client):
    client.post(reverse("calendar-feed"), {"act": "make"})
    return reverse("calendar-feed-file", args=[CalendarFeed.objects.live().get().token])


def test_a_visit_for_ones_calendar_tells_when_where_and_with_whom_and_never_why():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9), reason="My knee hurts")

    answer = browser_of(cast.ana).get(reverse("visit-calendar", args=[visit.pk]))
    event = the_event(answer)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert read(answer)["METHOD"] == "PUBLISH"
    assert (event.start, event.end) == (cast.at(9), cast.at(9, 30))
    assert event["UID"] == f"{visit.pk}@vitas"
    assert event["SEQUENCE"] == 1
    assert event["SUMMARY"] == f"Visit: {cast.doctor}"
    assert event["LOCATION"] == f"{cast.clinic.name}, 123 Main St, Boston"
    assert event["STATUS"] == "CONFIRMED"
    for word in ("knee", cast.doctor.get_specialty_display(), "Consultation", cast.ana.last_name):
        assert word not in answer.content.decode()


def test_a_moved_visit_replaces_itself_and_a_cancelled_one_takes_itself_out():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    client, by = browser_of(cast.ana), cast.patient_actor(cast.ana)
    address = reverse("visit-calendar", args=[visit.pk])

    before = the_event(client.get(address))
    booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(11), reason="", by=by)
    moved = the_event(client.get(address))
    booking.cancel(appointment_id=visit.pk, reason="I have to travel", by=by)
    gone = client.get(address)

    assert before["UID"] == moved["UID"] == the_event(gone)["UID"]
    assert moved["SEQUENCE"] > before["SEQUENCE"] and moved.start == cast.at(11)
    assert (read(gone)["METHOD"], the_event(gone)["STATUS"]) == ("CANCEL", "CANCELLED")
    assert the_event(gone)["SEQUENCE"] > moved["SEQUENCE"]


def test_the_hour_that_happens_twice_stands_at_its_own_instant():
    cast = Cast()
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    visit = cast.book(cast.ana, cast.at(9))

    found = []
    for at in (first, second):
        visit.starts_at, visit.ends_at = at, at + timedelta(minutes=30)
        [event] = Calendar.from_ical(calendar_file.of_visit(visit)).walk("VEVENT")
        found.append(event.start)

    assert found == [first, second]


def test_words_that_could_break_the_file_stay_words():
    cast = Cast()
    cast.clinic.name = "A;B,C\nBEGIN:VALARM \\n"
    cast.clinic.save()
    visit = cast.book(cast.ana, cast.at(9))

    answer = browser_of(cast.ana).get(reverse("visit-calendar", args=[visit.pk]))

    assert str(the_event(answer)["LOCATION"]).startswith("A;B,C\nBEGIN:VALARM")
    assert not read(answer).walk("VALARM")


def test_a_private_address_tells_of_what_comes_and_of_ninety_days():
    cast = Cast()
    client = browser_of(cast.ana)
    rows = {name: cast.book(cast.ana, cast.at(hour)) for name, hour in [("coming", 9), ("recent", 10), ("old", 11)]}
    gone = cast.book(cast.ana, cast.at(14))
    booking.cancel(appointment_id=gone.pk, reason="I have to travel", by=cast.patient_actor(cast.ana))
    for name, days in (("recent", 89), ("old", 91)):
        at = timezone.now() - timedelta(days=days)
        Appointment.objects.filter(pk=rows[name].pk).update(
            starts_at=at, ends_at=at + timedelta(minutes=30), status=Status.COMPLETED
        )
    cast.book(cast.bruno, cast.at(15))

    client.get("/")
    answer = type(client)().get(address_of(client))  # a calendar program: nobody is signed in

    found = {event["UID"] for event in read(answer).walk("VEVENT")}
    assert found == {calendar_file.uid(rows["coming"]), calendar_file.uid(rows["recent"])}
    assert answer["Cache-Control"] == "private, no-store"


def test_a_familys_visits_say_whose_they_are_while_one_acts_for_them():
    cast = Cast()
    child = make_patient(user=user_of(cast.ana), first_name="Tomás", phone="")
    cast.book(cast.ana, cast.at(9))
    cast.book(child, cast.at(10))
    client = browser_of(cast.ana)
    address = address_of(client)

    both = [str(event["SUMMARY"]) for event in read(client.get(address)).walk("VEVENT")]
    PatientAccess.objects.filter(patient=child).update(ended_at=timezone.now())
    one = [str(event["SUMMARY"]) for event in read(client.get(address)).walk("VEVENT")]

    assert both == [f"Ana · Visit: {cast.doctor}", f"Tomás · Visit: {cast.doctor}"]
    assert one == [f"Visit: {cast.doctor}"]


def test_the_address_has_a_secret_that_is_kept_by_hash_and_sealed():
    cast = Cast()
    client = browser_of(cast.ana)

    address_of(client)
    feed = CalendarFeed.objects.get()
    shown = client.get(reverse("calendar-feed")).content.decode()

    assert len(feed.token) >= 32  # 192 bits
    assert feed.token in shown and feed.token not in feed.token_hash
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM appointments_calendarfeed")
        assert feed.token.encode() not in bytes(cursor.fetchone()[0])


def test_a_second_click_makes_no_second_address():
    client = browser_of(make_patient())

    first, second = address_of(client), address_of(client)

    assert first == second
    assert CalendarFeed.objects.count() == 1


def test_a_revoked_address_answers_no_more_and_a_new_one_is_another():
    client = browser_of(make_patient())
    address = address_of(client)

    client.post(reverse("calendar-feed"), {"act": "revoke"})
    after, fresh = client.get(address), address_of(client)

    assert after.status_code == 404
    assert fresh != address and client.get(fresh).status_code == 200
    assert CalendarFeed.objects.exclude(revoked_at=None).get().token == ""


def test_nobody_revokes_or_sees_anothers_address():
    ana, bruno = make_patient(), make_patient()
    address, others = address_of(browser_of(ana)), browser_of(bruno)

    page = others.get(reverse("calendar-feed")).content.decode()
    others.post(reverse("calendar-feed"), {"act": "revoke"})

    assert address not in page and "Make a private address" in page
    assert others.get(address).status_code == 200


def test_the_address_of_somebody_who_was_shut_out_answers_no_more():
    ana = make_patient()
    client = browser_of(ana)
    address = address_of(client)

    user = user_of(ana)
    user.is_active = False
    user.save()

    assert client.get(address).status_code == 404


def test_reading_is_in_the_trail_once_a_day():
    client = browser_of(make_patient())
    address = address_of(client)

    for hours in (0, 1, 23, 25):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            client.get(address)

    assert AuditEntry.objects.filter(action="READ_CALENDAR_FEED").count() == 2
    assert AuditEntry.objects.filter(action="CREATE_CALENDAR_FEED").count() == 1


def test_an_address_that_is_read_too_often_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(calendar_feed, "READS_AN_HOUR", 2)
    client = browser_of(make_patient())
    address = address_of(client)

    answers = [client.get(address) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_who_tries_many_addresses_is_told_to_wait(monkeypatch, page):
    monkeypatch.setattr(calendar_feed, "MISSES_AN_HOUR", 2)

    answers = [page.get(f"/calendar/guess{nth}.ics").status_code for nth in range(3)]

    assert answers == [404, 404, 429]


def test_the_page_is_for_patients(page):
    cast = Cast()
    session = make_session(cast.doctor_user)

    assert page.get(reverse("calendar-feed"))["Location"].startswith("/sign-in")
    assert CalendarFeed.objects.visible_to(cast.staff_actor(session.user)).count() == 0


def test_the_page_says_what_others_could_read():
    client = browser_of(make_patient())

    assert "never why" in text_of(client.get(reverse("calendar-feed")))
