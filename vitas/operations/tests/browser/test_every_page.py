"""What holds for every page: nothing that axe calls serious, nothing cut off, no scrolling sideways, one heading."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from vitas.operations.tests.browser.looking import none, overflowing, serious
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour import chromium
from vitas.operations.tour.chromium import DESK, DEVICES, PHONE, THEMES, Device
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
@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_page_has_nothing_serious_in_light_or_dark(place: Place, device: Device, at: Callable[..., Page]) -> None:
    page = at(place, device)

    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {line}" for line in serious(page)]

    none(found)


@every_place
def test_page_says_what_it_is(place: Place, at: Callable[..., Page]) -> None:
    page = at(place, DESK)

    headings = page.locator("h1").all_inner_texts()

    assert (len(headings), page.title() != "", page.locator("html").get_attribute("lang")) == (1, True, "en")


@every_place
@pytest.mark.parametrize("width", [390, 320])
def test_page_fits_a_narrow_window(place: Place, width: int, at: Callable[..., Page]) -> None:
    page = at(place, PHONE)

    page.set_viewport_size({"width": width, "height": 844})

    none(overflowing(page))


@every_place
def test_page_fits_a_phone_at_twice_the_text_size(place: Place, at: Callable[..., Page]) -> None:
    page = at(place, PHONE)
    size = "() => parseFloat(getComputedStyle(document.querySelector('main')).fontSize)"
    before = page.evaluate(size)

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate(size) == 2 * before
    none(overflowing(page))
