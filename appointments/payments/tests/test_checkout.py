"""Asking for money, by MercadoPago's own SDK against the stand-in."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation
from mercadopago.webhook.validator import WebhookSignatureValidator

from appointments.payments import checkout, gateways
from appointments.payments.gateways import signature
from appointments.payments.gateways.base import GatewayError, UnknownAtGateway
from appointments.payments.models import Payment, PaymentAccount
from appointments.payments.tests.conftest import fresh, make_payment, make_visit
from vitas import testing
from vitas.common.errors import NotFound, Unavailable

pytestmark = pytest.mark.django_db


def test_checkout_is_opened_as_the_gateway_wants_it(gateway, settings):
    settings.PUBLIC_URL, settings.FRONTEND_URL = "https://api.example.test", "https://clinic.example.test"
    visit = make_visit()

    with translation.override("en"):
        url = checkout.open_checkout(visit.pk)

    payment = Payment.objects.get()
    assert (url, payment.checkout_url, payment.preference_id) == (f"{gateway.url}/pay/pref-1", url, "pref-1")
    assert (payment.amount, payment.currency, payment.status, payment.gateway) == (
        15_000,
        "USD",
        "PENDING",
        "mercadopago",
    )
    asked = gateway.preferences[0]
    hold_end = fresh(visit).hold_ends_at.isoformat(timespec="milliseconds")
    back = f"https://clinic.example.test/booking/{{}}?appointmentId={visit.pk}"
    assert asked == {
        "items": [
            {
                "id": str(payment.pk),
                "title": f"Appointment with {visit.doctor}",
                "quantity": 1,
                "unit_price": 150,
                "currency_id": "USD",
            }
        ],
        "external_reference": str(payment.pk),
        "metadata": {"appointment_id": str(visit.pk)},
        "notification_url": "https://api.example.test/confirm-pay?source_news=webhooks",
        "back_urls": {
            "success": back.format("success"),
            "pending": back.format("pending"),
            "failure": back.format("failure"),
        },
        "auto_return": "approved",
        "expires": True,
        "expiration_date_to": hold_end,
    }
    assert str(visit.patient) not in str(asked)


def test_address_is_asked_for_once(gateway):
    visit = make_visit()

    urls = {checkout.open_checkout(visit.pk) for _ in range(3)}

    assert len(urls) == 1
    assert len(gateway.preferences) == 1
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("fault", ["500", "401", "reset", "slow", "garbage"])
def test_gateway_in_trouble_leaves_the_hold_and_the_next_call_gets_the_address(gateway, fault):
    visit = make_visit()
    gateway.faults, gateway.slowness = [fault], 3.0

    began = time.monotonic()
    with pytest.raises(Unavailable):
        checkout.open_checkout(visit.pk)
    took = time.monotonic() - began
    url = checkout.open_checkout(visit.pk)

    assert took < 2
    assert fresh(visit).status == "pending"
    assert url == Payment.objects.get().checkout_url


def test_visit_that_costs_nothing_has_no_checkout(gateway):
    visit = make_visit(testing.make_place(fee=0))

    with pytest.raises(NotFound):
        checkout.open_checkout(visit.pk)


def test_organizations_own_account_is_used(gateway):
    visit = make_visit()
    account = PaymentAccount.objects.create(
        organization=visit.organization,
        gateway="mercadopago",
        country="US",
        currency="USD",
        access_token="its own token",
        webhook_secret="its own secret",
    )
    gateway.token = "its own token"

    checkout.open_checkout(visit.pk)

    assert Payment.objects.get().account == account
    query = parse_qs(urlsplit(gateway.preferences[0]["notification_url"]).query)
    assert query == {"source_news": ["webhooks"], "account": [str(account.pk)]}


def test_currency_without_cents_is_asked_in_whole_units(gateway):
    clinic = testing.make_clinic(currency="CLP")
    visit = make_visit(testing.make_place(clinic, fee=30_000))

    checkout.open_checkout(visit.pk)
    charge = gateway.pay(Payment.objects.get().pk, amount=30_000, currency="CLP")

    assert gateway.preferences[0]["items"][0]["unit_price"] == 30_000
    assert gateways.default().look_up(charge).amount == 30_000


def test_look_up_find_and_refund(gateway):
    payment, mp = make_payment(), gateways.default()
    charge = gateway.pay(payment.pk, amount=150.5)

    found = mp.look_up(charge)
    listed = mp.find(str(payment.pk))
    refunds = {mp.refund(charge, 15_050, "USD", "one-key") for _ in range(3)}

    assert (found.gateway_id, found.status, found.amount, found.currency) == (charge, "approved", 15_050, "USD")
    assert found.external_reference == str(payment.pk)
    assert listed == [found]
    assert refunds == {"5000"}
    assert len(gateway.refunds) == 1


def test_errors_say_whether_a_repeat_may_help(gateway):
    mp, temporary = gateways.default(), {}
    for fault in ("500", "503", "429", "401", "400", "422", "reset", "garbage"):
        gateway.faults = [fault]
        with pytest.raises(GatewayError) as caught:
            mp.look_up("1")
        temporary[fault] = caught.value.temporary
    with pytest.raises(UnknownAtGateway):
        mp.look_up("1")

    assert [fault for fault, again in temporary.items() if not again] == ["400", "422"]


def test_signature_is_the_one_that_the_sdk_checks():
    header = signature.sign(secret="s", subject_id="123abc", request_id="r-1", ts="1742505638683")

    WebhookSignatureValidator.validate(header, "r-1", "123abc", "s")
    notice = signature.verify(
        secret="s", headers={"x-signature": header, "x-request-id": "r-1"}, query={"data.id": "123ABC"}, body=b"{}"
    )

    assert notice.subject_id == "123ABC"
