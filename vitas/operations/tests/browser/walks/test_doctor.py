"""A doctor's day: the visit in the room is completed, the next begins, and news come by themselves."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import JOHN, SARAH_JOHNSON, URGENT_CARE

IN_THE_ROOM = "#today .day-in_progress"
WAITING = "#today .day-checked_in"


def test_doctor_completes_the_visit_in_the_room_and_starts_the_next(window: Callable[..., Page]) -> None:
    page = window(URGENT_CARE, DESK)
    page.goto("/doctor")
    waited = page.locator(WAITING).count()

    page.locator(IN_THE_ROOM).click()
    page.get_by_role("button", name="Complete").click()
    expect(page.locator(IN_THE_ROOM)).to_have_count(0)
    page.locator(WAITING).first.click()
    page.get_by_role("button", name=re.compile("^Start")).click()

    expect(page.locator(IN_THE_ROOM)).to_have_count(1)
    expect(page.locator(WAITING)).to_have_count(waited - 1)


def test_booking_of_a_patient_is_told_to_the_doctor_by_itself(window: Callable[..., Page]) -> None:
    doctor, patient = window(SARAH_JOHNSON, DESK), window(JOHN)
    doctor.goto("/notifications")
    expect(heading(doctor, "Notifications")).to_be_visible()

    steps.see_free_times(patient, steps.PAYS_AT_THE_CLINIC)
    steps.take_a_free_time(patient, 6)
    steps.book(patient, "Seen at once by the doctor")
    expect(heading(patient, "Your visit is booked")).to_be_visible()

    expect(doctor.locator("#notification-list li").first).to_contain_text("John Miller", timeout=steps.SETTLED_WITHIN)
