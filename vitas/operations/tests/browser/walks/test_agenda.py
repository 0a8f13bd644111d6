"""A doctor at a desk changes the agenda with the mouse and with the keyboard, and sees what that would strand."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import ANA_RUIZ, SARAH_JOHNSON

QUARTER = 19.0  # pixels, as agenda.js draws it


def opened(page: Page, day: date) -> Locator:
    """The agenda's week, drawn and filled."""
    with page.expect_response(re.compile("/doctor/agenda/events")):
        page.goto(f"/doctor/agenda?date={day.isoformat()}&view=week")
    calendar = page.locator("#agenda .ec-time-grid")
    expect(calendar).to_be_visible()
    return calendar


def entries(page: Page) -> list[dict[str, Any]]:
    today = datetime.now().date()
    span = {"start": today.isoformat(), "end": (today + timedelta(days=60)).isoformat()}
    found: list[dict[str, Any]] = page.request.get("/doctor/agenda/events", params=span).json()["events"]
    return found


def a_quiet_monday() -> date:
    """Beyond what the demo books ahead."""
    today = datetime.now().date()
    return today + timedelta(days=70 - today.weekday())


def drag(page: Page, entry: Locator, *, down: float = 0, right: float = 0) -> None:
    box = entry.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y + 3)
    page.mouse.move(x + right, y + down, steps=6)
    page.mouse.up()


def draw(page: Page, calendar: Locator, *, column: int, down: float, tall: float) -> None:
    """Draw from `down` pixels under the top of a day's column."""
    box = calendar.locator(".ec-body .ec-day").nth(column).bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 4, box["y"] + down
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + tall / 2)
    page.mouse.move(x, y + tall, steps=4)
    page.mouse.up()


def test_an_absence_is_drawn_dragged_moved_by_keys_and_removed(window: Callable[..., Page]) -> None:
    page = window(SARAH_JOHNSON, DESK)
    calendar = opened(page, a_quiet_monday())

    draw(page, calendar, column=1, down=5 * QUARTER, tall=4 * QUARTER)
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading")).to_have_text(re.compile("Enter an absence"))
    sheet.get_by_label("Why").fill("Congress of walkers")
    sheet.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The absence is entered.")).to_be_visible()
    entry = page.locator("#agenda .ec-event.away").filter(has_text="Congress of walkers")
    was = entry.get_attribute("aria-label") or ""

    drag(page, entry, down=8 * QUARTER)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(entry).not_to_have_attribute("aria-label", was)
    dragged = entry.get_attribute("aria-label") or ""

    entry.focus()
    with page.expect_response(re.compile(r"/doctor/agenda/absences/\d+")) as sent:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowDown")
    assert sent.value.status == 204
    expect(entry).not_to_have_attribute("aria-label", dragged)
    expect(entry).to_be_focused()

    with page.expect_response(re.compile(r"/doctor/agenda/absences/\d+")):
        page.keyboard.press("Delete")
    expect(entry).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(entry).to_be_visible()
    entry.click()
    sheet.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The absence is removed")).to_be_visible()
    expect(entry).to_have_count(0)


def test_visits_that_a_drag_would_strand_are_listed_and_it_snaps_back(window: Callable[..., Page], watch: Any) -> None:
    watch.expect("409")
    page = window(ANA_RUIZ, DESK)
    visits = [entry for entry in entries(page) if entry.get("extendedProps", {}).get("kind") == "visit"]
    if not visits:
        pytest.skip("the demo has no coming visit of this doctor")
    day = date.fromisoformat(visits[-1]["start"][:10])
    calendar = opened(page, day)

    draw(page, calendar, column=day.weekday(), down=1, tall=39 * QUARTER)
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet.get_by_role("heading")).to_have_text(re.compile("Visits are booked at this time"))
    expect(sheet.get_by_text(visits[-1]["title"]).first).to_be_visible()
    expect(sheet.get_by_label("Move to").first).to_be_visible()
    sheet.get_by_role("link", name="Leave as it was").click()

    expect(sheet).to_have_count(0)
    expect(page.locator("#agenda .ec-event.away")).to_have_count(0)


def test_a_lost_connection_snaps_back_and_says_so(window: Callable[..., Page], watch: Any) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|WebSocket")
    page = window(SARAH_JOHNSON, DESK)
    calendar = opened(page, a_quiet_monday() + timedelta(days=7))
    draw(page, calendar, column=2, down=5 * QUARTER, tall=4 * QUARTER)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    entry = page.locator("#agenda .ec-event.away").first
    expect(entry).to_be_visible()
    was = entry.get_attribute("aria-label") or ""

    page.context.set_offline(True)
    drag(page, entry, down=8 * QUARTER)
    expect(page.get_by_text("No connection. Nothing was changed.")).to_be_visible()
    page.context.set_offline(False)

    expect(entry).to_have_attribute("aria-label", was)
    entry.focus()
    with page.expect_response(re.compile(r"/doctor/agenda/absences/\d+")):
        page.keyboard.press("Delete")


def test_hours_are_changed_by_keys_in_the_calendar_and_in_the_fields(window: Callable[..., Page]) -> None:
    page = window(SARAH_JOHNSON, DESK)
    page.goto("/doctor/agenda")
    page.get_by_role("link", name="Edit hours").first.click()
    saturday = page.get_by_role("group", name="Saturday")
    saturday.get_by_label("Saturday: from").first.fill("10:00")
    saturday.get_by_label("Saturday: to").first.fill("12:00")

    drawn = page.locator("#hours-calendar .ec-event").last
    expect(drawn).to_have_attribute("aria-label", "Saturday: 10:00 – 12:00")
    drawn.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(saturday.get_by_label("Saturday: to").first).to_have_value("12:15")
    page.get_by_role("button", name="Save the hours").click()
    expect(page.get_by_text("The hours are saved.")).to_be_visible()

    page.get_by_role("link", name="Edit hours").first.click()
    page.get_by_role("group", name="Saturday").get_by_role("button", name="Remove this span").first.click()
    page.get_by_role("button", name="Save the hours").click()
    expect(page.get_by_text("The hours are saved.")).to_be_visible()


def test_all_of_it_works_without_scripts(window: Callable[..., Page]) -> None:
    page = window(SARAH_JOHNSON, scripts=False)
    day = a_quiet_monday() + timedelta(days=14)
    page.goto("/doctor/agenda")
    page.get_by_role("link", name="Enter an absence").click()
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("Last day").fill(day.isoformat())
    page.get_by_label("Why").fill("Without scripts")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="Without scripts")
    expect(row).to_be_visible()

    row.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_role("listitem").filter(has_text="Without scripts")).to_have_count(0)
