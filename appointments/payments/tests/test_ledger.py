"""What the database refuses of the ledger, whatever the code above it does."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from appointments.payments import ledger
from appointments.payments.models import GatewayPayment, LedgerEntry, Payment, Refund
from appointments.payments.tests.conftest import make_payment
from vitas.common.ids import new_id

pytestmark = pytest.mark.django_db


def write(payment, *sides) -> None:
    """One movement, judged as at commit."""
    movement = new_id()
    with transaction.atomic():
        for account, amount, currency in sides:
            LedgerEntry.objects.create(
                movement=movement,
                organization=payment.organization,
                payment=payment,
                account=account,
                amount=amount,
                currency=currency,
            )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "sides",
    [
        [("gateway", 100, "USD")],
        [("gateway", 100, "USD"), ("income", -99, "USD")],
        [("gateway", 100, "USD"), ("income", -100, "BRL")],
        [("gateway", 0, "USD")],
    ],
)
def test_movement_that_does_not_balance_is_refused(sides):
    payment = make_payment()

    with pytest.raises(IntegrityError, match="does not balance"):
        write(payment, *sides)

    assert LedgerEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_movement_that_does_not_balance_is_refused_at_commit():
    payment = make_payment()

    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        LedgerEntry.objects.create(
            movement=new_id(),
            organization=payment.organization,
            payment=payment,
            account="gateway",
            amount=1,
            currency="USD",
        )

    assert LedgerEntry.objects.count() == 0


def test_entries_are_never_changed_or_taken_away():
    payment = make_payment()
    write(payment, ("gateway", 100, "USD"), ("income", -100, "USD"))

    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.all().delete()

    assert ledger.unbalanced() == []
    assert LedgerEntry.objects.count() == 2


def test_visit_has_one_open_and_one_paid_payment():
    payment = make_payment()
    again = {
        "organization": payment.organization,
        "appointment": payment.appointment,
        "patient": payment.patient,
        "amount": 1,
        "currency": "USD",
    }

    with pytest.raises(IntegrityError, match="one_open_payment_a_visit"), transaction.atomic():
        Payment.objects.create(**again)
    Payment.objects.filter(pk=payment.pk).update(status="COMPLETED", paid_at=payment.created_at)
    with pytest.raises(IntegrityError, match="a_visit_is_paid_once"), transaction.atomic():
        Payment.objects.create(**again, status="COMPLETED", paid_at=payment.created_at)

    assert Payment.objects.count() == 1


def test_charge_is_refunded_once():
    payment = make_payment()
    charge = GatewayPayment.objects.create(
        payment=payment, gateway="mercadopago", gateway_id="1", status="approved", amount=1, currency="USD"
    )
    Refund.objects.create(payment=payment, gateway_payment=charge, amount=1, because="test")

    with pytest.raises(IntegrityError, match="one_refund_a_gateway_payment"), transaction.atomic():
        Refund.objects.create(payment=payment, gateway_payment=charge, amount=1, because="test")
    Refund.objects.create(payment=payment, amount=1, because="test")
    with pytest.raises(IntegrityError, match="one_cash_refund_a_payment"), transaction.atomic():
        Refund.objects.create(payment=payment, amount=1, because="test")

    assert Refund.objects.count() == 2
