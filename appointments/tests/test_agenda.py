"""The doctor's agenda: what it shows, what its forms change, and what they ask before visits are stranded."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory
from django.urls import reverse

from appointments import agenda
from appointments.agenda_forms import spans_sent
from appointments.models import Appointment
from appointments.tests.cast import Cast
from clinic import absences, hours
from clinic.hours import Span
from clinic.models import Absence, DoctorPlace, Holiday, WeeklyHours
from vitas import testing
from vitas.accounts import page_sessions
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "sheet"}


def browser(user: Any) -> Client:
    """A browser that is signed in as a member of staff."""
    client = Client(headers={"accept-language": "en"})
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(user))
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def doctor(cast) -> Client:
    return browser(cast.doctor_user)


def entries(client: Client, first: date, **more: Any) -> list[dict[str, Any]]:
    last = first + timedelta(days=7)
    answer = client.get(reverse("doctor-agenda-events"), {"start": first.isoformat(), "end": last.isoformat(), **more})
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)["events"]


def of_kind(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [entry for entry in found if entry.get("extendedProps", {}).get("kind") == kind]


def away_fields(day: date, start: str = "08:00", end: str = "12:00", **more: str) -> dict[str, str]:
    return {"first_day": day.isoformat(), "from_time": start, "last_day": "", "until_time": end, **more}


def hidden(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', answer.content.decode()):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] != "csrfmiddlewaretoken":
            found.setdefault(name[1], []).append(value[1])
    return found


def week_sent(place: DoctorPlace, *rows: tuple[int, str, str], seen: str | None = None) -> dict[str, Any]:
    return {
        "seen": hours.version(hours.of(place)) if seen is None else seen,
        "weekday": [str(row[0]) for row in rows],
        "from": [row[1] for row in rows],
        "to": [row[2] for row in rows],
    }


def test_the_week_lists_visits_without_a_script(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))

    shown = doctor.get(reverse("doctor-agenda"), {"date": cast.monday.isoformat()}).content.decode()

    assert cast.ana.full_name in shown
    assert reverse("doctor-visit", args=[visit.pk]) in shown
    assert "09:00" in shown or "9:00" in shown


def test_entries_are_wall_times_of_the_place_and_say_what_they_are(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))
    absence = Absence.objects.create(
        doctor=cast.doctor,
        starts_at=cast.at(0),
        ends_at=cast.at(0, day=cast.monday + timedelta(days=2)),
        reason="Congress",
    )
    Holiday.objects.create(organization=cast.organization, date=cast.monday + timedelta(days=3), name="Feast")

    found = entries(doctor, cast.monday)

    [shown] = of_kind(found, "visit")
    assert (shown["start"], shown["end"]) == (f"{cast.monday}T09:00", f"{cast.monday}T09:30")
    assert (shown["title"], shown["extendedProps"]["said"]) == (cast.ana.full_name, ["scheduled", "Consultation"])
    assert (shown["extendedProps"]["outside"], shown["startEditable"]) == (True, False)
    assert shown["extendedProps"]["url"] == reverse("doctor-visit", args=[visit.pk])
    [away] = of_kind(found, "absence")
    assert (away["allDay"], away["title"], away["startEditable"]) == (True, "Congress", True)
    assert away["extendedProps"]["seen"] == absences.version(absence)
    assert [entry["title"] for entry in of_kind(found, "holiday")] == ["Feast"]
    opened = [(entry["start"], entry["end"]) for entry in found if entry.get("display") == "background"]
    assert opened[:2] == [
        (f"{cast.monday}T09:00", f"{cast.monday}T12:00"),
        (f"{cast.monday}T14:00", f"{cast.monday}T17:00"),
    ]
    assert len(opened) == 10


def test_reading_the_agenda_is_noted_and_kept_nowhere(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))

    answer = doctor.get(
        reverse("doctor-agenda-events"),
        {"start": cast.monday.isoformat(), "end": (cast.monday + timedelta(days=1)).isoformat()},
    )

    entry = AuditEntry.objects.get(action="READ_AGENDA")
    assert entry.details == {"count": 1, "ids": [str(visit.pk)]}
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_hold_and_a_cancelled_visit_are_not_shown(doctor):
    cast = Cast(paid=True)
    cast.book(cast.ana, cast.at(9))
    client = browser(cast.doctor_user)

    assert of_kind(entries(client, cast.monday), "visit") == []


def test_another_doctors_agenda_is_not_mine(cast, doctor):
    other = Cast(place=testing.make_place(cast.clinic))
    other.book(cast.ana, other.at(9))
    theirs = Absence.objects.create(doctor=other.doctor, starts_at=other.at(9), ends_at=other.at(10))

    found = entries(doctor, cast.monday, place=str(other.place.pk))

    assert of_kind(found, "visit") == of_kind(found, "absence") == []
    for name, key in (("doctor-absence", theirs.pk), ("doctor-hours", other.place.pk)):
        assert doctor.get(reverse(name, args=[key])).status_code == 404
        assert doctor.post(reverse(name, args=[key]), away_fields(cast.monday)).status_code == 404


@pytest.mark.parametrize("span", [("2026-01-01", "2026-06-01"), ("2026-01-02", "2026-01-01"), ("x", "y"), ("", "")])
def test_a_span_that_is_none_or_too_long_is_refused(doctor, span):
    assert (
        doctor.get(reverse("doctor-agenda-events"), dict(zip(("start", "end"), span, strict=True))).status_code == 400
    )


@pytest.mark.parametrize("visits", [1, 4])
def test_the_agenda_costs_the_same_for_one_visit_and_for_many(cast, doctor, visits, django_assert_max_num_queries):
    for at in range(visits):
        cast.book(testing.make_patient(), cast.at(9 + at // 2, 30 * (at % 2)))
    Absence.objects.create(doctor=cast.doctor, starts_at=cast.at(14), ends_at=cast.at(15))
    entries(doctor, cast.monday)

    with django_assert_max_num_queries(12):
        found = entries(doctor, cast.monday)

    assert len(of_kind(found, "visit")) == visits
    with django_assert_max_num_queries(14):
        doctor.get(reverse("doctor-agenda"), {"date": cast.monday.isoformat()})


def test_an_absence_is_entered_by_the_form(cast, doctor):
    answer = doctor.post(reverse("doctor-absences"), away_fields(cast.monday, reason="Dentist"))

    absence = Absence.objects.get()
    assert answer.headers["Location"] == reverse("doctor-agenda")
    assert (absence.starts_at, absence.ends_at, absence.reason) == (cast.at(8), cast.at(12), "Dentist")


def test_an_absence_without_times_is_of_whole_days(cast, doctor):
    until = cast.monday + timedelta(days=4)

    doctor.post(
        reverse("doctor-absences"), {"first_day": cast.monday.isoformat(), "last_day": until.isoformat(), "reason": ""}
    )

    absence = Absence.objects.get()
    assert (absence.starts_at, absence.ends_at) == (cast.at(0), cast.at(0, day=until + timedelta(days=1)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first_day": ""}, "required"),
        ({"last_day": "2020-01-01"}, "must not be before the first"),
        ({"from_time": "12:00", "until_time": "11:00"}, "The end must be later"),
        ({"place": "019b76da-a800-74c3-8057-ce2a2b9a4915"}, "valid choice"),
    ],
)
def test_a_form_that_is_wrong_keeps_what_was_typed(cast, doctor, given, said):
    answer = doctor.post(reverse("doctor-absences"), {**away_fields(cast.monday, reason="Dentist"), **given})

    assert answer.status_code in (400, 422)
    assert said in answer.content.decode()
    assert 'value="Dentist"' in answer.content.decode()
    assert not Absence.objects.exists()


def test_visits_that_an_absence_would_strand_are_shown_and_then_moved(cast, doctor):
    ana, bruno = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(10))
    address = reverse("doctor-absences")

    asked = doctor.post(address, away_fields(cast.monday))
    text = asked.content.decode()
    sent = hidden(asked)
    before = Absence.objects.exists()
    first = {key: re.search(rf'name="move-{key}".*?value="([^"]+)"', text, re.DOTALL)[1] for key in (ana.pk, bruno.pk)}
    moves = {f"move-{key}": value for key, value in first.items()}
    done = doctor.post(address, {**sent, **moves, "decision": "move"}, follow=True)

    assert (asked.status_code, before) == (409, False)
    assert cast.ana.full_name in text and cast.bruno.full_name in text
    assert sorted(sent["accepted"]) == sorted([str(ana.pk), str(bruno.pk)])
    assert "2 visits moved" in done.content.decode()
    ana.refresh_from_db()
    bruno.refresh_from_db()
    assert [ana.starts_at, bruno.starts_at] == [cast.at(14), cast.at(14, 30)]
    assert Absence.objects.count() == 1


def test_visits_may_stay_where_they_are_and_are_marked(cast, doctor):
    visit = cast.book(cast.ana, cast.at(9))
    asked = doctor.post(reverse("doctor-absences"), away_fields(cast.monday))

    doctor.post(reverse("doctor-absences"), {**hidden(asked), "decision": "keep"})

    visit.refresh_from_db()
    assert visit.starts_at == cast.at(9)
    assert "One visit is outside your hours" in doctor.get(reverse("doctor-agenda")).content.decode()
    left = doctor.get(reverse("doctor-stranded"))
    assert cast.ana.full_name in left.content.decode()
    moved = doctor.post(reverse("doctor-stranded"), {f"move-{visit.pk}": cast.at(14).isoformat()}, follow=True)
    visit.refresh_from_db()
    assert visit.starts_at == cast.at(14)
    assert "All your visits are within your hours" in moved.content.decode()


def test_a_visit_that_cannot_be_moved_is_named_and_the_others_move(cast, doctor):
    ana, bruno = cast.book(cast.ana, cast.at(9)), cast.book(cast.bruno, cast.at(10))
    Absence.objects.create(doctor=cast.doctor, starts_at=cast.at(8), ends_at=cast.at(12))

    done = doctor.post(
        reverse("doctor-stranded"),
        {f"move-{ana.pk}": cast.at(14).isoformat(), f"move-{bruno.pk}": cast.at(14).isoformat(), "move-x": "y"},
        follow=True,
    )

    starts = sorted(Appointment.objects.values_list("starts_at", flat=True))
    assert starts == [cast.at(10), cast.at(14)]
    text = done.content.decode()
    assert "1 visit moved" in text
    assert f"{cast.bruno.full_name} was not moved to" in text
    assert "This time is already taken" in text


def test_a_drag_is_answered_in_few_words(cast, doctor):
    absence = Absence.objects.create(doctor=cast.doctor, starts_at=cast.at(14), ends_at=cast.at(15))
    visit = cast.book(cast.ana, cast.at(9))
    address = reverse("doctor-absence", args=[absence.pk])
    stale = absences.version(absence)

    moved = doctor.post(address, away_fields(cast.monday, "15:00", "16:00", seen=stale, quiet="1"), headers=HTMX)
    late = doctor.post(address, away_fields(cast.monday, "16:00", "17:00", seen=stale, quiet="1"), headers=HTMX)
    absence.refresh_from_db()
    seen = absences.version(absence)
    over = doctor.post(address, away_fields(cast.monday, "09:00", "10:00", seen=seen, quiet="1"), headers=HTMX)

    assert (moved.status_code, moved.content) == (204, b"")
    assert late.status_code == 409
    assert late.headers["Content-Type"].startswith("text/plain")
    assert "changed meanwhile" in late.content.decode()
    assert over.status_code == 409
    assert over.content.decode().strip().startswith('<div id="sheet"')
    assert str(visit.pk) in over.content.decode()
    absence.refresh_from_db()
    assert absence.starts_at == cast.at(15)


def test_an_absence_is_removed_by_its_form(cast, doctor):
    absence = Absence.objects.create(doctor=cast.doctor, starts_at=cast.at(14), ends_at=cast.at(15))
    address = reverse("doctor-absence", args=[absence.pk])

    form = doctor.get(address)
    doctor.post(address, {**hidden(form), "remove": "1"})

    assert not Absence.objects.exists()


def test_the_second_of_an_hour_that_happens_twice_is_kept(cast, doctor):
    # Clocks of Boston go back on 7 November 2027 at 02:00: 01:30 is at 05:30 and at 06:30 UTC.
    starts, ends = datetime(2027, 11, 7, 6, 30, tzinfo=UTC), datetime(2027, 11, 7, 9, tzinfo=UTC)
    absence = Absence.objects.create(doctor=cast.doctor, starts_at=starts, ends_at=ends)
    day = date(2027, 11, 7)

    doctor.post(
        reverse("doctor-absence", args=[absence.pk]),
        away_fields(day, "01:30", "05:00", seen=absences.version(absence), quiet="1"),
    )
    doctor.post(reverse("doctor-absences"), away_fields(day, "01:30", "03:00"))

    absence.refresh_from_db()
    assert (absence.starts_at, absence.ends_at) == (starts, ends + timedelta(hours=1))
    assert Absence.objects.latest("pk").starts_at == starts - timedelta(hours=1)


def test_a_time_that_never_happens_is_moved_forward(cast, doctor):
    with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC)):
        browser(cast.doctor_user).post(reverse("doctor-absences"), away_fields(date(2027, 3, 14), "02:30", "05:00"))

    assert agenda.wall(Absence.objects.get().starts_at, "America/New_York") == datetime(2027, 3, 14, 3, 30)


def test_a_whole_day_is_said_in_words(cast, doctor):
    place = DoctorPlace.objects.get(doctor=cast.doctor)
    WeeklyHours.objects.filter(place=place).delete()
    WeeklyHours.objects.create(place=place, weekday=0, start_minute=0, minutes=1440)

    shown = doctor.get(reverse("doctor-agenda")).content.decode()

    week = shown[shown.index('id="typical-week"') :]
    assert "All day" in week
    assert "12:00 AM" not in week


def test_the_typical_week_is_saved_as_a_whole(cast, doctor):
    address = reverse("doctor-hours", args=[cast.place.pk])

    done = doctor.post(
        address, week_sent(cast.place, (0, "09:00", "12:30"), (0, "", ""), (4, "22:00", "02:00"), (6, "00:00", "00:00"))
    )

    assert done.headers["Location"] == reverse("doctor-agenda")
    assert hours.of(cast.place) == [Span(0, 540, 210), Span(4, 1320, 240), Span(6, 0, 1440)]
    assert [row.minutes for row in WeeklyHours.objects.filter(place=cast.place, weekday=4)] == [240]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, "09:00", "")], "a beginning and an end"),
        ([(0, "09:00", "12:00"), (0, "11:00", "13:00")], "over each other"),
        ([(9, "09:00", "12:00")], "on a day of the week"),
    ],
)
def test_a_week_that_is_not_sane_stays_on_the_page(cast, doctor, rows, said):
    before = hours.of(cast.place)

    answer = doctor.post(reverse("doctor-hours", args=[cast.place.pk]), week_sent(cast.place, *rows))

    text = answer.content.decode()
    assert answer.status_code == 400
    assert said in text
    assert rows[0][0] > 6 or 'value="09:00"' in text
    assert hours.of(cast.place) == before


def test_a_stale_week_is_told_and_asked_to_look_again(cast, doctor):
    answer = doctor.post(
        reverse("doctor-hours", args=[cast.place.pk]), week_sent(cast.place, (0, "09:00", "12:00"), seen="stale")
    )

    assert answer.status_code == 409
    assert "Show the hours as they are now" in answer.content.decode()


def test_shorter_hours_ask_about_the_visits_and_carry_the_week_along(cast, doctor):
    visit = cast.book(cast.ana, cast.at(14))
    address = reverse("doctor-hours", args=[cast.place.pk])

    asked = doctor.post(address, week_sent(cast.place, (0, "09:00", "12:00"), (1, "09:00", "12:00")))
    done = doctor.post(address, {**hidden(asked), f"move-{visit.pk}": cast.at(9).isoformat(), "decision": "move"})

    visit.refresh_from_db()
    assert (asked.status_code, done.status_code) == (409, 302)
    assert hours.of(cast.place) == [Span(0, 540, 180), Span(1, 540, 180)]
    assert visit.starts_at == cast.at(9)


def test_lists_of_unequal_length_are_refused():
    with pytest.raises(Invalid):
        spans_sent(["0"], ["09:00", "10:00"], ["12:00"])


def test_a_doctor_of_two_places_chooses_whose_clock_is_shown(cast, doctor):
    west = testing.make_clinic(cast.organization, zone="America/Los_Angeles", name="West")
    there = testing.make_place(west, cast.doctor, is_primary=False, hours="mon-fri 18-19")
    cast.book(cast.ana, cast.at(14))

    [visit] = of_kind(entries(doctor, cast.monday, place=str(there.pk)), "visit")
    shown = doctor.get(reverse("doctor-agenda"), {"place": str(there.pk)}).content.decode()

    assert visit["start"] == f"{cast.monday}T11:00"
    assert visit["extendedProps"]["said"][-1] == cast.clinic.name
    assert "Los Angeles" in shown
    doctor.post(f"{reverse('doctor-absences')}?place={there.pk}", away_fields(cast.monday, "18:00", "19:00"))
    assert agenda.wall(Absence.objects.get().starts_at, "America/Los_Angeles").hour == 18


def test_only_doctors_open_it(cast):
    for user in (cast.staff(Role.NURSE), cast.staff(Role.RECEPTIONIST), cast.staff(Role.ADMIN)):
        for name, args in (("doctor-agenda", []), ("doctor-hours", [cast.place.pk]), ("doctor-stranded", [])):
            answer = browser(user).get(reverse(name, args=args))
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(reverse("staff-sign-in"))


def test_a_doctor_without_a_place_is_told():
    doctor = testing.make_doctor()

    shown = browser(doctor.membership.user).get(reverse("doctor-agenda"))

    assert (shown.status_code, "You receive at no place yet" in shown.content.decode()) == (200, True)
