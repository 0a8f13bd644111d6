"""What a messenger is: the contract of every provider, and how it says no."""

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one address by one channel, in words and as a template with variables."""

    key: str
    channel: str
    address: str
    template: str
    language: str
    variables: Mapping[str, str]
    text: str
    subject: str = ""
    maybe_sent_since: datetime | None = None
    """Set when an earlier try ended without an answer: from then on the carrier may have taken it."""


class NotSent(Exception):
    """The carrier did not take a message. `code` is the carrier's own, or a word of ours; nothing a person wrote."""

    def __init__(self, code: object) -> None:
        self.code = str(code)[:40]
        super().__init__(self.code)


class Busy(NotSent):
    """Not now: too many, out of order, no answer. `retry_after` in seconds, where the carrier says it."""

    NO_ANSWER = "NO_ANSWER"  # the code of a call that may have been carried out: ask before sending again

    def __init__(self, code: object, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class WrongChannel(NotSent):
    """Not by this channel, whatever is tried; by another one it may arrive."""


class Undeliverable(NotSent):
    """Never to this address."""


class Messenger(abc.ABC):
    """Hands messages to a carrier: of phones (`MESSENGER`) or of e-mail (`MAILER`). Made once a process; its calls
    come from several threads.
    """

    simulated: bool = False
    """True: nothing leaves the machine, and whoever shows its messages says so."""
    absent: bool = False
    """True: there is no carrier, and whoever would need one says so instead of promising a message."""

    @abc.abstractmethod
    def send(self, message: Outgoing) -> str:
        """Hand over one message and return the carrier's id. The same `message.key` twice reaches the phone once.

        Answers within the outside time-out. Raises Busy (try again), WrongChannel, Undeliverable.
        """


def messenger() -> Messenger:
    """The carrier of phones that settings name."""
    return _made(settings.MESSENGER)


def mailer() -> Messenger:
    """The carrier of e-mail that settings name."""
    return _made(settings.MAILER)


@cache
def _made(path: str) -> Messenger:
    return import_string(path)()
