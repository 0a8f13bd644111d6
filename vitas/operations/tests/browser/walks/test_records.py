"""Records: a patient reads a new result and takes its file; a doctor writes, attaches, adds, prescribes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from records.tests.hostile import pdf
from vitas.operations.tests.browser.steps import SETTLED_WITHIN, heading
from vitas.operations.tests.browser.test_keyboard import tab_to
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.chromium import DESK, PHONE
from vitas.operations.tour.people import ANA_RUIZ, MARIA, NURSE, Person

# The viewer of PDFs is Chromium's own: what it loads is none of ours.
VIEWER = r"chrome(-extension|-untrusted)?://"


def open_file_of(page: Page, name: str) -> None:
    page.goto(f"/doctor/patients?q={name}")
    page.get_by_role("link", name=re.compile(name)).first.click()
    expect(heading(page, name)).to_be_visible()


def fill_value(page: Page, number: int, **words: str) -> None:
    row = page.get_by_role("group", name=f"Value {number}", exact=True)
    for label, text in words.items():
        row.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(text)


def write_lab_result(page: Page, title: str) -> None:
    """Two values, the second one above its range."""
    page.get_by_role("link", name="Write a record").first.click()
    page.get_by_role("link", name="Lab result").click()
    page.get_by_label("Title").fill(title)
    fill_value(page, 1, what_was_measured="Sodium", value="140", unit="mmol/L", range_from="135", range_to="145")
    fill_value(page, 2, what_was_measured="Potassium", value="6,1", unit="mmol/L", range_from="3.5", range_to="5.1")
    page.get_by_role("button", name="Save the record").click()
    expect(heading(page, title)).to_be_visible()


def attach(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("File to attach").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )
    page.get_by_role("button", name="Attach the file").click()


def download(page: Page, link: str) -> bytes:
    with page.expect_download() as found:
        page.get_by_role("link", name=re.compile(link)).first.click()
    return found.value.path().read_bytes()


def test_doctor_writes_a_result_attaches_adds_and_the_patient_reads_it(
    window: Callable[..., Page], watch: Watch
) -> None:
    watch.expect(VIEWER)
    watch.expect("status of 422")  # the file that is none
    doctor, patient = window(ANA_RUIZ, DESK), window(MARIA, PHONE)
    open_file_of(doctor, MARIA.name)
    write_lab_result(doctor, "Electrolytes")
    attach(doctor, "letter.pdf", b"This is no PDF at all.")
    expect(doctor.locator("#files .field-error")).to_contain_text("PDF, JPEG, PNG or WebP")
    attach(doctor, "electrolytes.pdf", pdf())
    expect(doctor.get_by_role("link", name=re.compile("^Download"))).to_be_visible(timeout=SETTLED_WITHIN)
    doctor.get_by_text("Add to this record").click()
    doctor.get_by_label("What is to be added").fill("Repeat the potassium next week.")
    doctor.get_by_role("button", name="Add", exact=True).click()
    expect(doctor.locator(".addenda")).to_contain_text("Repeat the potassium next week.")

    patient.goto("/records")
    line = patient.get_by_role("link", name=re.compile("Electrolytes")).first
    expect(line).to_contain_text("New")
    line.click()

    expect(patient.locator(".result-lines > li").nth(1)).to_contain_text("Above range")
    expect(patient.locator(".addenda")).to_contain_text("Repeat the potassium next week.")
    patient.get_by_text("Preview", exact=False).first.click()
    expect(patient.frame_locator(".record-pdf iframe").owner).to_be_visible()
    assert download(patient, "^Download").startswith(b"%PDF-")
    patient.get_by_role("link", name="Records").first.click()
    expect(patient.get_by_role("link", name=re.compile("Electrolytes")).first).not_to_contain_text("New")


def test_doctor_prescribes_and_opens_the_paper(window: Callable[..., Page], watch: Watch) -> None:
    watch.expect(VIEWER)
    page = window(ANA_RUIZ, DESK)
    open_file_of(page, MARIA.name)

    page.get_by_role("link", name="Write a record").first.click()
    page.get_by_role("link", name="Prescription").click()
    row = page.get_by_role("group", name="Medicine 1", exact=True)
    for label, text in {
        "Medicine": "Amoxicillin 500 mg",
        "Dose": "one capsule",
        "Route": "by mouth",
        "How often": "every 8 hours",
        "For how long": "7 days",
    }.items():
        row.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Prescribe").click()

    expect(page.locator(".check-code")).to_have_text(re.compile(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$"))
    assert download(page, "Prescription as PDF").startswith(b"%PDF-")


def test_result_is_written_by_keyboard_alone(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK)
    open_file_of(page, MARIA.name)
    page.goto(f"{page.url}/records/new?type=lab_result")

    tab_to(page, "^Title")
    page.keyboard.type("Typed without a mouse")
    for label, text in {"What was measured": "Urea", "^Value": "30", "Unit": "mg/dL"}.items():
        tab_to(page, label)
        page.keyboard.type(text)
    tab_to(page, "^More values$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Value 4", exact=True).get_by_label("What was measured")).to_be_focused()
    tab_to(page, "^Save the record$")
    page.keyboard.press("Enter")

    expect(heading(page, "Typed without a mouse")).to_be_visible()


def test_record_is_written_and_completed_without_scripts(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK, scripts=False)
    open_file_of(page, MARIA.name)

    page.get_by_role("link", name="Write a record").first.click()
    page.get_by_role("link", name="Lab result").click()
    page.get_by_label("Title").fill("Without scripts")
    page.get_by_role("button", name="More values").click()
    expect(page.get_by_label("Title")).to_have_value("Without scripts")
    fill_value(page, 8, what_was_measured="Urea", value="30", unit="mg/dL")
    page.get_by_role("button", name="Save the record").click()
    expect(heading(page, "Without scripts")).to_be_visible()
    attach(page, "urea.pdf", pdf())

    expect(page.locator("#files")).to_contain_text("urea.pdf")


def write_referral(page: Page, title: str) -> None:
    page.get_by_role("link", name="Write a record").first.click()
    page.get_by_role("link", name="Referral").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save the record").click()
    expect(heading(page, title)).to_be_visible()


def test_more_of_the_timeline_comes_and_what_is_new_does_not_fold_it(window: Callable[..., Page]) -> None:
    doctor = window(ANA_RUIZ, DESK)
    for number in range(10):
        open_file_of(doctor, MARIA.name)
        write_referral(doctor, f"Referral number {number}")
    page = window(MARIA, PHONE)
    page.goto("/records")
    before = page.locator(".record-line").count()

    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".record-line").nth(before)).to_be_focused()
    open_file_of(doctor, MARIA.name)
    write_referral(doctor, "Come meanwhile")

    page.get_by_role("link", name="Show what is new").click(timeout=SETTLED_WITHIN)
    expect(page.locator(".record-line").first).to_contain_text("Come meanwhile")


def test_unsaved_words_are_not_left_by_accident(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK)
    open_file_of(page, MARIA.name)
    page.get_by_role("link", name="Write a record").first.click()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)

    page.get_by_label("Description").press_sequentially("Half a sentence")
    page.get_by_role("link", name="Agenda").click(no_wait_after=True)
    page.wait_for_timeout(500)

    assert asked == ["beforeunload"]
    expect(page.get_by_label("Description")).to_have_value("Half a sentence")
    assert "Half a" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


@pytest.mark.parametrize("who", [NURSE], ids=lambda person: person.name)
def test_nurse_comes_from_today_to_the_file(who: Person, window: Callable[..., Page]) -> None:
    page = window(who, DESK)
    page.goto("/doctor")

    page.get_by_role("link", name="Patients", exact=True).click()
    page.locator(".patient-card").first.click()
    page.get_by_role("link", name="Write a record").first.click()

    expect(page.locator(".record-kinds")).not_to_contain_text("Prescription")
