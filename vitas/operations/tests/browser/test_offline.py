"""A lost connection is said, and what happened meanwhile is caught up on."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour.people import MARIA

SAID = "No connection"


def test_lost_connection_is_said_and_goes_away_by_itself(window: Callable[..., Page], watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|WebSocket|htmx:")
    page = window(MARIA)
    page.goto("/visits")
    expect(page.get_by_text(SAID)).to_be_hidden()

    page.context.set_offline(True)
    expect(page.get_by_text(SAID)).to_be_visible()
    page.context.set_offline(False)

    expect(page.get_by_text(SAID)).to_be_hidden()
