"""One's visits: the list, one visit as it stands, cancelling, moving."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, Status
from appointments.payments.models import Payment, PaymentStatus
from appointments.tests.cast import Cast
from appointments.tests.page_client import browser_of, hidden_of, text_of
from patients.models import Patient, PatientAccess
from vitas.accounts.actor import PAYMENTS
from vitas.audit.models import AuditEntry
from vitas.testing import make_patient, user_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "visit"}


def paid(cast, at, **given):
    """A visit that stands and is paid."""
    visit = cast.book(cast.ana, at, **given)
    booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)
    Payment.objects.create(
        organization=cast.organization,
        appointment=visit,
        patient=visit.patient,
        amount=visit.fee,
        currency=visit.currency,
        status=PaymentStatus.COMPLETED,
        paid_at=timezone.now(),
    )
    visit.refresh_from_db()
    return visit


def live_address(page):
    """Where the visit's part of the page asks for news."""
    return next(part for part in page.split('"') if "seen=" in part).replace("&amp;", "&")


def soon(visit, **by):
    """The visit is so near that rules bite. The doctor's hours do not matter to them."""
    starts_at = timezone.now() + timedelta(**by)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


def test_the_list_parts_what_comes_from_what_is_over():
    cast = Cast()
    coming, gone = cast.book(cast.ana, cast.at(9)), cast.book(cast.ana, cast.at(10))
    booking.cancel(appointment_id=gone.pk, reason="I have to travel", by=cast.patient_actor(cast.ana))

    said = text_of(browser_of(cast.ana).get("/visits"))

    before, after = said.split("Past and cancelled")
    assert ("9:00 AM" in before, "10:00 AM" in before) == (True, False)
    assert "10:00 AM" in after and "cancelled" in after
    assert str(coming.doctor) in before


def test_an_empty_list_offers_to_find_a_doctor():
    said = browser_of(make_patient()).get("/visits").content.decode()

    assert "There is no coming visit." in said
    assert 'class="btn btn-quiet" href="/doctors"' in said


def test_a_family_sees_everyones_or_one_persons():
    cast = Cast()
    child = make_patient(user=user_of(cast.ana), first_name="Tomás", phone="")
    cast.book(cast.ana, cast.at(9))
    cast.book(child, cast.at(10), id=None)
    client = browser_of(cast.ana)

    everyone, only = text_of(client.get("/visits")), text_of(client.get("/visits", {"for": str(child.pk)}))

    assert ("9:00 AM" in everyone, "10:00 AM" in everyone) == (True, True)
    assert f"For {child.full_name}" in everyone
    assert ("9:00 AM" in only, "10:00 AM" in only) == (False, True)


def test_whose_visits_are_asked_for_opens_nobody_elses():
    cast = Cast()
    cast.book(cast.bruno, cast.at(9))

    said = text_of(browser_of(cast.ana).get("/visits", {"for": str(cast.bruno.pk)}))

    assert "9:00 AM" not in said


def test_past_visits_come_in_pages():
    cast = Cast()
    now = timezone.now()
    first = cast.book(cast.ana, cast.at(9))
    for days in range(1, 26):
        first.pk, first.status = None, Status.COMPLETED
        first.id = first._meta.pk.get_default()
        first.starts_at, first.ends_at = now - timedelta(days=days), now - timedelta(days=days, minutes=-30)
        first.save(force_insert=True)
    client = browser_of(cast.ana)

    one, two = client.get("/visits").content.decode(), client.get("/visits", {"page": "2"}).content.decode()

    assert (one.count("visit-card-what"), two.count("visit-card-what")) == (21, 5)
    assert "Page 1 of 2" in one and "?page=2" in one


def test_the_visit_tells_all_of_it_to_its_patient():
    cast = Cast(paid=True)
    visit = paid(cast, cast.at(9), reason="My knee hurts")

    answer = browser_of(cast.ana).get(reverse("visit", args=[visit.pk]))
    said = text_of(answer)

    assert "Your visit is confirmed" in said
    assert "USD 150 paid" in said and "Receipt" in said
    assert "My knee hurts" in said
    assert "Time held for 15 minutes" in said and "Confirmed" in said
    assert "If you cancel now, you get USD 150 back, all of it." in said
    assert answer["Cache-Control"].count("no-store") == 1


def test_looking_at_a_visit_is_in_the_trail_and_asking_for_news_is_not():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    client = browser_of(cast.ana)
    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    live = live_address(page)

    nothing_new = client.get(live, headers=HTMX)

    assert nothing_new.status_code == 204
    assert AuditEntry.objects.filter(action="READ_APPOINTMENT", resource_id=visit.pk).count() == 1


def test_news_of_a_visit_redraws_its_part_of_the_page():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    client = browser_of(cast.ana)
    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    live = live_address(page)
    booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)

    news = client.get(live, headers=HTMX)

    assert (news.status_code, "<html" in news.content.decode()) == (200, False)
    assert "Your visit is confirmed" in news.content.decode()
    assert "every 15s" in page and "every" not in news.content.decode()


def test_cancelling_says_first_what_comes_back_and_then_that_it_does():
    cast = Cast(paid=True)
    visit = paid(cast, cast.at(9))
    client = browser_of(cast.ana)
    address = reverse("cancel", args=[visit.pk])

    before = client.get(address)
    done = client.post(address, {"why": "busy"}, follow=True)

    assert "Cancel and get USD\u00a0150 back" in before.content.decode()
    assert "The visit is cancelled. USD\u00a0150 goes back to you." in done.content.decode()
    assert "USD 150 goes back to you" in text_of(done)
    visit.refresh_from_db()
    assert (visit.status, visit.cancellation_reason) == (Status.CANCELLED, "I have something else at that time")


def test_cancelling_too_late_says_first_that_nothing_comes_back():
    cast = Cast(paid=True)
    visit = paid(cast, cast.at(9))
    soon(visit, hours=5)
    client = browser_of(cast.ana)
    address = reverse("cancel", args=[visit.pk])

    before = client.get(address)
    after = client.post(address, {"why": "busy"}, follow=True)

    assert "If you cancel now, nothing is given back." in text_of(before)
    assert "Cancel without a refund" in before.content.decode()
    assert "USD 150 paid, not given back" in text_of(after)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose a reason."),
        ({"why": "other"}, "Say why in at least 10 characters."),
        ({"why": "other", "words": "  short   "}, "Say why in at least 10 characters."),
        ({"why": "no such"}, "Select a valid choice."),
    ],
)
def test_a_cancellation_without_a_reason_changes_nothing(given, said):
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))

    answer = browser_of(cast.ana).post(reverse("cancel", args=[visit.pk]), given)

    assert (answer.status_code, said in text_of(answer)) == (422, True)
    visit.refresh_from_db()
    assert visit.status == Status.SCHEDULED


def test_a_reason_of_ones_own_is_kept_as_it_is():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))

    browser_of(cast.ana).post(reverse("cancel", args=[visit.pk]), {"why": "other", "words": "My flight is late"})

    visit.refresh_from_db()
    assert visit.cancellation_reason == "My flight is late"


def test_a_second_click_on_cancel_does_no_harm():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    client = browser_of(cast.ana)
    address = reverse("cancel", args=[visit.pk])

    first, second = client.post(address, {"why": "busy"}), client.post(address, {"why": "busy"})

    assert first["Location"] == second["Location"] == reverse("visit", args=[visit.pk])
    assert visit.steps.filter(after=Status.CANCELLED).count() == 1


def test_a_visit_that_began_has_no_button_to_cancel_and_says_why():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    soon(visit, minutes=-5)
    client = browser_of(cast.ana)

    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    look, tried = client.get(reverse("cancel", args=[visit.pk])), client.post(reverse("cancel", args=[visit.pk]), {})

    assert reverse("cancel", args=[visit.pk]) not in page
    assert "A visit that has begun or is past cannot be cancelled here." in text_of(look)
    assert tried.status_code == 422


def test_moving_shows_old_and_new_and_then_moves():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    client = browser_of(cast.ana)
    address = reverse("move", args=[visit.pk])

    week = client.get(address).content.decode()
    wanted = next(
        link.replace("&amp;", "&")
        for link in week.split('"')
        if "/move?at=" in link and cast.at(11).strftime("%H") in link
    )
    look = client.get(wanted)
    done = client.post(address, hidden_of(look, "move"), follow=True)

    assert "Until now" in text_of(look) and "9:00 AM" in text_of(look)
    assert "The visit is moved:" in done.content.decode()
    visit.refresh_from_db()
    assert visit.starts_at != cast.at(9)
    assert "Moved to another time" in text_of(done)


def test_moving_to_a_time_that_was_taken_meanwhile_says_so_and_shows_others():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    cast.book(cast.bruno, cast.at(10))
    client = browser_of(cast.ana)
    address = reverse("move", args=[visit.pk])

    look = client.get(address, {"at": cast.at(10).isoformat()})
    tried = client.post(address, {"at": cast.at(10).isoformat()})

    for answer in (look, tried):
        assert (answer.status_code, "This time is already taken." in text_of(answer)) == (409, True)
        assert "10:30 AM" in text_of(answer)
    visit.refresh_from_db()
    assert visit.starts_at == cast.at(9)


def test_within_two_hours_the_button_is_gone_and_the_rule_is_said():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    soon(visit, minutes=90)
    client = browser_of(cast.ana)
    rule = "Visits can be moved until two hours before they begin. Call the clinic."

    page = client.get(reverse("visit", args=[visit.pk]))
    look = client.get(reverse("move", args=[visit.pk]))
    tried = client.post(reverse("move", args=[visit.pk]), {"at": cast.at(11).isoformat()})

    assert reverse("move", args=[visit.pk]) not in page.content.decode()
    assert rule in text_of(page) and rule in text_of(look)
    assert tried.status_code == 422


@pytest.mark.parametrize(
    "status",
    [Status.SCHEDULED, Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW],
)
def test_every_state_has_a_page(status):
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    client = browser_of(cast.ana)

    answers = [client.get(reverse(name, args=[visit.pk])) for name in ("visit", "move", "cancel", "visit-calendar")]

    assert [answer.status_code for answer in answers] == [200] * 4


def test_what_happened_costs_as_many_queries_however_much_it_was(django_assert_max_num_queries):
    cast = Cast(paid=True)
    visit = paid(cast, cast.at(9))
    for hour in (10, 11, 14, 15):
        booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(hour), reason="", by=cast.patient_actor(cast.ana))
    client = browser_of(cast.ana)

    with django_assert_max_num_queries(10):
        answer = client.get(reverse("visit", args=[visit.pk]))

    assert text_of(answer).count("Moved to another time") == 4


def test_visits_of_a_profile_unused_for_half_a_year_are_nobodys_until_it_is_opened_again():
    cast = Cast()
    old, user = make_patient(first_name="Olga"), user_of(cast.ana)
    access = PatientAccess.objects.create(user=user, patient=old, verified_at=timezone.now() - timedelta(days=181))
    visit = cast.book(cast.bruno, cast.at(9))
    Appointment.objects.filter(pk=visit.pk).update(patient=old)
    page, actor = browser_of(cast.ana), cast.patient_actor(cast.ana)

    closed = page.get(f"/visits/{visit.pk}").status_code, Appointment.objects.visible_to(actor).exists()
    known = Patient.objects.visible_to(actor).filter(pk=old.pk).exists()
    PatientAccess.objects.filter(pk=access.pk).update(verified_at=timezone.now())
    opened = page.get(f"/visits/{visit.pk}").status_code, Appointment.objects.visible_to(actor).exists()

    assert (closed, known) == ((404, False), False)
    assert opened == (200, True)


def test_use_by_this_person_keeps_the_visits_of_a_profile_open():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    PatientAccess.objects.filter(patient=cast.ana).update(verified_at=timezone.now() - timedelta(days=181))

    page = browser_of(cast.ana)

    assert page.get(f"/visits/{visit.pk}").status_code == 200
