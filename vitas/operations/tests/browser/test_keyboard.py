"""By keyboard alone: the focus is seen, goes in order, and a visit is booked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from vitas.operations.tests.browser import steps
from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import JOHN, RECEPTIONIST, URGENT_CARE, Person

FARTHEST = 80  # presses of Tab

# How the focused element looks: a focus that changes nothing on the screen is none.
SEEN = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none" ||
    at.type === "date"; // the browser draws a ring of its own around its parts
  return { at: at.outerHTML.slice(0, 120), ring, inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
}"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until something with these words, or under such a label, has the focus."""
    for _press in range(FARTHEST):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
              const at = document.activeElement;
              const labels = [...(at.labels || [])].map((label) => label.textContent).join(" ");
              return (at.getAttribute("aria-label") || labels || at.textContent || "").replace(/\\s+/g, " ").trim();
            }"""
        )
        if re.search(words, name):
            return
    raise AssertionError(f"the focus never came to {words!r}")


def test_visit_is_found_and_booked_by_keyboard_alone(window: Callable[..., Page]) -> None:
    page = window(JOHN, DESK)
    page.goto("/doctors?name=Johnson")

    tab_to(page, steps.PAYS_AT_THE_CLINIC)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=re.compile(steps.PAYS_AT_THE_CLINIC))).to_be_visible()
    tab_to(page, r"\d:\d\d")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/book"))
    tab_to(page, "(?i)reason|why")
    page.keyboard.type("Booked without a mouse")
    tab_to(page, "^Book the visit$")
    page.keyboard.press("Enter")

    expect(heading(page, "Your visit is booked")).to_be_visible()


def test_first_tab_leads_past_the_menu_to_the_content(window: Callable[..., Page]) -> None:
    page = window(JOHN, DESK)
    page.goto("/visits")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_focus_stays_where_it_was_when_a_part_is_drawn_anew_by_itself(window: Callable[..., Page]) -> None:
    page = window(JOHN, DESK)
    page.goto("/visits")
    link = page.locator("#visit-list h3 a").nth(1)
    link.focus()

    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "visit-list"):
        page.locator("#visit-list").dispatch_event("live")

    expect(link).to_be_focused()


@pytest.mark.parametrize(
    ("who", "address"),
    [
        (None, "/"),
        (None, "/doctors"),
        (None, "/sign-in"),
        (JOHN, "/visits"),
        (URGENT_CARE, "/doctor"),
        (URGENT_CARE, "/doctor/agenda"),
        (RECEPTIONIST, "/admin/"),
    ],
)
def test_focus_is_seen_wherever_it_goes(who: Person | None, address: str, window: Callable[..., Page]) -> None:
    page = window(who, DESK)
    page.goto(address)

    unseen = []
    for _press in range(25):
        page.keyboard.press("Tab")
        found = page.evaluate(SEEN)
        if found["at"].startswith("<body"):
            break
        if not (found["ring"] and found["inside"]):
            unseen.append(found["at"])

    assert unseen == []
