"""One demo server and one Chromium for all browser tests of a process; every window is watched.

A test fails when a page logs an error, throws, breaks its Content-Security-Policy, fails to load something, or asks
another host than the server for anything.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from vitas.operations.pytest_servers import FOLDER, WORKER
from vitas.operations.tests.browser.watch import Watch
from vitas.operations.tour import chromium, demo_server
from vitas.operations.tour.chromium import PHONE, Device, Theme
from vitas.operations.tour.people import Person, sign_in

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium.path() is None:
                item.add_marker(pytest.mark.skip(reason=chromium.MISSING))


# For this folder, not for the session: while Playwright runs, its event loop does, and no other test could have one.
@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    running = os.environ.get("BROWSER_SERVER")  # a demo server that runs already, while one writes a test
    with demo_server.demo_server_or(running, FOLDER.parent / f"browser-{WORKER}") as address:
        yield address


@pytest.fixture(scope="package")
def browser(server: str) -> Iterator[Browser]:
    with chromium.running() as found:
        yield found


@pytest.fixture(scope="package")
def signed_in(server: str, browser: Browser, pytestconfig: pytest.Config) -> Callable[[Person], Any]:
    """What a window needs to be signed in as somebody, who goes through the sign-in pages once.

    At a server that runs already it is kept for the next run, for a phone gets only so many codes.
    """
    states: dict[Person, Any] = {}
    runs_already = "BROWSER_SERVER" in os.environ and pytestconfig.cache

    def of(person: Person) -> Any:
        kept = f"vitas/{server.rpartition(':')[2]}-{person.phone or person.email}"
        if person not in states and runs_already:
            states[person] = runs_already.get(kept, None)
        if not states.get(person):
            context = chromium.visitor(browser, address=server, device=chromium.DESK)
            sign_in(context.new_page(), person)
            states[person] = context.storage_state()
            context.close()
            if runs_already:
                runs_already.set(kept, states[person])
        return states[person]

    return of


@pytest.fixture
def watch(server: str) -> Watch:
    """What went wrong in the windows of this test; `watch.expect("422")` allows for what the test brings about."""
    return Watch(server)


@pytest.fixture
def window(
    server: str, browser: Browser, signed_in: Callable[[Person], Any], watch: Watch
) -> Iterator[Callable[..., Page]]:
    """`window(who, device=…, theme=…, scripts=…, language=…)`: a page in a browser of its own, signed in as `who`."""
    contexts: list[BrowserContext] = []

    def opened(who: Person | None = None, device: Device = PHONE, theme: Theme = "light", **more: Any) -> Page:
        state = signed_in(who) if who else None
        context = chromium.visitor(browser, address=server, device=device, theme=theme, signed_in=state, **more)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watch.faults() == []
