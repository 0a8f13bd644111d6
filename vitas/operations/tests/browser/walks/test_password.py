"""A forgotten password is set by the letter's link, with and without scripts; the other browser is signed out."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.people import ARRIVES_WITHIN, PASSWORD

# Nobody else walks as these doctors: a new password ends every session. The demo's own is too short to be chosen.
EMAILS = {True: "paulo.costa@demo.vitas.test", False: "beatriz.almeida@demo.vitas.test"}
NEW = "three quiet evenings"
LINK = re.compile(r"/password/new/\S+")


def letters(page: Page, email: str) -> list[str]:
    sent = page.request.get("/demo/outbox", params={"to": email}, headers={"Accept": "application/json"}).json()
    return [found.group() for letter in sent if (found := LINK.search(letter["body"]))]


def new_letter(page: Page, email: str, before: int) -> str:
    end = time.monotonic() + ARRIVES_WITHIN
    while len(found := letters(page, email)) <= before:
        assert time.monotonic() < end, "no letter was sent"
        time.sleep(0.2)
    return found[0]


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.locator("#id_password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_forgotten_password_is_set_by_the_letter(window: Callable[..., Page], scripts: bool) -> None:
    email, elsewhere = EMAILS[scripts], window()
    elsewhere.goto("/sign-in/staff")
    sign_in(elsewhere, email, PASSWORD)
    expect(elsewhere).to_have_url(re.compile("/doctor$"))
    page = window(scripts=scripts)
    before = len(letters(page, email))

    page.goto("/sign-in/staff")
    page.get_by_role("link", name="I forgot my password").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page, "Look into your mailbox")).to_be_visible()
    page.goto(new_letter(page, email, before))
    page.locator("#id_password").fill(NEW)
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    sign_in(page, email, NEW)
    expect(page).to_have_url(re.compile("/doctor$"))
    elsewhere.reload()
    expect(elsewhere).to_have_url(re.compile("/sign-in/staff"))
