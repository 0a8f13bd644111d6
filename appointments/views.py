"""The plain patient pages: find a doctor, take a free time, pay, see one's visits, cancel. They need no script."""

import re
from datetime import date, datetime, timedelta
from itertools import groupby
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

from appointments import booking, slots
from appointments.models import Appointment, Status
from appointments.payments import checkout
from appointments.steps import STEPS
from clinic import search
from clinic.models import DoctorPlace, Specialty, VisitType
from patients.models import Patient
from patients.pages import for_patients
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common.api.pagination import Page
from vitas.common.errors import Invalid, Refused
from vitas.common.ids import new_id
from vitas.common.money import major

SHOWN: Final = 20  # doctors, and visits, a page
WEEK: Final = timedelta(days=7)


class FindForm(forms.Form):
    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    specialty = forms.ChoiceField(
        label=_("Specialty"), required=False, choices=[("", _("All specialties")), *Specialty.choices]
    )
    location = forms.CharField(label=_("City or address"), required=False, max_length=200)


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


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you cancel?"), min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Listed doctors, open to all."""
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    number = _number(request.GET.get("page", ""))
    found = search.find(search.Wanted(**wanted), Page(page=number, limit=SHOWN))
    places = DoctorPlace.objects.select_related("doctor", "clinic").in_bulk([hit.place_id for hit in found.hits])
    rows = [places[hit.place_id] for hit in found.hits if hit.place_id in places]
    for place in rows:
        place.price = _price(place.fee, place.clinic.currency)
    context = {"form": form, "places": rows, "total": found.total, "page": number, "more": number * SHOWN < found.total}
    return render(request, "appointments/find.html", context)


@require_GET
def times(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The free times of a week, on the clinic's clock."""
    place = _listed(place_id)
    zone, now = ZoneInfo(place.clinic.zone), timezone.now()
    today = now.astimezone(zone).date()
    first = max(_day(request.GET.get("from", "")) or today, today)
    visit = slots.visit_minutes(place, VisitType.CONSULTATION)
    free = slots.free_slots(
        [place.pk],
        first,
        first + WEEK - timedelta(days=1),
        minutes=visit.minutes,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        now=now,
    )
    local = [slot.starts_at.astimezone(zone) for slot in free]
    context = {
        "place": place,
        "price": _price(place.fee, place.clinic.currency),
        "days": [(day, list(starts)) for day, starts in groupby(local, key=lambda start: start.date())],
        "earlier": first - WEEK if first > today else None,
        "later": first + WEEK,
        "first": first,
    }
    return render(request, "appointments/times.html", context)


@for_patients
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The last look before the time is taken. The visit's page then leads on to paying, where that is asked.

    By a link: browsers apply the policy for forms to where a form's answer redirects, and the gateway is elsewhere.
    """
    place = _listed(place_id)
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


def _listed(place_id: UUID) -> DoctorPlace:
    return get_object_or_404(DoctorPlace.objects.listed().select_related("doctor", "clinic"), pk=place_id)


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


def _number(text: str) -> int:
    """Of a page, from 1; what is none is the first."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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


def _note(request: HttpRequest, action: str, **about: Any) -> None:
    actor = request.actor  # type: ignore[attr-defined]
    trail.record(actor, action, category=trail.Category.APPOINTMENT, resource="appointments", **about)
