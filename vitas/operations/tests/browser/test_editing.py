"""Two people at one form: the second is told who is writing, hears when it is free, and loses nothing."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import MANAGER, URGENT_CARE


def test_second_at_a_form_is_told_who_writes_and_shown_what_was_saved(
    window: Callable[..., Page], watch: Watch
) -> None:
    watch.expect("409")
    doctor, manager = window(URGENT_CARE, device=DESK), window(MANAGER, device=DESK)
    doctor.goto("/doctor/profile")
    said = doctor.locator("[data-edit-lock]")
    doctors_form = str(said.get_attribute("data-edit-lock")).replace("doctor:", "/admin/clinic/doctor/")

    manager.goto(f"{doctors_form}/change/")
    with manager.expect_response(re.compile("/editing/acquire")):
        manager.locator("#id_education").fill("As the manager has it")
    with doctor.expect_response(re.compile("/editing/acquire")):
        doctor.locator("#id_education").fill("As the doctor has it")
    expect(said).to_contain_text(re.compile(r"is editing this since \d"))

    manager.locator("[name=_save]").click()
    expect(said).to_contain_text("Nobody else is editing this any more")
    doctor.get_by_role("button", name="Save").click()

    expect(doctor.get_by_text("Saved meanwhile: As the manager has it")).to_have_count(2)
    expect(doctor.locator("#id_education")).to_have_value("As the doctor has it")
