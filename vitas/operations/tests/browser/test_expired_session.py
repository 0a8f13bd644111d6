"""A session that ended brings the person to signing in, and back to where they were."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tour.people import URGENT_CARE, ask_for_code, enter_code, last_code, sign_in, someone_new


def forget_the_session(page: Page) -> None:
    """As if it had ended on the server: the browser has nothing that is worth anything any more."""
    page.context.clear_cookies(name=re.compile("session|authToken", re.I))


def test_patient_comes_back_to_the_time_they_were_booking(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, someone_new("Elena Expira"))
    steps.see_free_times(page, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(page, 4)
    was = page.url

    forget_the_session(page)
    page.reload()
    expect(page).to_have_url(re.compile("/sign-in"))
    person = someone_new("Elena Otravez")  # a second code for the same number would have to wait a minute
    ask_for_code(page, person)
    enter_code(page, last_code(page.context, person.phone), person)

    expect(page).to_have_url(was)


def test_doctor_is_led_to_signing_in_and_back_to_the_agenda(window: Callable[..., Page]) -> None:
    page = window()
    sign_in(page, URGENT_CARE)

    forget_the_session(page)
    page.goto("/doctor/agenda")
    expect(page).to_have_url(re.compile("/sign-in/staff"))
    page.get_by_label(re.compile("e-?mail", re.I)).fill(URGENT_CARE.email)
    page.get_by_label("Password", exact=True).fill("vitas-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page).to_have_url(re.compile("/doctor/agenda"))
