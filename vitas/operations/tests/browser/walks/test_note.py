"""The note of a visit: looked over beside what was said, edited, decided on, signed; also by keyboard, and by hand.

The demo's recordings are what it begins with (`vitas/operations/demo/scribe.py`).
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from vitas.operations.tests.browser.steps import SETTLED_WITHIN, heading
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.chromium import DESK, PHONE
from vitas.operations.tour.people import ANA_RUIZ, PASSWORD, PAULO_COSTA, SARAH_JOHNSON

DRAFTED = "main a.work-line:has(.state-amber)"
SIGNED = "main section:has(#work-signed) a.work-line"


def open_note(page: Page, link: str = DRAFTED) -> None:
    page.goto("/doctor/notes")
    page.locator(link).first.click()
    expect(page.locator("#written")).to_be_visible()


def sentences(page: Page) -> Locator:
    return page.locator("#note-form textarea:visible")


def expect_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_class(re.compile("is-saved"), timeout=SETTLED_WITHIN)


def decide_all(page: Page) -> None:
    """Keep every flagged sentence as it is."""
    while page.locator("[data-while=open]:visible").count():
        left = page.locator("[data-while=open]:visible").count()
        page.locator("[data-while=open]:visible").first.get_by_role("button", name=re.compile("^Keep it")).click()
        expect(page.locator("[data-while=open]:visible")).to_have_count(left - 1, timeout=SETTLED_WITHIN)


def test_sentence_plays_its_words_and_a_line_shows_where_it_went(window: Callable[..., Page]) -> None:
    page = window(SARAH_JOHNSON, DESK)
    open_note(page)
    first = page.locator("li[data-evidence]:not([data-evidence=''])").first

    first.locator("textarea").click()

    evidence = (first.get_attribute("data-evidence") or "").split()
    expect(page.locator(".said.is-marked")).to_have_count(len(evidence))
    page.wait_for_function("document.querySelector('audio').currentTime > 0")
    page.keyboard.press("Escape")
    page.locator(f"#said-{evidence[0]} .said-text").click()
    expect(page.locator("li.sentence.is-marked").first).to_be_visible()
    page.locator(f"#said-{evidence[0]} [data-uses] a").first.click()
    expect(page.locator("li.sentence.is-marked textarea").first).to_be_focused()


def test_what_is_not_saved_is_said_and_saved_once_the_connection_is_back(
    window: Callable[..., Page], watch: Watch
) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|ERR_NETWORK|WebSocket|ERR_FAILED")
    page = window(ANA_RUIZ, DESK)
    open_note(page)
    page.wait_for_load_state("networkidle")

    page.context.set_offline(True)
    sentences(page).first.press("End")
    page.keyboard.type(" Vive con su madre.")
    expect(page.locator("#save-state")).to_contain_text("no connection", timeout=SETTLED_WITHIN)
    page.context.set_offline(False)

    expect_saved(page)
    page.reload()
    expect(sentences(page).first).to_have_value(re.compile("Vive con su madre"))


def test_removed_sentence_comes_back_by_undo(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK)
    open_note(page)
    before = sentences(page).count()

    page.get_by_role("button", name=re.compile("^Remove it")).first.click()
    expect(sentences(page)).to_have_count(before - 1)
    page.get_by_role("button", name="Undo").first.click()

    expect(sentences(page)).to_have_count(before)


def test_phone_shows_one_part_at_a_time(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, PHONE)
    open_note(page)
    expect(page.locator(".said-lines")).to_be_hidden()

    page.get_by_role("tab", name="What was said").click()

    expect(page.locator(".said-lines")).to_be_visible()
    expect(page.locator("#written")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Diagnoses")).to_be_focused()
    expect(page.locator("#codes")).to_be_visible()


def test_note_is_edited_without_scripts(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK, scripts=False)
    open_note(page)

    page.locator("#section-plan textarea").last.fill("Traer la lista de remedios.")
    page.locator("#section-plan").get_by_role("button", name="Save").click()
    expect(page.locator("#section-plan")).to_contain_text("Traer la lista de remedios.")
    page.get_by_label("Add from", exact=False).fill("lumbago")
    page.get_by_role("button", name="Search").click()
    code = page.locator(".code-choice .code").first.inner_text()
    page.locator(".code-choice").first.click()

    expect(page.locator(".code-row.is-accepted", has_text=code)).to_have_count(1)


def test_signed_note_is_read_only(window: Callable[..., Page]) -> None:
    page = window(PAULO_COSTA, DESK)

    open_note(page, SIGNED)

    expect(page.locator("#written textarea")).to_have_count(0)
    expect(page.get_by_role("link", name="Add to this record")).to_be_visible()


def test_note_is_begun_by_hand(window: Callable[..., Page]) -> None:
    page = window(SARAH_JOHNSON, DESK)
    page.goto("/doctor/patients")
    page.locator(".patient-card").last.click()
    page.locator('main a[href*="/doctor/visits/"]').last.click()
    page.get_by_role("link", name="Note", exact=True).last.click()

    page.get_by_role("button", name="Write the note by hand").click()
    page.locator("#section-subjective textarea").fill("Came for a prescription.")
    expect_saved(page)
    page.reload()

    expect(sentences(page).first).to_have_value("Came for a prescription.")


def test_doctor_edits_by_keyboard_decides_and_signs(window: Callable[..., Page]) -> None:
    page = window(ANA_RUIZ, DESK)
    open_note(page)

    sentences(page).first.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("Works as a driver.")
    expect_saved(page)
    page.keyboard.press("Alt+ArrowDown")
    expect(sentences(page).nth(2)).to_have_value("Works as a driver.")
    expect(sentences(page).nth(2)).to_be_focused()
    expect_saved(page)
    page.get_by_role("link", name="Sign", exact=True).click()
    expect(page.locator("[data-while=open]:visible button").first).to_be_focused()
    decide_all(page)
    before = page.locator(".code-row.is-accepted").count()
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator(".code-row.is-accepted")).to_have_count(before + 1, timeout=SETTLED_WITHIN)
    page.get_by_role("link", name="Sign", exact=True).click()
    expect(heading(page, "Sign the note")).to_be_visible()
    expect(page.locator(".sign-paper")).to_contain_text("Works as a driver.")
    if page.get_by_label(
        "Password", exact=True
    ).count():  # whoever proved who they are within ten minutes is not asked again
        page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign the note").click()

    expect(page.locator(".signed-note")).to_contain_text("Signed by")
    expect(page.locator("#note-form textarea")).to_have_count(0)
    page.get_by_text("What was changed since the draft").click()
    expect(page.locator(".note-changes ins").first).to_be_visible()
    with page.expect_download() as paper:
        page.get_by_role("link", name="PDF").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
