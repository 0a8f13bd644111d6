"""A second step set up and used in a real browser: passkeys by Chromium's own authenticator, codes without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
from playwright.sync_api import Page, expect

from vitas.operations.tour.chromium import DESK
from vitas.operations.tour.people import PASSWORD, Person

# Doctors whom no other walk signs in: what is set up here stays on this server.
BY_PASSKEY = Person("Grace Kim", email="grace.kim@demo.vitas.test", sign_in="sign-in/staff")
BY_APP = Person("Emily Davis", email="emily.davis@demo.vitas.test", sign_in="sign-in/staff")


def with_a_key(page: Page) -> Any:
    """The device has a passkey store that asks for a finger and gets it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_the_password(page: Page, person: Person) -> None:
    page.goto("/sign-in/staff")
    page.get_by_label(re.compile("e-?mail", re.I)).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).first.click()


def test_passkey_is_set_up_and_signs_in_beside_the_password_and_alone(window: Callable[..., Page]) -> None:
    page = window(device=DESK)
    with_a_key(page)
    give_the_password(page, BY_PASSKEY)
    page.goto("/security")
    page.get_by_label("Name").fill("The ward's laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name=re.compile("go on")).click()

    sign_out(page)
    give_the_password(page, BY_PASSKEY)
    expect(page).to_have_url(re.compile("/sign-in/second-step"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/doctor"))

    sign_out(page)
    page.goto("/sign-in/staff?next=/security")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/security$"))
    expect(page.get_by_text("The ward's laptop").first).to_be_visible()

    page.get_by_text("Rename or remove").click()
    page.get_by_role("button", name=re.compile("Remove.*laptop")).click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def test_app_and_recovery_code_need_no_script(window: Callable[..., Page]) -> None:
    page = window(scripts=False)
    give_the_password(page, BY_APP)
    page.goto("/security")
    page.get_by_role("button", name="Set up an app").click()
    page.get_by_text("It cannot be read").click()
    app = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("Code of the app").fill(app.now())
    page.get_by_role("button", name="Set up", exact=True).click()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    page.get_by_role("link", name=re.compile("go on")).click()

    page.goto("/security")
    sign_out(page)
    give_the_password(page, BY_APP)
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/doctor"))

    page.goto("/security")
    expect(page.get_by_text("9 codes are left.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove.*Authenticator app")).click()
    expect(page.get_by_text("The app is removed.")).to_be_visible()
