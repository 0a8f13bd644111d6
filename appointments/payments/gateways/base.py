"""What a payment gateway must do for us."""

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


class GatewayError(Exception):
    """The gateway did not do it. `temporary`: the same call may succeed later."""

    def __init__(self, message: str, *, temporary: bool) -> None:
        self.temporary = temporary
        super().__init__(message)


class UnknownAtGateway(GatewayError):
    """The gateway knows no such payment (yet)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, temporary=False)


class Forged(Exception):
    """The notice is not signed, or not by the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid. `reference` is our payment's id; the gateway gives it back as the external reference."""

    reference: UUID
    appointment_id: UUID
    title: str
    amount: int  # minor units
    currency: str
    expires_at: datetime | None
    notification_url: str
    back_urls: Mapping[str, str]  # success, pending, failure


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page of the gateway where the order can be paid."""

    preference_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """One payment as the gateway knows it now. `status` is the gateway's word, `amount` in minor units."""

    gateway_id: str
    status: str
    amount: int
    currency: str
    external_reference: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that is genuine. The same `delivery_id` is the same notice; `subject_id` is the payment it speaks of,
    empty where it speaks of something else."""

    delivery_id: str
    subject_id: str


class PaymentGateway(abc.ABC):
    """Where money is asked for and given back.

    Every call but `verify` goes over the network, ends within 4 s and stands outside any transaction; what fails raises
    GatewayError, with `temporary` true where a repeat may succeed (no connection, too slow, 5xx, 429, a wrong token:
    somebody will set it right). Of a notice only this is believed, that something happened to `subject_id`.
    Statuses are MercadoPago's words: pending, in_process, authorized, approved, in_mediation, rejected, cancelled,
    refunded, charged_back.
    """

    name: ClassVar[str]

    def __init__(self, *, token: str, secret: str) -> None:
        self.token = token
        self.secret = secret

    @abc.abstractmethod
    def open_checkout(self, order: Order) -> Checkout:
        """Ask for a page where the order can be paid, until `order.expires_at`."""

    @abc.abstractmethod
    def look_up(self, gateway_payment_id: str) -> GatewayReport:
        """What the gateway knows of this payment now. Raises UnknownAtGateway."""

    @abc.abstractmethod
    def find(self, external_reference: str) -> list[GatewayReport]:
        """All payments made for our reference: for notices that were lost."""

    @abc.abstractmethod
    def refund(self, gateway_payment_id: str, amount: int, currency: str, key: str) -> str:
        """Give `amount` (minor units) back and return the refund's id. The same `key` twice gives it back once."""

    @abc.abstractmethod
    def verify(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Notice:
        """The notice, if the gateway itself sent it. Raises Forged."""
