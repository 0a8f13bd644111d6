"""The cast: a held visit that must be paid, its payment, a stand-in gateway, and a client that delivers its notices."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from appointments import claims
from appointments.models import Appointment
from appointments.payments import checkout
from appointments.payments.models import Payment
from appointments.payments.tests import stand_in
from appointments.payments.tests.stand_in import StandIn
from vitas import testing

FEE = 15_000  # USD 150


def make_visit(place: Any = None, patient: Any = None, **given: Any) -> Appointment:
    """A visit with its claims; held for 15 minutes and unpaid, if nothing else is said."""
    place = place or testing.make_place(fee=FEE, payment_in_advance=True)
    starts_at: datetime = given.pop("starts_at", timezone.now().replace(microsecond=0) + timedelta(days=7))
    status = given.pop("status", "pending")
    fields = {
        "organization": place.clinic.organization,
        "clinic": place.clinic,
        "doctor": place.doctor,
        "place": place,
        "patient": patient or testing.make_patient(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30),
        "status": status,
        "hold_ends_at": timezone.now() + timedelta(minutes=15) if status == "pending" else None,
        "firm_at": None if status == "pending" else timezone.now(),
        "fee": place.fee,
        "currency": place.clinic.currency,
        "payment_in_advance": True,
        "booked_by_role": "patient",
    }
    visit = Appointment.objects.create(**(fields | given))
    if status not in ("cancelled", "expired"):
        assert claims.take(claims.of(visit, buffer_before=0, buffer_after=0))
    return visit


def make_payment(visit: Appointment | None = None, **given: Any) -> Payment:
    """An open payment whose checkout was opened."""
    payment = checkout.payment_for(visit or make_visit())
    Payment.objects.filter(pk=payment.pk).update(**({"preference_id": "pref-0"} | given))
    payment.refresh_from_db()
    return payment


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def gateway(settings: Any) -> Iterator[StandIn]:
    """MercadoPago's stand-in, and settings that point the real SDK at it."""
    with stand_in.running() as running:
        settings.PAYMENT_GATEWAY = "appointments.payments.gateways.mercadopago.MercadoPagoGateway"
        settings.MP_ACCESS_TOKEN = stand_in.TOKEN
        settings.MP_WEBHOOK_SECRET = stand_in.SECRET
        settings.MP_API_URL = running.url
        settings.OUTSIDE_TIMEOUT = 0.8
        yield running


@pytest.fixture
def deliver(gateway: StandIn) -> Callable[..., HttpResponse]:
    """`deliver(payment_id)`: the gateway's notice arrives at /confirm-pay."""

    def post(payment_id: str, *, request_id: str = "", **changed: Any) -> HttpResponse:
        request_id = request_id or f"request-{testing.number():08d}"
        notice = gateway.notice(payment_id, request_id=request_id) | changed
        headers = {name.replace("-", "_"): value for name, value in notice["headers"].items()}
        return testing.ApiClient().send("POST", f"/confirm-pay?{notice['query']}", notice["body"], **headers)

    return post


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """A clock that goes on from now, and can be moved: `clock.shift(timedelta(hours=2))`."""
    time_machine.move_to(timezone.now(), tick=True)
    return time_machine
