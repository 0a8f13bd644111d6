"""MercadoPago (Checkout Pro) by its own SDK."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import Any

import mercadopago
import requests
from django.conf import settings
from mercadopago.config import RequestOptions
from mercadopago.errors.exceptions import MercadoPagoError
from mercadopago.http import HttpClient

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
from vitas.common import money

_API = "https://api.mercadopago.com"
# A wrong token is set right by somebody; a conflict or a lock is over in a moment.
_TEMPORARY = {401, 403, 408, 409, 423, 424, 425, 429}


class _Client(HttpClient):
    """The SDK's client with our time-out and without its repeats (the sweeps repeat); goes to MP_API_URL if set."""

    def request(
        self,
        method: str,
        url: str,
        maxretries: int | None = None,
        retry_on: list[int] | None = None,
        backoff_factor: float | None = None,
        **kwargs: Any,
    ) -> Any:
        if settings.MP_API_URL and url.startswith(_API):
            url = settings.MP_API_URL.rstrip("/") + url.removeprefix(_API)
        # To connect and to read: together no more than OUTSIDE_TIMEOUT.
        kwargs["timeout"] = (settings.OUTSIDE_TIMEOUT * 0.375, settings.OUTSIDE_TIMEOUT * 0.625)
        return super().request(method, url, maxretries=0, retry_on=[], **kwargs)


class MercadoPagoGateway(PaymentGateway):
    name = "mercadopago"

    def open_checkout(self, order: Order) -> Checkout:
        wanted: dict[str, Any] = {
            "items": [
                {
                    "id": str(order.reference),
                    "title": order.title,
                    "quantity": 1,
                    "unit_price": money.major(order.amount, order.currency),
                    "currency_id": order.currency,
                }
            ],
            "external_reference": str(order.reference),
            "metadata": {"appointment_id": str(order.appointment_id)},
            "notification_url": order.notification_url,
            "back_urls": dict(order.back_urls),
        }
        if order.back_urls["success"].startswith("https://"):
            wanted["auto_return"] = "approved"  # MercadoPago refuses it for addresses that are not public
        if order.expires_at:
            wanted["expires"] = True
            wanted["expiration_date_to"] = order.expires_at.astimezone(UTC).isoformat(timespec="milliseconds")
        made = self._call(lambda sdk: sdk.preference().create(wanted, self._options(str(order.reference))))
        try:
            return Checkout(preference_id=str(made["id"]), url=str(made["init_point"]))
        except (KeyError, TypeError) as error:
            raise GatewayError("a preference without an address", temporary=True) from error

    def look_up(self, gateway_payment_id: str) -> GatewayReport:
        return _report(self._call(lambda sdk: sdk.payment().get(gateway_payment_id)))

    def find(self, external_reference: str) -> list[GatewayReport]:
        filters = {"external_reference": external_reference, "sort": "date_created", "criteria": "asc", "limit": 50}
        found = self._call(lambda sdk: sdk.payment().search(filters))
        results = found.get("results") if isinstance(found, dict) else None
        return [_report(result) for result in results or []]

    def refund(self, gateway_payment_id: str, amount: int, currency: str, key: str) -> str:
        asked = {"amount": money.major(amount, currency)}
        made = self._call(lambda sdk: sdk.refund().create(gateway_payment_id, asked, self._options(key)))
        return str(made.get("id", "")) if isinstance(made, dict) else ""

    def verify(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Notice:
        return signature.verify(secret=self.secret, headers=headers, query=query, body=body)

    def _options(self, key: str) -> RequestOptions:
        return RequestOptions(access_token=self.token, custom_headers={"x-idempotency-key": key})

    def _call(self, ask: Any) -> Any:
        """One call by the SDK: its answer's body, or GatewayError."""
        sdk = mercadopago.SDK(self.token, http_client=_Client())
        try:
            answer = ask(sdk)
        except (requests.RequestException, MercadoPagoError) as error:
            raise GatewayError(type(error).__name__, temporary=True) from error
        status = answer["status"]
        if 200 <= status < 300:
            return answer["response"]
        if status == 404:
            raise UnknownAtGateway("404")
        raise GatewayError(str(status), temporary=status >= 500 or status in _TEMPORARY)


def _report(found: Any) -> GatewayReport:
    try:
        currency = str(found["currency_id"])
        scaled = Decimal(str(found["transaction_amount"])).scaleb(money.decimals(currency))
        return GatewayReport(
            gateway_id=str(found["id"]),
            status=str(found["status"])[:30],
            amount=int(scaled),
            currency=currency[:3],
            external_reference=str(found.get("external_reference") or ""),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation, OverflowError) as error:
        raise GatewayError("an answer that cannot be read", temporary=True) from error
