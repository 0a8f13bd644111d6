"""A patient's visits: coming and past, pay, cancel."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import booking
from appointments.models import Appointment, Status
from appointments.payments import checkout
from appointments.steps import STEPS
from patients.pages import for_patients
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common.errors import Invalid, Refused
from vitas.common.money import major

SHOWN: Final = 20  # visits a page


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you cancel?"), min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@for_patients
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """The patient's own, the coming ones first."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    own = _visible(request).filter(patient_id=actor.patient_id)
    coming = list(own.filter(ends_at__gte=now).order_by("starts_at", "pk")[:SHOWN])
    past = list(own.filter(ends_at__lt=now).order_by("-starts_at", "-pk")[:SHOWN])
    _note(request, "READ_APPOINTMENTS", patient_id=actor.patient_id, count=len(coming) + len(past))
    context = {"coming": [_shown(row) for row in coming], "past": [_shown(row) for row in past]}
    return render(request, "appointments/visits.html", context)


@for_patients
@require_GET
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    row = get_object_or_404(_visible(request), pk=visit_id)
    _note(request, "READ_APPOINTMENT", patient_id=row.patient_id, resource_id=row.pk)
    return render(request, "appointments/visit.html", {"visit": _shown(row)})


@for_patients
@require_GET
def pay(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """On to the gateway's page. The hold stays whatever happens there."""
    row = get_object_or_404(_visible(request), pk=visit_id)
    if row.status != Status.PENDING:
        return redirect("visit", visit_id=row.pk)
    try:
        return redirect(checkout.open_checkout(row.pk))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("visit", visit_id=row.pk)


@for_patients
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    row = get_object_or_404(_visible(request), pk=visit_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            booking.cancel(appointment_id=row.pk, reason=form.cleaned_data["reason"], by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, gettext("The visit is cancelled."))
            return redirect("visits")
        except Refused as refusal:
            _add_to(form, refusal)
            status = refusal.status
    return render(request, "appointments/cancel.html", {"visit": _shown(row), "form": form}, status=status)


def _visible(request: HttpRequest) -> Any:
    return Appointment.objects.visible_to(request.actor).for_answer()  # type: ignore[attr-defined]


def _shown(row: Appointment) -> dict[str, Any]:
    zone = ZoneInfo(row.clinic.zone)
    cancels = Role.PATIENT in STEPS.get((row.status, Status.CANCELLED), frozenset())
    return {
        "row": row,
        "starts": row.starts_at.astimezone(zone),
        "price": _price(row.fee, row.currency),
        "held_until": row.hold_ends_at.astimezone(zone) if row.hold_ends_at else None,
        "may_cancel": cancels and row.starts_at > timezone.now(),
    }


def _price(fee: int, currency: str) -> str:
    return f"{currency} {major(fee, currency):,}"


def _add_to(form: forms.Form, refusal: Refused) -> None:
    problems = refusal.problems if isinstance(refusal, Invalid) else []
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
    if not problems:
        form.add_error(None, str(refusal.message))


def _note(request: HttpRequest, action: str, **about: Any) -> None:
    actor = request.actor  # type: ignore[attr-defined]
    trail.record(actor, action, category=trail.Category.APPOINTMENT, resource="appointments", **about)
