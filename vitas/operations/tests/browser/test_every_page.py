"""What holds for every page: nothing that axe calls serious, nothing cut off, no scrolling sideways, one heading."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from vitas.operations.tests.browser.looking import none, overflowing, serious
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour import chromium
from vitas.operations.tour.chromium import DESK, PHONE, THEMES, Device
from vitas.operations.tour.people import Person
from vitas.operations.tour.places import PLACES, Place, go

every_place = pytest.mark.parametrize("place", PLACES, ids=str)


@pytest.fixture(scope="module")
def walker(browser: Browser, server: str, signed_in: Callable[[Person], object]) -> Iterator[Callable[..., Page]]:
    """One window a person and device for all of these tests; each test comes to its page anew."""
    pages: dict[tuple[Person | None, Device], Page] = {}

    def of(who: Person | None, device: Device) -> Page:
        if (who, device) not in pages:
            state = signed_in(who) if who else None
            context = chromium.visitor(browser, address=server, device=device, signed_in=state)
            pages[who, device] = context.new_page()
        return pages[who, device]

    yield of
    for page in pages.values():
        page.context.close()


@pytest.fixture
def at(walker: Callable[..., Page], server: str) -> Iterator[Callable[..., Page]]:
    """`at(place, device)`: the page of this place; what went wrong there fails the test."""
    watch = Watch(server)
    over: list[Page] = []

    def gone(place: Place, device: Device) -> Page:
        page = walker(place.who, device)
        watch.over(page.context)
        over.append(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": device.width, "height": device.height})
        status = go(page, place, server)
        if status >= 400:
            watch.expect(f"the server responded with a status of {status}")
        assert status == place.status
        return page

    yield gone
    for page in over:
        watch.leave(page.context)
    assert watch.faults() == []


@every_place
def test_page_on_a_desk(place: Place, at: Callable[..., Page]) -> None:
    """Has one heading, a title and its language; nothing serious in either theme, nothing cut."""
    page = at(place, DESK)

    headings = page.locator("h1").count()
    found = [] if headings == 1 else [f"{headings} main headings"]
    found += [] if page.title().strip() else ["no title"]
    found += [] if page.locator("html").get_attribute("lang") == "en" else ["not in English"]
    found += [*serious_in_both_themes(page), *overflowing(page)]

    none(found)


@every_place
def test_page_on_a_phone(place: Place, at: Callable[..., Page]) -> None:
    """Nothing serious in either theme; nothing cut, on a small one (320 px) and at twice the text size neither."""
    page = at(place, PHONE)

    found = serious_in_both_themes(page)
    found += overflowing(page)
    page.set_viewport_size({"width": 320, "height": 600})
    found += [f"320 px: {line}" for line in overflowing(page)]
    page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
    found += at_twice_the_text_size(page)

    none(found)


def serious_in_both_themes(page: Page) -> list[str]:
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {line}" for line in serious(page)]
    return found


def at_twice_the_text_size(page: Page) -> list[str]:
    size = "() => parseFloat(getComputedStyle(document.querySelector('main, #main, body')).fontSize)"
    before = page.evaluate(size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    grown = [] if page.evaluate(size) == 2 * before else ["the text does not grow"]
    return [f"200 %: {line}" for line in [*grown, *overflowing(page)]]
