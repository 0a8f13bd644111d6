"""What the payment addresses read and answer."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from appointments.payments.models import Payment, PaymentStatus
from vitas.common.api.pagination import PaginationOut


class PaymentsQuery(serializers.Serializer[Any]):
    status = serializers.CharField(required=False, help_text="PENDING, COMPLETED, FAILED or REFUNDED.")
    appointment_id = serializers.UUIDField(required=False)

    def validate_status(self, value: str) -> str:
        return known_status(value)


class NewPayment(serializers.Serializer[Any]):
    """Neither amount nor currency: they are the visit's."""

    appointment_id = serializers.UUIDField()
    method = serializers.ChoiceField(
        choices=Payment.Method.choices,
        required=False,
        default=Payment.Method.GATEWAY,
        help_text="`cash` is recorded by the front desk.",
    )


class NewStatus(serializers.Serializer[Any]):
    status = serializers.CharField(help_text="COMPLETED (cash was taken) or REFUNDED (in full).")

    def validate_status(self, value: str) -> str:
        return known_status(value)


class PaymentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    appointment_id = serializers.UUIDField()
    amount = serializers.FloatField(help_text="Major units of the currency.")
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    paid_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class OpenedPaymentOut(PaymentOut):
    payment_url = serializers.CharField(allow_null=True, help_text="Where it is paid; null for cash.")


class PaymentsOut(serializers.Serializer[Any]):
    data = PaymentOut(many=True)  # type: ignore[assignment]  # the name is the contract's
    pagination = PaginationOut()


class Received(serializers.Serializer[Any]):
    received = serializers.BooleanField()


def known_status(value: str) -> str:
    """A status in upper case, however it was written."""
    if value.upper() not in PaymentStatus.values:
        raise serializers.ValidationError(_("This must be PENDING, COMPLETED, FAILED or REFUNDED."))
    return value.upper()
