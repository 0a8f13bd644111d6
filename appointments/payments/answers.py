"""Payments as the API shows them."""

from typing import Any

from appointments.payments.models import Payment
from vitas.common.money import major
from vitas.common.wall_time import iso


def row(payment: Payment) -> dict[str, Any]:
    """S4's payment; the amount in major units."""
    return {
        "id": str(payment.pk),
        "appointment_id": str(payment.appointment_id),
        "amount": major(payment.amount, payment.currency),
        "currency": payment.currency,
        "status": payment.status,
        "method": payment.method,
        "paid_at": iso(payment.paid_at),
        "created_at": iso(payment.created_at),
    }
