"""Failures are counted so that guessing is slow, and so that nobody can lock or slow another person out."""

import time
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from vitas import testing
from vitas.accounts import attempts
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.models import Role
from vitas.common.context import RequestContext, current
from vitas.common.errors import TooMany

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def begins(address: str, account: str = "ana@example.test") -> attempts.Attempt:
    token = current.set(RequestContext(address=address))
    try:
        return attempts.begin(account=account)
    finally:
        current.reset(token)


def test_addresses_of_one_ipv6_network_are_one():
    for at in range(5):
        begins(f"2001:db8:1:2::{at:x}")

    with pytest.raises(TooMany):
        begins("2001:db8:1:2:ffff::1")
    begins("2001:db8:1:3::1")


def test_ipv4_addresses_stay_apart():
    for _ in range(5):
        begins("203.0.113.1")

    begins("203.0.113.2")


def test_who_signed_in_from_here_before_does_not_wait_for_an_attacker(api: Any, waits: list[float]):
    user = testing.make_member(testing.make_organization(), Role.NURSE, password=make_password(testing.PASSWORD)).user
    home = api(REMOTE_ADDR="198.51.100.7")
    body = {"email": user.email, "password": testing.PASSWORD}
    home.send("POST", "/auth/signin", body)
    for at in range(14):
        api(REMOTE_ADDR=f"203.0.113.{at}").send("POST", "/auth/signin", {**body, "password": "wrong"})
    waits.clear()

    known = home.send("POST", "/auth/signin", body)
    waited_at_home = list(waits)
    elsewhere = api(REMOTE_ADDR="192.0.2.5").send("POST", "/auth/signin", body)

    assert (known.status_code, waited_at_home) == (200, [])
    assert (elsewhere.status_code, waits) == (200, [3.0])
