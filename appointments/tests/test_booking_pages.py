"""The page that takes a time: who, when, what it costs; taken, held, twice, not at all."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, Status
from appointments.tests.cast import Cast
from appointments.tests.page_client import book_address, browser_of, hidden_of, text_of
from patients.models import CareRelationship
from vitas.testing import make_patient, user_of

pytestmark = pytest.mark.django_db


def take(client, place, at, **given):
    """Look at the time and press the button."""
    address = book_address(place, at)
    return client.post(address, {**hidden_of(client.get(address)), **given})


def test_says_who_when_where_and_what_before_the_click():
    cast = Cast()

    said = text_of(browser_of(cast.ana).get(book_address(cast.place, cast.at(9))))

    assert cast.ana.full_name in said
    assert "9:00 AM" in said
    assert cast.clinic.address in said
    assert "USD 150 You pay at the clinic." in said
    assert "Cancelling costs nothing until the visit begins." in said


def test_says_what_is_held_and_what_comes_back_where_it_is_paid_in_advance():
    cast = Cast(paid=True)

    answer = browser_of(cast.ana).get(book_address(cast.place, cast.at(9)))

    assert "held for you for 15 minutes" in text_of(answer)
    assert "Cancel and get everything back until:" in text_of(answer)
    assert "Hold the time and pay" in answer.content.decode()


def test_one_click_books_and_leads_to_the_visit():
    cast = Cast()

    answer = take(browser_of(cast.ana), cast.place, cast.at(9), reason="A cough")

    visit = Appointment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("visit", args=[visit.pk]))
    assert (visit.patient, visit.starts_at, visit.reason, visit.status) == (
        cast.ana,
        cast.at(9),
        "A cough",
        Status.SCHEDULED,
    )


def test_a_second_click_leads_to_the_same_visit():
    cast = Cast()
    client = browser_of(cast.ana)
    address = book_address(cast.place, cast.at(9))
    asked = hidden_of(client.get(address))

    first, second = client.post(address, asked), client.post(address, asked)

    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_a_time_of_ones_own_leads_to_the_visit_and_books_nothing():
    cast = Cast()
    client = browser_of(cast.ana)
    take(client, cast.place, cast.at(9))
    visit = Appointment.objects.get()

    again = client.get(book_address(cast.place, cast.at(9)))

    assert again["Location"] == reverse("visit", args=[visit.pk])


def test_a_taken_time_says_so_and_shows_the_nearest_with_what_was_written():
    cast = Cast()
    client = browser_of(cast.ana)
    address = book_address(cast.place, cast.at(10))
    asked = hidden_of(client.get(address))
    cast.book(cast.bruno, cast.at(10))

    answer = client.post(address, {**asked, "reason": "My knee hurts"})

    assert answer.status_code == 409
    assert "This time is already taken." in text_of(answer)
    assert "My knee hurts" in answer.content.decode()
    offered = [at for at in (cast.at(9, 30), cast.at(10, 30)) if f'value="{at.isoformat()}"' in answer.content.decode()]
    assert offered == [cast.at(9, 30), cast.at(10, 30)]
    assert "Book the visit" not in answer.content.decode()


def test_a_nearest_time_is_looked_at_before_it_is_booked():
    cast = Cast()
    client = browser_of(cast.ana)
    asked = hidden_of(client.get(book_address(cast.place, cast.at(10))))
    chosen = {**asked, "reason": "My knee hurts", "choose": cast.at(10, 30).isoformat()}

    look = client.post(book_address(cast.place, cast.at(10)), chosen)
    booked = client.post(book_address(cast.place, cast.at(10, 30)), {**hidden_of(look), "reason": "My knee hurts"})

    assert (look.status_code, "My knee hurts" in look.content.decode()) == (200, True)
    assert "Book the visit" in look.content.decode()
    assert booked.status_code == 302
    assert Appointment.objects.get().starts_at == cast.at(10, 30)


def test_a_time_that_somebody_has_is_said_on_opening_the_page():
    cast = Cast()
    cast.book(cast.bruno, cast.at(10))

    answer = browser_of(cast.ana).get(book_address(cast.place, cast.at(10)))

    assert (answer.status_code, "This time is already taken." in text_of(answer)) == (409, True)


def test_a_time_when_the_doctor_is_not_there_shows_others():
    cast = Cast()

    answer = browser_of(cast.ana).get(book_address(cast.place, cast.at(13)))

    assert answer.status_code == 400
    assert "The doctor does not receive at this time." in text_of(answer)
    assert cast.at(14).isoformat() in answer.content.decode()


@pytest.mark.parametrize("at", ["", "soon", "2026-11-30T10:00", "9999-12-31T23:59:59+00:00", "²"])
def test_a_time_that_makes_no_sense_leads_to_the_free_times(at):
    cast = Cast()

    answer = browser_of(cast.ana).get(reverse("book", args=[cast.place.pk]), {"at": at})

    assert answer["Location"] == reverse("times", args=[cast.place.pk])


def test_who_is_new_is_told_that_the_doctor_takes_nobody_new():
    cast = Cast(extra={"accepts_new_patients": False})

    answer = browser_of(cast.ana).get(book_address(cast.place, cast.at(9)))

    assert (answer.status_code, "This doctor is not taking new patients." in text_of(answer)) == (422, True)
    assert "Book the visit" not in answer.content.decode()


def test_who_is_known_may_book_there_still():
    cast = Cast(extra={"accepts_new_patients": False})
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="appointment"
    )

    take(browser_of(cast.ana), cast.place, cast.at(9))

    assert Appointment.objects.get().patient == cast.ana


def test_a_mother_books_for_her_child_without_leaving_the_page():
    cast = Cast()
    child = make_patient(user=user_of(cast.ana), first_name="Tomás", phone="")
    client = browser_of(cast.ana)

    look = client.get(book_address(cast.place, cast.at(9)))
    take(client, cast.place, cast.at(9), patient=str(child.pk))

    assert look.content.decode().count('type="radio"') == 2
    assert Appointment.objects.get().patient == child


def test_nobody_books_for_a_stranger():
    cast = Cast()
    make_patient(user=user_of(cast.ana), first_name="Tomás", phone="")

    answer = take(browser_of(cast.ana), cast.place, cast.at(9), patient=str(cast.bruno.pk))

    assert answer.status_code == 422
    assert not Appointment.objects.exists()


def test_the_time_is_not_lost_when_signing_in_comes_between(page):
    cast = Cast()
    address = book_address(cast.place, cast.at(9))

    sent_away = page.get(address)
    sent_away_on_pressing = page.post(address, {}, headers={"referer": f"http://testserver{address}"})

    assert sent_away["Location"] == sent_away_on_pressing["Location"]
    assert sent_away["Location"].startswith("/sign-in?next=%2Fdoctors%2F")
    assert "at%3D" in sent_away["Location"]


def test_what_sends_one_to_sign_in_comes_back_to_no_other_site(page):
    cast = Cast()

    answer = page.post(book_address(cast.place, cast.at(9)), {}, headers={"referer": "https://evil.example/x"})

    assert answer["Location"] == "/sign-in?next=%2F"


def test_made_bookings_are_counted_with_those_of_the_api(settings):
    settings.RATE_LIMIT_BOOKING_MAX = 1
    cast = Cast()
    client = browser_of(cast.ana)

    first, second = take(client, cast.place, cast.at(9)), take(client, cast.place, cast.at(10))

    assert (first.status_code, second.status_code) == (302, 429)
    assert "Too many bookings within an hour." in text_of(second)
    assert Appointment.objects.count() == 1


def test_a_hold_that_lapsed_is_told_and_its_time_offered_again():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    ended = timezone.now() - timedelta(minutes=1)
    Appointment.objects.filter(pk=visit.pk).update(hold_ends_at=ended)
    visit.claims.update(held_until=ended)
    client = browser_of(cast.ana)

    before_the_sweep = text_of(client.get(reverse("visit", args=[visit.pk])))
    booking.expire_lapsed_holds()
    after = client.get(reverse("visit", args=[visit.pk]))

    for said in (before_the_sweep, text_of(after)):
        assert "The time is no longer held" in said
        assert "Nothing was charged." in said
        assert "Take the same time again" in said
    again = next(line for line in after.content.decode().split('"') if "/book?at=" in line).replace("&amp;", "&")
    assert client.get(again).status_code == 200


def test_a_lapsed_time_that_somebody_else_has_is_not_offered():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    Appointment.objects.filter(pk=visit.pk).update(hold_ends_at=timezone.now() - timedelta(minutes=1))
    booking.expire_lapsed_holds()
    cast.book(cast.bruno, cast.at(9))

    said = text_of(browser_of(cast.ana).get(reverse("visit", args=[visit.pk])))

    assert "Take the same time again" not in said
    assert "See other times" in said


def test_the_page_costs_as_many_queries_for_a_large_family(django_assert_max_num_queries):
    cast = Cast()
    for _ in range(5):
        make_patient(user=user_of(cast.ana), phone="")
    client = browser_of(cast.ana)

    with django_assert_max_num_queries(9):
        client.get(book_address(cast.place, cast.at(9)))
