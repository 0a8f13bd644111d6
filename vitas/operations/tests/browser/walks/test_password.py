"""A forgotten password is set by the letter's link, with and without scripts; the other browser is signed out."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from vitas.operations.tests.browser.steps import heading
from vitas.operations.tour.people import ARRIVES_WITHIN, PASSWORD

# Nobody else walks as this doctor: a new password ends every session.
EMAIL = "paulo.costa@demo.vitas.test"
LINK = re.compile(r"/password/new/\S+")


def letters(page: Page) -> list[str]:
    sent = page.request.get("/demo/outbox", params={"to": EMAIL}, headers={"Accept": "application/json"}).json()
    return [found.group() for letter in sent if (found := LINK.search(letter["body"]))]


def new_letter(page: Page, before: int) -> str:
    end = time.monotonic() + ARRIVES_WITHIN
    while len(found := letters(page)) <= before:
        assert time.monotonic() < end, "no letter was sent"
        time.sleep(0.2)
    return found[0]


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_forgotten_password_is_set_by_the_letter(window: Callable[..., Page], scripts: bool) -> None:
    elsewhere = window()
    elsewhere.goto("/sign-in/staff")
    sign_in(elsewhere)
    expect(elsewhere).to_have_url(re.compile("/doctor$"))
    page = window(scripts=scripts)
    before = len(letters(page))

    page.goto("/sign-in/staff")
    page.get_by_role("link", name="I forgot my password").click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page, "Look into your mailbox")).to_be_visible()
    page.goto(new_letter(page, before))
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    sign_in(page)
    expect(page).to_have_url(re.compile("/doctor$"))
    elsewhere.reload()
    expect(elsewhere).to_have_url(re.compile("/sign-in/staff"))
