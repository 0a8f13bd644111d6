"""How often signing in may fail and how often a code may be sent. Without Redis both are closed (503)."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.translation import gettext as _

from vitas.common import limits
from vitas.common.context import current
from vitas.common.errors import TooMany, Unavailable

FAILURES_WINDOW: Final = 900  # seconds
FAILURES_AN_ADDRESS: Final = 50

SENDS_A_MINUTE: Final = 1
SENDS_AN_HOUR: Final = 3
SENDS_AN_HOUR_AN_ADDRESS: Final = 20

MAILS_AN_HOUR: Final = 3

PROFILE_TRIES_A_DAY: Final = 5

SECOND_STEPS_A_DAY: Final = 100  # wrong ones of a person, from all addresses together (NIST SP 800-63B 3.2.2)
SECOND_STEPS_TOLD: Final = 10  # after so many the person is told that somebody knows the password

UNDELAYED_FAILURES: Final = 10  # of one account, from all addresses together
LONGEST_DELAY: Final = 3.0  # seconds

_waiting = threading.BoundedSemaphore(4)  # threads of this process that may stand still at once


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, counted before it is judged, so that many at once cannot slip by."""

    address: str
    account: str = ""

    @property
    def pair(self) -> str:
        return f"failed:{self.account}:{self.address}"

    def forgive(self) -> None:
        """The attempt was good: only failures count."""
        limits.give_back(f"failed:{self.address}")
        if self.account:
            limits.forget(self.pair)
            limits.give_back(f"failed:{self.account}")

    @contextmanager
    def being_judged(self) -> Iterator[None]:
        """Around the judging: whom a server that was away could not judge has not failed."""
        try:
            yield
        except (DatabaseError, Unavailable):
            limits.give_back(f"failed:{self.address}")
            if self.account:
                limits.give_back(self.pair)
                limits.give_back(f"failed:{self.account}")
            raise


def begin(*, account: str = "", known: Callable[[], bool] = lambda: False) -> Attempt:
    """Count an attempt of this address, and on `account` where there is one. Raises TooMany, Unavailable.

    5 failures for account and address together and 50 for an address close the door for 15 minutes. For an account
    alone there is only a growing delay, so that nobody can lock another person out; where the account has been signed
    in from this address before (`known` says) there is none, so that nobody can keep its owner waiting either.
    """
    attempt = Attempt(address=_network(), account=_hashed(account) if account else "")
    if attempt.account:
        _count(attempt.pair, settings.RATE_LIMIT_AUTH_MAX, FAILURES_WINDOW)
    try:
        _count(f"failed:{attempt.address}", FAILURES_AN_ADDRESS, FAILURES_WINDOW)
    except TooMany:
        if attempt.account:
            limits.give_back(attempt.pair)
        raise
    if attempt.account:
        _hold_up(limits.count(f"failed:{attempt.account}", limit=UNDELAYED_FAILURES, window=FAILURES_WINDOW), known)
    return attempt


def count_second_step(*, user_id: object) -> int:
    """One more try of a second step that can be guessed; how many today. Raises TooMany, Unavailable."""
    message = _("Too many wrong codes today. Use a passkey, or ask your administrator.")
    return _count(f"second-step:{user_id}", SECOND_STEPS_A_DAY, 86_400, message)


def forgive_second_step(*, user_id: object) -> None:
    """A good one: the count begins anew."""
    limits.forget(f"second-step:{user_id}")


def count_send(*, phone: str) -> None:
    """One more code for a phone: one a minute, 3 an hour, 20 an hour for an address. Raises TooMany, Unavailable."""
    number, address = f"code:{_hashed(phone)}", _network()
    message = _("Too many codes were sent. Wait a moment and ask again.")
    _count(f"{number}:minute", SENDS_A_MINUTE, 60, message)
    _count(f"{number}:hour", SENDS_AN_HOUR, 3600, message)
    try:
        _count(f"code:{address}", SENDS_AN_HOUR_AN_ADDRESS, 3600, message)
    except TooMany:
        # Nothing was sent: an address that is over its limit must not use up the sends of other people's phones.
        limits.give_back(f"{number}:minute")
        limits.give_back(f"{number}:hour")
        raise


def give_back_send(*, phone: str) -> None:
    """The code was counted and then not sent, for a server was away: the next one is the first again."""
    number = f"code:{_hashed(phone)}"
    for counted in (f"{number}:minute", f"{number}:hour", f"code:{_network()}"):
        limits.give_back(counted)


def count_mail(*, email: str) -> None:
    """One more letter asked for an e-mail, anybody's or nobody's: 3 an hour, 20 an hour for an address.

    Raises TooMany, Unavailable.
    """
    mailbox, address = f"mail:{_hashed(email)}", _network()
    message = _("A link was asked for several times. Look into your mailbox, or try again in an hour.")
    _count(mailbox, MAILS_AN_HOUR, 3600, message)
    try:
        _count(f"mail:{address}", SENDS_AN_HOUR_AN_ADDRESS, 3600, message)
    except TooMany:
        limits.give_back(mailbox)
        raise


def count_profile_try(*, user_id: object, patient_id: object) -> None:
    """One try to open a profile by birth date or document: 5 a day for the profile, and for the person twice that."""
    message = _("Too many tries. Try again tomorrow, or ask the front desk.")
    _count(f"profile:{patient_id}", PROFILE_TRIES_A_DAY, 86_400, message)
    _count(f"profile-by:{user_id}", PROFILE_TRIES_A_DAY * 2, 86_400, message)


def _count(key: str, limit: int, window: int, message: str | None = None) -> int:
    counted = limits.count(key, limit=limit, window=window)
    if counted is None:
        raise Unavailable()
    if counted.over:
        raise TooMany(message or _("Too many failed sign-ins. Wait and try again."), retry_after=counted.seconds)
    return counted.count


def _hold_up(counted: limits.Counted | None, known: Callable[[], bool]) -> None:
    if counted is None:
        raise Unavailable()
    if not counted.over or known():
        return
    seconds = min(0.25 * 2 ** min(counted.count - counted.limit - 1, 10), LONGEST_DELAY)
    if not _waiting.acquire(blocking=False):
        raise TooMany(retry_after=int(LONGEST_DELAY))
    try:
        time.sleep(seconds)
    finally:
        _waiting.release()


def _network() -> str:
    """The address; of IPv6 the network of 64 bits, for whoever has one has all addresses in it."""
    address = current.get().address or "-"
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False).network_address) if found.version == 6 else address


def _hashed(account: str) -> str:
    """Redis keys hold no addresses of people."""
    return hashlib.sha256(f"{settings.CODE_SECRET}:{account}".encode()).hexdigest()[:32]
