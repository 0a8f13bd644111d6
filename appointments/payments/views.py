"""The page of the demo checkout."""

import logging
import time
from uuid import UUID

import requests
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from appointments.payments import checkout, gateways
from appointments.payments.gateways import signature
from appointments.payments.models import OPEN, DemoCharge, Payment, PaymentStatus
from appointments.payments.tasks import ask_about_pending
from vitas.accounts.actor import PAYMENTS
from vitas.common.acting import acting_as
from vitas.common.after_commit import soon
from vitas.common.ids import new_id
from vitas.common.pages import is_ours

log = logging.getLogger(__name__)

# What the button says, what the "gateway" then knows, where the payer goes back to.
_OUTCOMES = {
    "approve": ("approved", "success"),
    "reject": ("rejected", "failure"),
    "pending": ("in_process", "pending"),
}


@csrf_exempt  # as at a real gateway: whoever has the address may pay; no session and no cookie is read
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting_as(PAYMENTS)
def demo_checkout(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """SIMULATED checkout: approve, reject, or leave pending. Demo installations only."""
    payment = Payment.objects.filter(pk=payment_id, gateway="demo").select_related("organization", "account").first()
    if not settings.DEMO or payment is None:
        raise Http404
    if request.method == "POST" and request.POST.get("outcome") in _OUTCOMES:
        status, way = _OUTCOMES[request.POST["outcome"]]
        charge = _charge(payment, status)
        _notify(payment, charge)
        return _lead_back(request, checkout.back_url(payment, way))
    context = {"payment": payment, "open": payment.status in OPEN, "back": checkout.back_url(payment, _way_of(payment))}
    return render(request, "payments/demo_checkout.html", context)


def _lead_back(request: HttpRequest, address: str) -> HttpResponse:
    """To a front end elsewhere by a page of ours: the policy for forms reaches to where their answers redirect."""
    if is_ours(request, address):
        return redirect(address)
    return render(request, "payments/lead_back.html", {"address": address})


def _way_of(payment: Payment) -> str:
    """How things stand, for who leaves without choosing."""
    return {PaymentStatus.PENDING: "pending", PaymentStatus.FAILED: "failure"}.get(
        PaymentStatus(payment.status), "success"
    )


@transaction.atomic
def _charge(payment: Payment, status: str) -> DemoCharge:
    """The simulated charge: one left pending is decided, one approved stays, else a new one."""
    Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    charges = DemoCharge.objects.filter(external_reference=str(payment.pk))
    approved = charges.filter(status="approved").first()
    if approved is not None:
        return approved
    charge = charges.filter(status="in_process").first() or DemoCharge(
        external_reference=str(payment.pk), amount=payment.amount, currency=payment.currency
    )
    charge.status = status
    charge.save()
    return charge


def _notify(payment: Payment, charge: DemoCharge) -> None:
    """Call /confirm-pay over HTTP, signed as MercadoPago signs. If nobody answers, the sweep that asks finds it."""
    secret = gateways.of_payment(payment).secret
    request_id, ts = str(new_id()), str(int(time.time()))
    headers = {
        "x-signature": signature.sign(secret=secret, subject_id=str(charge.pk), request_id=request_id, ts=ts),
        "x-request-id": request_id,
    }
    notice = {"action": "payment.updated", "type": "payment", "live_mode": False, "data": {"id": str(charge.pk)}}
    address = f"{checkout.notification_url(payment)}&type=payment&data.id={charge.pk}"
    try:
        answer = requests.post(address, json=notice, headers=headers, timeout=settings.OUTSIDE_TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as error:
        log.warning("the demo's notice did not arrive", extra={"error": type(error).__name__})
        Payment.objects.filter(pk=payment.pk).update(ask_next_at=timezone.now())
        soon(ask_about_pending)
