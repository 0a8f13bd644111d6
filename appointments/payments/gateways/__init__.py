"""Which gateway a payment goes through: the organization's own account, else the environment's."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from appointments.payments.gateways.base import PaymentGateway
from appointments.payments.models import Payment, PaymentAccount

_KNOWN = {
    "mercadopago": "appointments.payments.gateways.mercadopago.MercadoPagoGateway",
    "demo": "appointments.payments.gateways.demo.DemoGateway",
}


def default() -> PaymentGateway:
    """The environment's: settings.PAYMENT_GATEWAY with its token."""
    return _made(settings.PAYMENT_GATEWAY)


def of_account(account: PaymentAccount) -> PaymentGateway:
    return _made(_KNOWN[account.gateway], account)


def of_payment(payment: Payment) -> PaymentGateway:
    """The gateway where this payment was opened, whatever is the default by now."""
    if payment.account is None and payment.account_id is not None:
        raise PermissionError("Who acts may not see the account of this payment.")  # never the environment's instead
    return of_source(payment.gateway, payment.account)


def of_source(name: str, account: PaymentAccount | None) -> PaymentGateway:
    """The gateway of that name: with the account's keys, else with the environment's."""
    if account is not None:
        return of_account(account)
    gateway = default()
    return gateway if name in ("", gateway.name) else _made(_KNOWN[name])


def account_for(*, organization_id: UUID, currency: str) -> PaymentAccount | None:
    """The organization's live account for a currency. None: the environment's token is used."""
    return PaymentAccount.objects.filter(organization_id=organization_id, currency=currency, active=True).first()


def _made(path: str, account: PaymentAccount | None = None) -> PaymentGateway:
    if path == _KNOWN["demo"] and not settings.DEMO:
        raise ImproperlyConfigured("The demo checkout takes no payments outside a demo.")
    token = account.access_token if account else settings.MP_ACCESS_TOKEN
    secret = account.webhook_secret if account else settings.MP_WEBHOOK_SECRET
    gateway: PaymentGateway = import_string(path)(token=token, secret=secret)
    return gateway
