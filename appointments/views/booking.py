"""The page that takes a free time."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from appointments import booking
from appointments.models import Appointment
from appointments.views.finding import listed_place
from clinic.models import DoctorPlace, VisitType
from patients.models import Patient
from patients.pages import for_patients
from vitas.common.errors import Invalid, Refused
from vitas.common.ids import new_id
from vitas.common.money import major


class BookForm(forms.Form):
    """`id` makes a second click harmless; the time is the clinic's instant that was clicked."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    at = forms.DateTimeField(widget=forms.HiddenInput)
    type = forms.ChoiceField(label=_("Type of visit"), choices=VisitType.choices, initial=VisitType.CONSULTATION)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("A sentence for the doctor; nobody else reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@for_patients
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The last look before the time is taken. The visit's page then leads on to paying, where that is asked.

    By a link: browsers apply the policy for forms to where a form's answer redirects, and the gateway is elsewhere.
    """
    place = listed_place(place_id)
    form = BookForm(request.POST or None, initial={"id": new_id(), "at": request.GET.get("at", "")})
    starts_at = _instant(request.POST.get("at") or request.GET.get("at", ""))
    if starts_at is None:
        return redirect("times", place_id=place.pk)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            visit = _book(request, place, form.cleaned_data)
            return redirect("visit", visit_id=visit.pk)
        except Refused as refusal:
            _add_to(form, refusal)
            status = refusal.status
    context = {
        "place": place,
        "form": form,
        "starts": starts_at.astimezone(ZoneInfo(place.clinic.zone)),
        "price": _price(place.fee, place.clinic.currency),
    }
    return render(request, "appointments/book.html", context, status=status)


def _book(request: HttpRequest, place: DoctorPlace, found: dict[str, Any]) -> Appointment:
    actor = request.actor  # type: ignore[attr-defined]
    patient = get_object_or_404(Patient.objects.visible_to(actor), pk=actor.patient_id)
    asked = booking.Request(
        id=found["id"],
        place=place,
        patient=patient,
        starts_at=found["at"],
        type=found["type"],
        reason=found["reason"],
    )
    return booking.book(asked, by=actor).appointment


def _price(fee: int, currency: str) -> str:
    return f"{currency} {major(fee, currency):,}"


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _add_to(form: forms.Form, refusal: Refused) -> None:
    problems = refusal.problems if isinstance(refusal, Invalid) else []
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
    if not problems:
        form.add_error(None, str(refusal.message))
