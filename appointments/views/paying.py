"""On to the gateway's page, and back from it."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import patients_may
from appointments.models import Appointment
from appointments.payments import checkout, standing
from appointments.payments.models import Payment
from appointments.views.seen import seen_visit
from appointments.views.stepper import steps_at
from patients.pages import for_patients
from vitas.common.errors import Refused
from vitas.common.pages import page

WAYS = ("success", "pending", "failure")


@for_patients
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """POST asks the gateway for its page. GET leads there by a page of ours.

    Browsers apply the policy for forms to where a form's answer redirects to, and the gateway is elsewhere.
    """
    visit = seen_visit(request, visit_id)
    if request.method == "POST":
        return lead_to_pay(request, visit)
    payment = Payment.objects.visible_to(request.actor).open().filter(appointment=visit).first()  # type: ignore[attr-defined]
    if not patients_may.for_patient(visit).pay or payment is None or not payment.checkout_url:
        return redirect("visit", visit_id=visit.pk)
    context = {"visit": visit, "address": payment.checkout_url, "steps": steps_at("pay", pays=True)}
    return page(request, "appointments/pay.html", context)


def lead_to_pay(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """To the page that leads on; to the visit's page where there is nothing to pay, or the gateway does not answer."""
    if not patients_may.for_patient(visit).pay:
        return redirect("visit", visit_id=visit.pk)
    try:
        address = checkout.open_checkout(visit.pk)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("visit", visit_id=visit.pk)
    return redirect("pay" if address else "visit", visit_id=visit.pk)


@never_cache
@require_safe
def came_back(request: HttpRequest, way: str) -> HttpResponse:
    """A payer is back: on to the visit. The address proves nothing: the gateway's notice settles the payment."""
    if way not in WAYS:
        raise Http404
    visit_id = _id(request.GET.get("appointmentId", ""))
    visits = Appointment.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    if request.actor.is_patient and visit_id and visits.filter(pk=visit_id).exists():  # type: ignore[attr-defined]
        return redirect(f"{reverse('visit', args=[visit_id])}?{urlencode({'back': way})}")
    then = reverse("visit", args=[visit_id]) if visit_id else reverse("visits")
    title, sentence = _words(way)
    return page(request, "payments/came_back.html", {"title": title, "sentence": sentence, "next": then, "way": way})


def said_on_return(way: str, money: standing.Money) -> tuple[str, str, str]:
    """What to say to a payer who is back while the visit is not confirmed yet: kind of note, title, sentence."""
    if way == "failure" or money == standing.Money.REJECTED:
        return "note-wrong", _("The payment was not made"), _("Your time is still held. You can try again.")
    if way == "pending" or money == standing.Money.ASKED:
        sentence = _("As soon as it is approved, your visit is confirmed. This page shows it by itself.")
        return "note-waits", _("The payment is not decided yet"), sentence
    sentence = _("This takes a few seconds. This page shows by itself when your visit is confirmed.")
    return "note-waits", _("We are waiting for word of your payment"), sentence


def _words(way: str) -> tuple[str, str]:
    """For who is not signed in here."""
    words = {
        "success": (
            _("Thank you"),
            _("Your payment is being confirmed. You will get a message when your visit is confirmed."),
        ),
        "pending": (_("Your payment is pending"), _("We will send you a message as soon as it is approved.")),
        "failure": (_("The payment was not made"), _("Your time is still held for a few minutes: you can try again.")),
    }
    return words[way]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
