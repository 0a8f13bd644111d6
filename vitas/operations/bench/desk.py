"""What a receptionist waits for: finding a patient, and the admin's lists, over a million visits."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final
from uuid import UUID

from django.test import Client
from django.utils.crypto import get_random_string

from patients.finding import find_patients
from vitas.accounts.actor import Actor
from vitas.accounts.models import Membership, Role, User
from vitas.operations.bench.made_up import ORGANIZATION, SMALL_ORGANIZATION

TIMES: Final = 9
TEXTS: Final = {
    "a name": "rodriguez ana",
    "the commonest name": "silva",
    "two letters": "jo",
    "one letter": "a",
    "misspelt": "gonzlez",
    "a phone's end": "8271",
    "any part of a phone": "48271",
    "half the country's prefix": "5511",
    "a document": "073.687.870-00",
    "part of a document": "7.368.787",
    "a file number": "123456",
    "name and phone": "maria 4827",
    "nobody": "zzzz qqqq",
}
_YEAR: Final = datetime.now(UTC).year
LISTS: Final = {
    "patients": "/admin/patients/patient/",
    "patients, page 100": "/admin/patients/patient/?p=100",
    "patients by name": "/admin/patients/patient/?q=rodriguez+ana",
    "patients by the commonest name": "/admin/patients/patient/?q=silva",
    "patients by phone": "/admin/patients/patient/?q=48271",
    "patients by document": "/admin/patients/patient/?q=073.687.870-00",
    "patients by file number": "/admin/patients/patient/?q=123456",
    "patients by name, filtered": "/admin/patients/patient/?q=silva&language__exact=pt-br",
    "appointments": "/admin/appointments/appointment/",
    "appointments by name": "/admin/appointments/appointment/?q=rodriguez+ana",
    "appointments by the commonest name": "/admin/appointments/appointment/?q=silva",
    "appointments by phone": "/admin/appointments/appointment/?q=48271",
    "appointments by document": "/admin/appointments/appointment/?q=073.687.870-00",
    "appointments by file number": "/admin/appointments/appointment/?q=123456",
    "appointments by state": "/admin/appointments/appointment/?status__exact=scheduled",
    "appointments of a month": (
        f"/admin/appointments/appointment/?starts_at__from={_YEAR}-03-01&starts_at__until={_YEAR}-03-31"
    ),
    "appointments in a rare state": "/admin/appointments/appointment/?status__exact=no_show",
    "payments by name": "/admin/payments/payment/?q=silva",
    "appointments by name, state and year": (
        f"/admin/appointments/appointment/?q=silva&status__exact=completed&starts_at__from={_YEAR}-01-01"
    ),
    "files": "/admin/patients/patientfile/",
    "the day": "/admin/",
    "finding as one types": "/admin/day/patients/?q=rodriguez+ana",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds; `found` rows or bytes."""

    what: str
    median: float
    slowest: float
    found: int


def measure() -> Iterator[Taken]:
    for name, organization_id in (("", ORGANIZATION), ("small organization, ", SMALL_ORGANIZATION)):
        actor = Actor(role=Role.RECEPTIONIST, organization_id=organization_id)
        for what, text in TEXTS.items():
            yield _taken(f"{name}{what}: {text}", lambda actor=actor, text=text: len(find_patients(actor, text)))  # type: ignore[misc]
    browser = _signed_in(ORGANIZATION)
    for what, address in LISTS.items():
        yield _taken(what, lambda address=address: _length(browser, address))  # type: ignore[misc]


def _taken(what: str, ask: Callable[[], int]) -> Taken:
    ask()  # what a process keeps is kept now
    times = []
    for _time in range(TIMES):
        began = time.perf_counter()
        found = ask()
        times.append((time.perf_counter() - began) * 1000)
    return Taken(what, median(times), max(times), found)


def _length(browser: Client, address: str) -> int:
    answer: Any = browser.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return len(answer.content)


def _signed_in(organization_id: UUID) -> Client:
    password = get_random_string(20)
    user = User.objects.filter(email="bench@example.test").first() or User(email="bench@example.test")
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, organization_id=organization_id, role=Role.ADMIN)
    browser = Client()
    answer = browser.post("/admin/login/", {"email": user.email, "password": password})
    if answer.status_code != 302:
        raise RuntimeError(f"The sign-in was refused: {answer.status_code}")
    return browser
