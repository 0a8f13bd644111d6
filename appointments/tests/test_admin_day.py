"""The desk's day in the admin, walked as a receptionist walks it: by forms alone, and by fragments."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import booking
from appointments.models import Appointment, AppointmentStep, Status
from appointments.payments.models import LedgerEntry, Payment, PaymentStatus
from appointments.tests.cast import Cast
from vitas import testing
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

DAY = reverse("admin:index")


@pytest.fixture
def cast() -> Iterator[Cast]:
    """At 08:50 of the day of the visits."""
    cast = Cast()
    with time_machine.travel(cast.at(8, 50), tick=False):
        yield cast


@pytest.fixture
def desk(cast: Cast) -> Client:
    return testing.browser(cast.staff(Role.RECEPTIONIST))


def act(visit: Appointment, name: str) -> str:
    return reverse("admin:day-act", args=[visit.pk, name])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def by_htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": f"http://testserver{DAY}?on=2030-01-01"}


def test_desk_begins_with_its_day_and_the_operator_with_the_models(cast, desk):
    cast.book(cast.ana, cast.at(9))
    operator = testing.browser(testing.make_user(is_operator=True))

    shown, models = desk.get(DAY), operator.get(DAY)

    assert cast.ana.full_name in text(shown)
    assert "Check in" in text(shown)
    assert "Everything" in text(models)
    assert cast.ana.full_name not in text(models)
    assert "Everything" in text(desk.get(reverse("admin:all")))


def test_the_page_costs_as_many_queries_for_many_visits_as_for_one(cast, desk):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(DAY)
        return len(queries)

    cast.book(cast.ana, cast.at(9))
    desk.get(DAY)
    one = cost()
    for hour in (10, 11, 14, 15, 16):
        cast.book(testing.make_patient(), cast.at(hour))

    assert cost() == one


@pytest.mark.parametrize("query", ["on=9999-12-31", "on=0001-01-01", "on=never&clinic=x&doctor=1&state=?", "on="])
def test_an_address_that_makes_no_sense_shows_today(cast, desk, query):
    answer = desk.get(f"{DAY}?{query}")

    assert answer.status_code == 200
    assert f'value="{cast.monday}"' in text(answer)


def test_looking_at_a_day_is_in_the_audit_trail(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))

    desk.get(DAY)

    read = AuditEntry.objects.get(action="READ_APPOINTMENT")
    assert read.details == {"count": 1, "ids": [str(visit.pk)]}


def test_no_word_about_health_is_on_any_of_the_desks_pages(cast, desk):
    visit = cast.book(cast.ana, cast.at(9), reason="a secret pain", notes="a secret note")
    pages = [DAY, reverse("admin:day-print"), act(visit, "cancel"), reverse("admin:day-move", args=[visit.pk])]

    shown = [text(desk.get(page)) for page in pages]

    assert [cast.ana.full_name in page for page in shown] == [True] * 4
    assert ["secret" in page for page in shown] == [False] * 4


def test_one_click_checks_in_and_leads_back_to_the_visit_on_the_day_as_it_was_filtered(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    back = f"on={cast.monday}&doctor={cast.doctor.pk}"

    answer = desk.post(act(visit, "check-in"), {"back": back})

    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN
    assert answer.headers["Location"] == f"{DAY}?{back}#visit-{visit.pk}"
    assert f"{cast.ana.full_name} is waiting." in text(desk.get(answer.headers["Location"]))


def test_by_htmx_the_day_is_drawn_anew_with_the_visit_in_focus_and_the_act_said(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))

    answer = desk.post(act(visit, "check-in"), headers=by_htmx("day"))

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#day")
    assert text(answer).strip().startswith('<div id="day"')
    assert f'id="visit-{visit.pk}"' in text(answer)
    assert text(answer).count("data-focus") == 1
    assert f"{cast.ana.full_name} is waiting." in text(answer)


def test_a_click_after_somebody_elses_changes_nothing_and_says_so(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "check-in"))

    again = desk.post(act(visit, "check-in"), follow=True)

    assert "This step is not possible." in text(again)
    assert AppointmentStep.objects.filter(appointment=visit, after=Status.CHECKED_IN).count() == 1


@pytest.mark.parametrize(
    ("way", "ends"),
    [
        (["accept"], Status.CONFIRMED),
        (["check-in", "start", "complete"], Status.COMPLETED),
        (["check-in", "no-show"], Status.CHECKED_IN),  # the visit has not begun yet
        (["cancel"], Status.CANCELLED),
        (["start"], Status.SCHEDULED),
    ],
    ids=["accepted", "all the way", "too early for a no-show", "cancelled", "not before the check-in"],
)
def test_steps_go_as_the_table_of_steps_has_them(cast, desk, way, ends):
    visit = cast.book(cast.ana, cast.at(9))

    for name in way:
        desk.post(act(visit, name))

    visit.refresh_from_db()
    assert visit.status == ends


def test_no_show_is_noted_once_the_visit_should_have_begun(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(9, 1), tick=False):
        desk.post(act(visit, "no-show"))

    visit.refresh_from_db()
    assert visit.status == Status.NO_SHOW


def test_a_step_is_taken_back_with_a_reason_and_not_without(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "check-in"))

    without = desk.post(act(visit, "take-back"), {"reason": ""})
    visit.refresh_from_db()
    status_after_refusal = visit.status
    desk.post(act(visit, "take-back"), {"reason": "Another patient was meant"})

    visit.refresh_from_db()
    assert (without.status_code, status_after_refusal) == (422, Status.CHECKED_IN)
    assert visit.status == Status.SCHEDULED
    assert AppointmentStep.objects.filter(appointment=visit).latest("pk").reason == "Another patient was meant"


def test_after_ten_minutes_taking_back_is_no_more(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "check-in"))

    with time_machine.travel(cast.at(9, 1), tick=False):
        late = desk.post(act(visit, "take-back"), {"reason": "Another patient was meant"})

    visit.refresh_from_db()
    assert (late.status_code, visit.status) == (422, Status.CHECKED_IN)
    assert "within ten minutes" in text(late)


def test_cancelling_says_before_the_click_what_goes_back(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "cash"))

    asked = desk.get(act(visit, "cancel"))
    desk.post(act(visit, "cancel"), {"reason": "The doctor is ill"})

    visit.refresh_from_db()
    assert "What was paid goes back in full: USD\u00a0150." in asked.content.decode()
    assert (visit.status, visit.cancellation_reason) == (Status.CANCELLED, "The doctor is ill")


def test_cash_is_shown_before_it_is_taken_and_stands_in_the_ledger_once(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))

    asked = desk.get(act(visit, "cash"))
    desk.post(act(visit, "cash"))
    again = desk.post(act(visit, "cash"))

    payment = Payment.objects.get(appointment=visit)
    assert "USD\u00a0150" in asked.content.decode()
    assert (payment.status, payment.method) == (PaymentStatus.COMPLETED, Payment.Method.CASH)
    assert sorted(LedgerEntry.objects.values_list("account", "amount")) == [("cash_desk", 15_000), ("income", -15_000)]
    assert (again.status_code, "already paid" in text(again)) == (422, True)


def test_cash_confirms_a_held_visit(desk):
    cast = Cast(paid=True)
    with time_machine.travel(cast.at(8, 50), tick=False):
        visit = cast.book(cast.ana, cast.at(9))
        testing.browser(cast.staff(Role.RECEPTIONIST)).post(act(visit, "cash"))

    visit.refresh_from_db()
    assert visit.status == Status.CONFIRMED


def test_money_goes_back_from_the_desk(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "cash"))

    desk.post(act(visit, "refund"))

    assert Payment.objects.get(appointment=visit).status == PaymentStatus.REFUNDED
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0


def test_an_act_that_is_not_possible_says_why_and_offers_no_button(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "cancel"))

    shown = desk.get(act(visit, "cash"))

    assert "This is not possible now." in text(shown)
    assert 'id="act-submit"' not in text(shown)


def test_moving_shows_free_times_and_moves_with_state_and_payment(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    desk.post(act(visit, "accept"))
    page = reverse("admin:day-move", args=[visit.pk])
    free = cast.at(14, 30).isoformat().replace("+00:00", "Z")

    week = desk.get(page)
    none = desk.post(page, {"place": cast.place.pk})
    answer = desk.post(page, {"at": free, "place": cast.place.pk, "reason": "", "back": f"on={cast.monday}"})

    visit.refresh_from_db()
    assert f'value="{free}"' in text(week)
    assert (none.status_code, "Choose one of the free times." in text(none)) == (422, True)
    assert answer.headers["Location"] == f"{DAY}?on={cast.monday}#visit-{visit.pk}"
    assert (visit.starts_at, visit.status) == (cast.at(14, 30), Status.CONFIRMED)


def test_moving_to_a_time_that_was_just_taken_is_told_and_keeps_the_old_one(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    cast.book(cast.bruno, cast.at(14))

    answer = desk.post(
        reverse("admin:day-move", args=[visit.pk]), {"at": cast.at(14).isoformat(), "place": cast.place.pk}
    )

    visit.refresh_from_db()
    assert (answer.status_code, "already taken" in text(answer)) == (409, True)
    assert visit.starts_at == cast.at(9)


def test_what_cannot_be_moved_says_so_before_a_time_is_chosen(cast, desk):
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="", by=cast.staff_actor(cast.staff(Role.RECEPTIONIST)))

    shown = desk.get(reverse("admin:day-move", args=[visit.pk]))

    assert "This is not possible now." in text(shown)
    assert 'name="at"' not in text(shown)


def test_the_day_on_paper_is_by_doctor(cast, desk):
    cast.book(cast.ana, cast.at(9))
    cancelled = cast.book(cast.bruno, cast.at(10))
    desk.post(act(cancelled, "cancel"))

    paper = text(desk.get(reverse("admin:day-print"), {"on": cast.monday}))

    assert str(cast.doctor) in paper
    assert (cast.ana.full_name in paper, cast.bruno.full_name in paper) == (True, False)


NAMES = ["check-in", "start", "complete", "no-show", "cancel", "cash", "refund", "take-back", "accept"]


@pytest.mark.parametrize("name", NAMES)
def test_another_organizations_visit_is_not_there_and_another_clinics_is_not_hers(cast, desk, name):
    foreign = Cast()
    far = foreign.book(foreign.ana, foreign.at(9))
    clinic = testing.make_clinic(cast.organization)
    other = Cast(place=testing.make_place(clinic, testing.make_doctor(cast.organization)))
    near = other.book(other.ana, other.at(9))

    answers = [
        (desk.get(act(visit, name)).status_code, desk.post(act(visit, name)).status_code) for visit in (far, near)
    ]

    assert answers == [(404, 404), (403, 403)]
    assert set(Appointment.objects.values_list("status", flat=True)) == {Status.SCHEDULED}


def test_pages_of_the_day_open_to_nobody_else(cast):
    visit = cast.book(cast.ana, cast.at(9))
    pages = [
        DAY,
        reverse("admin:day-print"),
        reverse("admin:day-book"),
        reverse("admin:day-patients"),
        reverse("admin:day-new-patient"),
        reverse("admin:day-move", args=[visit.pk]),
        act(visit, "cancel"),
    ]
    others = [testing.browser(), testing.browser(cast.doctor_user), testing.browser(cast.staff(Role.NURSE))]
    operator = testing.browser(testing.make_user(is_operator=True))

    sent_away = {browser.get(page).headers.get("Location") for browser in others for page in pages}
    to_the_operator = [operator.get(page).status_code for page in pages[1:]]

    assert sent_away == {f"/admin/login/?next={page}" for page in pages}
    assert to_the_operator == [403] * 6


def test_a_fragment_asked_for_after_the_session_ended_leads_to_the_sign_in(cast):
    answer = testing.browser().get(DAY, headers=by_htmx("day"))

    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/admin/login/?next=%2Fadmin%2F%3Fon%3D2030-01-01"
