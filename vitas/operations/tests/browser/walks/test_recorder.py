"""A visit is recorded: the network fails, the page is loaded anew, and all of it arrives as one recording."""

import io
import re
import time
from collections.abc import Callable

import av
from playwright.sync_api import Page, expect

from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import ANA_RUIZ

STORED = "All of it is stored safely."
JOINED_WITHIN = 60.0  # seconds


def test_recording_survives_a_lost_network_and_a_reload(window: Callable[..., Page], watch) -> None:
    watch.expect("INTERNET_DISCONNECTED")
    page = window(ANA_RUIZ, DESK)
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(request.url))
    page.on("dialog", lambda dialog: dialog.accept())
    open_a_visit(page)

    ask_the_patient(page)
    page.get_by_role("button", name="Start recording").click()
    expect(state(page)).to_have_text("Recording")
    expect(fate(page)).to_have_text(STORED, timeout=15_000)
    page.context.set_offline(True)
    expect(fate(page)).to_have_text(re.compile("^No connection: recording goes on"), timeout=15_000)
    page.context.set_offline(False)
    expect(fate(page)).to_have_text(STORED, timeout=15_000)
    page.reload()
    expect(heading(page, "A recording of this visit is still here")).to_be_visible()
    page.get_by_role("button", name="Record on").click()
    expect(state(page)).to_have_text("Recording")
    expect(page.get_by_role("timer")).to_have_text(re.compile("^0:1[5-9]|^0:[2-5]"), timeout=20_000)
    recorded = seconds(page.get_by_role("timer").inner_text())
    page.get_by_role("button", name="Finish and draft the note").click()
    page.wait_for_url("**/note")

    heard = length_of(sound(page, sent))
    assert recorded - 6 < heard < recorded + 3


def open_a_visit(page: Page) -> None:
    """By the doctor's list of patients to a visit that took place."""
    page.goto("/doctor/patients")
    page.locator('main a[href*="/doctor/patients/"]').first.click()
    address = page.locator('main a[href*="/doctor/visits/"]').last.get_attribute("href") or ""
    page.goto(f"{address}/record")
    expect(heading(page, "Record the visit")).to_be_visible()


def ask_the_patient(page: Page) -> None:
    """Until then nothing is recorded; whoever allowed it before is not asked again."""
    asked = page.get_by_label("The patient agrees: I have just asked.")
    if asked.count():
        expect(page.get_by_role("button", name="Start recording")).to_be_disabled()
        asked.check()


def state(page: Page):
    return page.locator("[data-machine] [data-state]")


def fate(page: Page):
    """What is said of the pieces."""
    return page.locator("[data-machine] [data-sent]")


def seconds(clock: str) -> int:
    minutes, rest = clock.split(":")
    return int(minutes) * 60 + int(rest)


def sound(page: Page, sent: list[str]) -> bytes:
    """What can be listened to, once the pieces are put together."""
    pieces = {found[1] for url in sent if (found := re.search(r"/doctor/recordings/([0-9a-f-]{36})/pieces/", url))}
    (recording,) = pieces
    end = time.monotonic() + JOINED_WITHIN
    while time.monotonic() < end:
        answer = page.request.get(f"/doctor/recordings/{recording}/audio")
        if answer.status == 200:
            return answer.body()
        time.sleep(0.5)
    raise AssertionError(f"no sound: {answer.status}")


def length_of(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as source:
        return sum(frame.samples / frame.sample_rate for frame in source.decode(audio=0))
