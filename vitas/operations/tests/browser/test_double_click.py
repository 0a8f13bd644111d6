"""An impatient finger: two clicks do what one does."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.people import Person, sign_in, someone_new


def booked(page: Page) -> int:
    page.goto("/visits")
    return page.locator("main li.card").count()


def at_the_button(page: Page, who: Person, *, scripts: bool = True) -> None:
    sign_in(page, who, scripts=scripts)
    steps.see_free_times(page, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(page, 3)
    page.get_by_label(re.compile("reason|why", re.I)).fill("Twice by mistake")


def test_double_click_books_once(window: Callable[..., Page]) -> None:
    page = window()
    at_the_button(page, someone_new("Dora Doble"))

    page.get_by_role("button", name="Book the visit").dblclick()

    expect(heading(page, "Your visit is booked")).to_be_visible()
    assert booked(page) == 1


def test_double_click_books_once_without_scripts(window: Callable[..., Page]) -> None:
    page = window(scripts=False)
    at_the_button(page, someone_new("Dario Doble"), scripts=False)

    page.get_by_role("button", name="Book the visit").dblclick()

    expect(heading(page, "Your visit is booked")).to_be_visible()
    assert booked(page) == 1
