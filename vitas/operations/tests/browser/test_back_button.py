"""The way back after paying, and after signing out, does no harm."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.people import sign_in, someone_new


def test_back_after_paying_shows_the_visit_as_it_is_now(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Berta Vuelta"))
    steps.see_free_times(page, steps.PAYS_IN_ADVANCE)
    steps.take_a_free_time(page, 2)
    steps.book(page)
    steps.approve_the_payment(page)
    steps.expect_confirmed(page)

    page.go_back()
    expect(page.get_by_text("This payment is settled.")).to_be_visible()
    page.go_back()

    expect(page).to_have_url(re.compile("/visits/"))
    steps.expect_confirmed(page)
    expect(page.get_by_role("button", name=re.compile("Pay"))).to_have_count(0)


def test_same_booking_sent_again_from_a_page_left_open_books_nothing_more(
    window: Callable[..., Page], watch: Watch
) -> None:
    watch.expect("status of 409")
    page = window()
    sign_in(page, someone_new("Blas Vuelta"))
    steps.see_free_times(page, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(page, 5)
    left_open = page.context.new_page()
    left_open.goto(page.url)
    steps.book(page)
    expect(steps.heading(page, "Your visit is booked")).to_be_visible()

    steps.book(left_open)
    left_open.wait_for_load_state()

    page.goto("/visits")
    expect(page.locator("main li.card")).to_have_count(1)


def test_back_at_the_checkout_of_a_paid_visit_pays_nothing(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Bruno Vuelta"))
    steps.see_free_times(page, steps.PAYS_IN_ADVANCE)
    steps.take_a_free_time(page, 3)
    steps.book(page)
    expect(page).to_have_url(re.compile("/demo/checkout/"))
    checkout = page.url
    steps.approve_the_payment(page)
    steps.expect_confirmed(page)

    page.goto(checkout)

    expect(page.get_by_text("This payment is settled.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve the payment")).to_have_count(0)


def test_back_after_signing_out_shows_nothing_of_the_person(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Saskia Salida"))
    page.goto("/visits")

    page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post";
            form.action = "/sign-out";
            const token = document.querySelector("[name=csrfmiddlewaretoken]").cloneNode();
            form.append(token);
            document.body.append(form);
            form.submit();
        }"""
    )
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.go_back()

    expect(page).to_have_url(re.compile("/sign-in"))
