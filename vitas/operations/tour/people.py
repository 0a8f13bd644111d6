"""Who walks: the people of the demo data, and how each of them signs in on the real pages."""

import itertools
import re
import time
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import BrowserContext, Page

PASSWORD: Final = "vitas-demo"
CODE: Final = re.compile(r"\b\d{6}\b")
ARRIVES_WITHIN: Final = 20.0  # seconds

_new_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    name: str
    phone: str = ""  # of patients
    email: str = ""  # of those who work here
    sign_in: str = "sign-in"

    @property
    def is_patient(self) -> bool:
        return bool(self.phone)


MARIA: Final = Person("María González", phone="+5491155550101")
JOAO: Final = Person("João Silva", phone="+5511999999999")
JOHN: Final = Person("John Miller", phone="+16175550102")
ANA_RUIZ: Final = Person("Ana Ruiz", email="ana.ruiz@demo.vitas.test", sign_in="sign-in/staff")
SARAH_JOHNSON: Final = Person("Sarah Johnson", email="sarah.johnson@demo.vitas.test", sign_in="sign-in/staff")
PAULO_COSTA: Final = Person("Paulo Costa", email="paulo.costa@demo.vitas.test", sign_in="sign-in/staff")
URGENT_CARE: Final = Person("Guardia", email="guardia@demo.vitas.test", sign_in="sign-in/staff")
RECEPTIONIST: Final = Person("Recepción", email="recepcion@demo.vitas.test", sign_in="admin/login/")
NURSE: Final = Person("Nurse", email="nurse@demo.vitas.test", sign_in="sign-in/staff")
MANAGER: Final = Person("Manager", email="manager@demo.vitas.test", sign_in="admin/login/")
OPERATOR: Final = Person("Operator", email="admin@demo.vitas.test", sign_in="admin/login/")


def someone_new(name: str = "Walker Test") -> Person:
    """A patient whom Vitas has never seen, with a number of their own."""
    return Person(name, phone=f"+549115556{next(_new_numbers):04d}")


def last_code(context: BrowserContext, phone: str) -> str:
    """The code that the demo's outbox holds for this number, newest first. The worker puts it there in a moment."""
    end = time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < end:
        answer = context.request.get("/demo/outbox", params={"to": phone}, headers={"Accept": "application/json"})
        for sent in answer.json():
            if found := CODE.search(sent["body"]):
                return found.group()
        time.sleep(0.2)
    raise AssertionError(f"no code was sent to {phone}")


def sign_in(page: Page, person: Person, *, scripts: bool = True) -> None:
    """Through the same pages as people do; ends where the sign-in leads."""
    if person.is_patient:
        ask_for_code(page, person)
        enter_code(page, last_code(page.context, person.phone), person, scripts=scripts)
    else:
        page.goto(f"/{person.sign_in}")
        page.get_by_label(re.compile("e-?mail", re.I)).first.fill(person.email)
        page.get_by_label(re.compile("^password|^contraseña|^senha", re.I)).first.fill(PASSWORD)
        page.locator("main form [type=submit], #login-form [type=submit]").first.click()
        page.wait_for_url(lambda url: "sign-in" not in url and "login" not in url, wait_until="domcontentloaded")


def ask_for_code(page: Page, person: Person) -> None:
    """From the page of signing in, wherever it leads in the end."""
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.locator("input[type=tel]").fill(person.phone)
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url("**/sign-in/code*", wait_until="domcontentloaded")


def enter_code(page: Page, code: str, person: Person, *, scripts: bool = True) -> None:
    """With scripts the sixth digit sends the form. Who is new says their name then."""
    page.locator("input[autocomplete=one-time-code]").fill(code)
    if not scripts:
        _send(page)
    name = page.locator("input[name=patient_name]:visible")
    end = time.monotonic() + ARRIVES_WITHIN
    while "/sign-in" in page.url and time.monotonic() < end:
        if name.count():
            name.fill(person.name)
            _send(page)
        page.wait_for_timeout(50)
    page.wait_for_load_state("domcontentloaded")


def _send(page: Page) -> None:
    page.locator("main form [type=submit]").first.click()
    page.wait_for_load_state("domcontentloaded")
