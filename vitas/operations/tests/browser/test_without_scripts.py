"""With scripts switched off a patient signs in, finds a doctor, books, pays and cancels: forms and links do it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.people import ANA_RUIZ, RECEPTIONIST, sign_in, someone_new

RELOADS = 25


def test_patient_signs_in_books_pays_and_cancels_without_scripts(window: Callable[..., Page]) -> None:
    page = window(scripts=False)
    sign_in(page, someone_new("Pedro Sinscript"), scripts=False)

    page.goto("/doctors")
    page.get_by_label("Specialty").select_option(label="Family Medicine")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("specialty="))
    steps.see_free_times(page, steps.PAYS_IN_ADVANCE)
    steps.take_a_free_time(page, 1)
    steps.book(page)
    steps.approve_the_payment(page)
    reload_until_confirmed(page)
    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=re.compile("^Cancel and get .*30.000.* back$")).click()

    expect(heading(page, "The visit is cancelled")).to_be_visible()


def reload_until_confirmed(page: Page) -> None:
    for _time in range(RELOADS):
        if heading(page, "Your visit is confirmed").count():
            return
        page.wait_for_timeout(1_000)
        page.reload()
    expect(heading(page, "Your visit is confirmed")).to_be_visible()


def test_staff_see_their_day_without_scripts(window: Callable[..., Page]) -> None:
    doctor, desk = window(scripts=False), window(scripts=False)

    sign_in(doctor, ANA_RUIZ)
    sign_in(desk, RECEPTIONIST)

    expect(doctor.get_by_role("heading", level=1, name="Today")).to_be_visible()
    expect(desk).to_have_url(re.compile("/admin/"))
    expect(desk.locator("h1")).to_be_visible()


def test_language_is_changed_without_scripts(window: Callable[..., Page]) -> None:
    page = window(scripts=False, chosen=False)

    page.goto("/")
    page.get_by_label("Language", exact=True).select_option("pt-br")
    page.get_by_role("button", name="Change").click()

    expect(page.locator("html")).to_have_attribute("lang", "pt-br")
