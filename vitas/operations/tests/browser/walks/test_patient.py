"""A patient on a phone: sign in, find, book, pay, move, cancel."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.people import JOHN, MARIA, ask_for_code, enter_code, last_code, someone_new


def test_patient_without_an_account_books_and_pays_and_is_told_that_it_is_confirmed(
    window: Callable[..., Page],
) -> None:
    page = window()
    person = someone_new("Lucía Prueba")

    steps.see_free_times(page, steps.PAYS_IN_ADVANCE)
    steps.take_a_free_time(page)
    ask_for_code(page, person)
    enter_code(page, last_code(page.context, person.phone), person)

    expect(page).to_have_url(re.compile("/book"))  # where the person was going
    steps.book(page)
    steps.approve_the_payment(page)
    steps.expect_confirmed(page)


def test_patient_books_without_payment_moves_the_visit_and_cancels_it(window: Callable[..., Page]) -> None:
    page = window(JOHN)

    steps.see_free_times(page, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(page)
    steps.book(page)
    expect(heading(page, "Your visit is booked")).to_be_visible()
    visit = page.url

    page.get_by_role("link", name="Move").click()
    expect(heading(page, "Move the visit")).to_be_visible()
    page.locator("main a.slot").nth(2).click()
    page.get_by_role("button", name=re.compile("^Move")).click()
    expect(heading(page, "Your visit is booked")).to_be_visible()

    page.goto(visit)
    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Cancel the visit").click()

    expect(heading(page, "The visit is cancelled")).to_be_visible()


def test_wrong_code_is_said_beside_the_field_and_the_right_one_still_works(window: Callable[..., Page], watch) -> None:
    watch.expect("status of 4")
    page = window()
    person = someone_new()

    ask_for_code(page, person)
    right = last_code(page.context, person.phone)
    page.locator("input[autocomplete=one-time-code]").fill("000000" if right != "000000" else "111111")
    expect(page.locator("[data-errors]")).to_be_focused()
    enter_code(page, right, person)

    expect(page).not_to_have_url(re.compile("/sign-in"))


def test_visit_can_be_put_into_a_calendar_and_its_private_address_revoked(window: Callable[..., Page]) -> None:
    page = window(MARIA)

    page.goto("/visits/calendar")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
