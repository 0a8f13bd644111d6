"""The front desk in the admin: who is here, who is on the phone, who has never been here."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import RECEPTIONIST

CHECK_IN = re.compile("^Check in")


def test_receptionist_checks_a_patient_in_from_the_day(window: Callable[..., Page]) -> None:
    page = window(RECEPTIONIST, DESK)
    page.goto("/admin/")
    row = page.locator("li.visit").filter(has=page.get_by_role("button", name=CHECK_IN)).first
    who = row.get_by_role("heading").inner_text()

    row.get_by_role("button", name=CHECK_IN).click()

    waiting = page.locator("li.visit").filter(has_text=who)
    expect(waiting.get_by_role("button", name=re.compile("^Start")).first).to_be_visible()
    expect(waiting.get_by_role("button", name=CHECK_IN)).to_have_count(0)


def test_receptionist_finds_a_patient_by_part_of_a_name(window: Callable[..., Page]) -> None:
    page = window(RECEPTIONIST, DESK)

    page.goto("/admin/patients/patient/?q=Gonz")

    expect(page.locator("#result_list")).to_contain_text("María González")
