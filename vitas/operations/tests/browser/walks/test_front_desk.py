"""A receptionist with a queue at the desk: the day, its steps by keyboard, booking, cash, and two desks at once."""

import random
import re
import string
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import RECEPTIONIST


def unheard_of() -> str:
    """A last name that nobody has, also where the server keeps what earlier walks left."""
    return "".join(random.choices(string.ascii_lowercase, k=9)).capitalize()


def booked(page: Page, last_name: str) -> Locator:
    """Somebody new is written down and booked with the doctor on call; the row on the day of the visit."""
    page.goto("/admin/day/book/")
    page.get_by_text("New patient").click()
    page.get_by_label("First name").fill("Rosa")
    page.get_by_label("Last name").fill(last_name)
    page.get_by_label("Document number").fill(f"9{random.randrange(10**8):08d}")
    page.get_by_role("button", name="Write down and go on").click()
    page.get_by_role("link", name=re.compile("Guardia")).click()
    page.locator(".time input").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Book the visit").click()
    expect(page.get_by_text(f"Rosa {last_name} has a visit")).to_be_visible()
    return row(page, last_name)


def row(page: Page, last_name: str) -> Locator:
    return page.locator("li.visit", has_text=last_name)


def part(page: Page, last_name: str) -> Locator:
    """The heading of the part of the day where the visit stands."""
    return page.locator("section.part", has=row(page, last_name)).locator("h2")


def test_keyboard_alone_checks_in_and_takes_it_back(window: Callable[..., Page]) -> None:
    page, name = window(RECEPTIONIST, DESK), unheard_of()
    booked(page, name)
    if "Expected" not in part(page, name).inner_text():
        pytest.skip("it is so late in the evening that the first free time is tomorrow")

    page.get_by_label("Name on the list").fill(name.lower())
    expect(page.locator("li.visit:visible")).to_have_count(1)
    page.keyboard.press("Enter")  # to the first of those who are left
    page.keyboard.press("Enter")
    expect(part(page, name)).to_contain_text("Waiting")
    expect(page.locator("#said")).to_contain_text(f"Rosa {name} is waiting.")
    expect(row(page, name)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=f"Take back: Rosa {name}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Take back")).to_be_focused()
    page.get_by_label("Reason").fill("Another patient was meant")
    page.keyboard.press("Enter")

    expect(part(page, name)).to_contain_text("Expected")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_arrows_lead_from_the_search_to_the_patient_the_doctor_and_the_time(window: Callable[..., Page]) -> None:
    page = window(RECEPTIONIST, DESK)
    page.goto("/admin/day/book/")
    page.keyboard.type("Gonz")
    expect(page.locator("#found a.person").first).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".doctors a.person").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".time input").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    days = page.locator(".week-day:not(.is-empty)")
    expect(days.nth(1).locator("input").first).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.get_by_text("María González has a visit")).to_be_visible()


def test_a_menu_that_opens_while_news_is_on_its_way_stays_open(window: Callable[..., Page]) -> None:
    page = window(RECEPTIONIST, DESK)
    page.goto("/admin/")

    def open_a_menu_first(route: Route) -> None:
        page.locator(".more summary").first.click()
        route.continue_()

    page.route("**/admin/?**", open_a_menu_first)

    with page.expect_response("**/admin/?**"):
        page.evaluate("document.getElementById('day').dispatchEvent(new Event('live'))")
    page.wait_for_timeout(300)

    expect(page.locator(".more[open]")).to_have_count(1)


def test_an_act_without_connection_is_said_and_the_keyboard_stays_at_its_button(
    window: Callable[..., Page], watch: Watch
) -> None:
    page, name = window(RECEPTIONIST, DESK), unheard_of()
    booked(page, name)
    if "Expected" not in part(page, name).inner_text():
        pytest.skip("it is so late in the evening that the first free time is tomorrow")
    watch.expect("ERR_INTERNET_DISCONNECTED|htmx:sendError|htmx:afterRequest|WebSocket")
    check_in = row(page, name).get_by_role("button", name=re.compile("^Check in"))

    page.context.set_offline(True)
    check_in.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#offline")).to_be_visible()
    expect(check_in).to_be_focused()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    check_in.focus()
    page.keyboard.press("Enter")

    expect(part(page, name)).to_contain_text("Waiting")


def test_cash_is_taken_over_the_day_and_stands_there(window: Callable[..., Page]) -> None:
    page, name = window(RECEPTIONIST, DESK), unheard_of()
    booked(page, name).locator("summary").click()

    row(page, name).get_by_role("link", name=re.compile("Take cash")).click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("ARS 20,000")
    sheet.get_by_role("button", name="Cash taken").click()

    expect(sheet).to_be_hidden()
    expect(row(page, name)).to_contain_text("paid")


def test_what_one_desk_does_the_other_sees_by_itself(window: Callable[..., Page]) -> None:
    here, there, name = window(RECEPTIONIST, DESK), window(RECEPTIONIST, DESK), unheard_of()
    booked(here, name)
    there.goto(here.url)
    expect(row(there, name)).to_be_visible()

    row(here, name).locator("summary").click()
    row(here, name).get_by_role("link", name=re.compile("Cancel the visit")).click()
    here.get_by_role("dialog").get_by_role("button", name="Cancel the visit").click()

    expect(part(there, name)).to_contain_text("Cancelled", timeout=15_000)


def test_desk_moves_a_visit_without_scripts(window: Callable[..., Page]) -> None:
    name = unheard_of()
    booked(window(RECEPTIONIST, DESK), name)
    page = window(RECEPTIONIST, DESK, scripts=False)
    page.goto("/admin/")

    move = row(page, name).locator("a[id^=move-]")
    if not move.count():
        pytest.skip("it is so late in the evening that the first free time is tomorrow")
    page.goto(move.get_attribute("href") or "")
    page.locator(".time input").nth(1).check(force=True)
    page.get_by_role("button", name="Move here").click()

    expect(page.get_by_text(f"The visit of Rosa {name} is moved")).to_be_visible()
