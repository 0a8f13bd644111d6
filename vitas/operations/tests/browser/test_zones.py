"""A clinic's zone is named to whom the clock shows another time, on the first page already."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps

CLINIC = "America/Argentina/Buenos_Aires"


def test_who_travelled_is_told_whose_time_it_is_on_the_first_page(window: Callable[..., Page], server: str) -> None:
    page = window(zone="Europe/Madrid")
    page.context.add_cookies([{"name": "zone", "value": CLINIC, "url": server}])  # as of the last visit

    page.goto("/doctors?name=Ruiz")

    expect(page.locator(".doctor-when .zone")).to_have_text("(Buenos Aires time)")


def test_who_is_in_the_clinics_zone_is_told_no_zone(window: Callable[..., Page]) -> None:
    page = window(zone=CLINIC)

    steps.see_free_times(page, steps.PAYS_IN_ADVANCE)

    expect(page.locator("#week .slot").first).to_be_visible()
    expect(page.locator(".zone:visible")).to_have_count(0)
