"""Every page is light and soon there, on a phone four times slower than this machine, at 10 Mbit/s and 40 ms."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from vitas.operations.tour.measuring import MEASURED, measure
from vitas.operations.tour.people import Person
from vitas.operations.tour.places import Place

STYLES_AND_SCRIPTS = 300_000  # bytes
BEFORE_FIRST_PAINT = 80_000  # bytes
LARGEST_PAINT = 1_000  # ms
AGAIN = 2  # times more, if the machine was busy with something else


@pytest.mark.parametrize("place", MEASURED, ids=str)
def test_page_is_light_and_soon_there(
    place: Place, browser: Browser, server: str, signed_in: Callable[[Person], object]
) -> None:
    state = signed_in(place.who) if place.who else None

    for _time in range(1 + AGAIN):
        found = measure(browser, server, place, signed_in=state)
        if found.largest_paint < LARGEST_PAINT:
            break

    assert (
        found.styles_and_scripts <= STYLES_AND_SCRIPTS,
        found.before_first_paint <= BEFORE_FIRST_PAINT,
        found.largest_paint < LARGEST_PAINT,
    ) == (True, True, True), found
