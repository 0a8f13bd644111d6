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
URGENT_CARE: Final = Person("Guardia", email="guardia@demo.vitas.test", sign_in="sign-in/staff")
RECEPTIONIST: Final = Person("Recepción", email="recepcion@demo.vitas.test", sign_in="admin/login/")
NURSE: Final = Person("Nurse", email="nurse@demo.vitas.test", sign_in="admin/login/")
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


def sign_in(page: Page, person: Person) -> None:
    """Through the same pages as people do; ends where the sign-in leads."""
    if person.is_patient:
        ask_for_code(page, person)
        enter_code(page, last_code(page.context, person.phone))
    else:
        page.goto(f"/{person.sign_in}")
        page.get_by_label(re.compile("e-?mail", re.I)).first.fill(person.email)
        page.get_by_label(re.compile("^password|^contraseña|^senha", re.I)).first.fill(PASSWORD)
        page.locator("main form button[type=submit], #login-form [type=submit], form [type=submit]").first.click()
        page.wait_for_url(lambda url: "sign-in" not in url and "login" not in url)


def ask_for_code(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    page.get_by_label(re.compile("phone|teléfono|telefone", re.I)).fill(person.phone)
    name = page.locator("input[name=name]")
    if name.count() and name.is_visible():
        name.fill(person.name)
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url("**/sign-in/code*")


def enter_code(page: Page, code: str) -> None:
    """Ends where the sign-in leads. The page may send the form by itself once six digits stand there."""
    field = page.locator("input[autocomplete=one-time-code]")
    field.fill(code)
    button = page.locator("main form [type=submit]").first
    if "/sign-in/code" in page.url and button.count() and button.is_enabled():
        button.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
