"""The demo checkout: a page of ours that stands in for a gateway's. SIMULATED, no money moves, and the page says so."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings

from appointments.payments.gateways import signature
from appointments.payments.gateways.base import (
    Checkout,
    GatewayError,
    GatewayReport,
    Notice,
    Order,
    PaymentGateway,
    UnknownAtGateway,
)
from appointments.payments.models import DemoCharge


class DemoGateway(PaymentGateway):
    """Remembers what was "paid" in DemoCharge rows; its notices are signed as MercadoPago signs."""

    name = "demo"

    def open_checkout(self, order: Order) -> Checkout:
        return Checkout(
            preference_id=f"demo-{order.reference}",
            url=f"{settings.PUBLIC_URL.rstrip('/')}/demo/checkout/{order.reference}",
        )

    def look_up(self, gateway_payment_id: str) -> GatewayReport:
        return _report(_charge(gateway_payment_id))

    def find(self, external_reference: str) -> list[GatewayReport]:
        charges = DemoCharge.objects.filter(external_reference=external_reference).order_by("id")
        return [_report(charge) for charge in charges]

    def refund(self, gateway_payment_id: str, amount: int, currency: str, key: str) -> str:
        charge = _charge(gateway_payment_id)
        if charge.refund_key in ("", key) and amount == charge.amount and charge.status in ("approved", "refunded"):
            DemoCharge.objects.filter(pk=charge.pk).update(status="refunded", refund_key=key)
            return f"demo-refund-{charge.pk}"
        raise GatewayError("cannot be refunded", temporary=False)

    def verify(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Notice:
        return signature.verify(secret=self.secret, headers=headers, query=query, body=body)


def _charge(gateway_payment_id: str) -> DemoCharge:
    try:
        return DemoCharge.objects.get(pk=UUID(gateway_payment_id))
    except (ValueError, DemoCharge.DoesNotExist) as error:
        raise UnknownAtGateway(gateway_payment_id) from error


def _report(charge: DemoCharge) -> GatewayReport:
    return GatewayReport(
        gateway_id=str(charge.pk),
        status=charge.status,
        amount=charge.amount,
        currency=charge.currency,
        external_reference=charge.external_reference,
    )
