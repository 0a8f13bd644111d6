"""What people do, step by step, found by what stands on the page: roles, labels and names."""

import re

from playwright.sync_api import Locator, Page, expect

PAYS_IN_ADVANCE = "Ana Ruiz"  # at Clínica Vitas, ARS 30000
PAYS_AT_THE_CLINIC = "Sarah Johnson"  # at Harbor Family Clinic
SETTLED_WITHIN = 25_000  # ms until the gateway's notice has been applied and the page has heard of it


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


def see_free_times(page: Page, doctor: str) -> None:
    """By a search for the name to the doctor's page."""
    page.goto(f"/doctors?name={doctor.rsplit(' ', 1)[-1]}")
    page.locator("main").get_by_role("link", name=re.compile(doctor)).first.click()
    expect(page.get_by_role("heading", level=1, name=re.compile(doctor))).to_be_visible()


def take_a_free_time(page: Page, number: int = 0) -> None:
    """Go on from a doctor's page to booking the first free time, or a later one."""
    if not page.locator("main a.slot").count():
        page.get_by_role("link", name=re.compile("^Next free")).click()
    page.locator("main a.slot").nth(number).click()
    expect(page).to_have_url(re.compile("/book|/sign-in"))


def book(page: Page, reason: str = "A headache for three days") -> None:
    """Say why and press the one main button."""
    page.get_by_label(re.compile("reason|why", re.I)).fill(reason)
    page.get_by_role("button", name=re.compile("Hold the time and pay|Book the visit")).click()


def approve_the_payment(page: Page) -> None:
    """At the demo's checkout, to which the page for paying leads."""
    page.wait_for_url("**/demo/checkout/**")
    page.get_by_role("button", name="Approve the payment").click()


def expect_confirmed(page: Page) -> None:
    """Comes by itself where scripts run."""
    expect(heading(page, "Your visit is confirmed")).to_be_visible(timeout=SETTLED_WITHIN)
