"""Booking at the desk: who, with whom, when. The patient is found as they speak, or written down on the spot."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import booking
from appointments.admin_pages import actor_of, back_of, board_at, day_of, for_desk, query_of, say
from appointments.admin_times import places_of, week_of
from appointments.asking import patient_asked_for
from appointments.day_board import Asked
from appointments.models import Appointment, Status
from appointments.permissions import require_own_clinic
from appointments.possible import Act
from clinic.models import DoctorPlace, VisitType
from patients import registering
from patients.finding import find_patients
from patients.models import Patient
from vitas.accounts.actor import Actor
from vitas.common import wall_time
from vitas.common.errors import Refused
from vitas.common.ids import new_id
from vitas.common.page_forms import PageForm
from vitas.common.pages import go, page
from vitas.common.shown import when_text
from vitas.common.visible_admin import StaffSite

MOST_FOUND = 12  # patients offered; who is not among them needs another word


class BookForm(PageForm):
    """The time that was chosen. `id` makes a second click harmless."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    at = forms.DateTimeField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Choose one of the free times.")}
    )
    reason = forms.CharField(label=gettext_lazy("Reason (for the doctor alone)"), max_length=500, required=False)


class NewPatientForm(PageForm):
    """What the desk needs to know of somebody who stands there for the first time."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    birth_date = forms.DateField(
        label=gettext_lazy("Birth date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    document = forms.CharField(label=gettext_lazy("Document number"), max_length=40, required=False)
    is_another = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs |= {"type": "tel", "autocomplete": "off"}
        for name in ("first_name", "last_name", "document", "birth_date"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def register(self, by: Actor) -> Patient:
        """Raises Invalid, DocumentTaken, MayBeKnown."""
        found = dict(self.cleaned_data)
        number = found.pop("document")
        return registering.register_at_desk(
            by=by, document=registering.Document(number=number) if number else None, **found
        )


@for_desk
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """One page that grows: the patient, then the doctor, then the free times of a week."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    patient, places = _patient(actor, given.get("patient", "")), places_of(actor)
    place = _place(places, given.get("place"), back_of(request, actor))
    kind = given.get("type") if given.get("type") in VisitType.values else VisitType.CONSULTATION.value
    form, status = BookForm(request.POST or None, initial={"id": new_id()}), 200
    if request.method == "POST":
        status = 422
        if patient and place and form.is_valid():
            try:
                made = _book(form, patient, place, str(kind), actor)
                return _booked(request, made, place)
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
    context = _context(request, site, patient, places, place, str(kind), form)
    return page(request, "admin/day/book.html", context, fragments=["booking", "found"], status=status)


@for_desk
@require_GET
def patients(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """Who answers to what is typed, as it is typed; without scripts a page of its own."""
    context = {**site.each_context(request), "title": _("Find the patient"), **_found(request, site)}
    return page(request, "admin/day/patients.html", context, fragments=["found"])


@for_desk
@require_POST
def new_patient(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """Written down, and the booking goes on with them."""
    form = NewPatientForm(request.POST)
    alike: list[Patient] = []
    status = 422
    if form.is_valid():
        try:
            patient = form.register(actor_of(request))
            return redirect(f"{reverse('admin:day-book')}?{_carried(request, patient=patient.pk)}")
        except registering.MayBeKnown as refusal:
            alike, status = list(refusal.patients), refusal.status
            form.refuse(refusal)
        except registering.DocumentTaken as refusal:
            alike, status = [refusal.patient] if refusal.patient else [], refusal.status
            form.add_error("document", str(refusal.message))
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
    context = {
        **site.each_context(request),
        "title": _("New patient"),
        "new_form": form,
        "alike": alike,
        "may_be_another": bool(alike) and not form.errors.get("document"),
        "carried": _carried(request, patient=None),
        "hidden": _hidden(request),
        "back": query_of(back_of(request, actor_of(request))),
    }
    return page(request, "admin/day/new_patient.html", context, status=status)


def _book(form: BookForm, patient: Patient, place: DoctorPlace, kind: str, actor: Actor) -> Appointment:
    require_own_clinic(actor, place.clinic_id)
    asked = booking.Request(
        place=place,
        patient=patient_asked_for(patient.pk, by=actor),
        starts_at=form.cleaned_data["at"],
        type=kind,
        reason=form.cleaned_data["reason"],
        id=form.cleaned_data["id"],
    )
    return booking.book(asked, by=actor).appointment


def _booked(request: HttpRequest, made: Appointment, place: DoctorPlace) -> HttpResponse:
    """To the day of the visit; where it must be paid first, to taking the money."""
    zone = place.clinic.zone
    patient = Patient.objects.get(pk=made.patient_id)
    said = {"name": patient.full_name, "when": when_text(made.starts_at, zone), "doctor": str(place.doctor)}
    say(request, _("%(name)s has a visit: %(when)s, %(doctor)s.") % said)
    on = wall_time.local_day(made.starts_at, zone)
    if made.status == Status.PENDING:
        back = urlencode({"back": query_of(Asked(on=on))})
        return redirect(f"{reverse('admin:day-act', args=[made.pk, Act.CASH.value])}?{back}")
    return go(request, board_at(Asked(on=on), visit_id=made.pk))


def _context(
    request: HttpRequest,
    site: StaffSite,
    patient: Patient | None,
    places: list[DoctorPlace],
    place: DoctorPlace | None,
    kind: str,
    form: BookForm,
) -> dict[str, Any]:
    now, back = timezone.now(), back_of(request, actor_of(request))
    if patient:
        site.note(request, Patient, "READ", patient_id=patient.pk)
    carried = {"patient": patient.pk if patient else None, "place": place.pk if place else None, "type": kind}
    first = _first(request, back.on)
    return {
        **site.each_context(request),
        "title": _("Book a visit"),
        **(_found(request, site) if patient is None else {}),
        "patient": patient,
        "new_form": NewPatientForm(),
        "places": places,
        "place": place,
        "kinds": VisitType.choices,
        "kind": kind,
        "form": form,
        "week": week_of(place, first, type=kind, minutes=None, now=now) if place and patient else None,
        "zone": place.clinic.zone if place else "",
        "first": first,
        "now": now,
        "chosen": request.POST.get("at", ""),
        "back": query_of(back),
        "hidden": _hidden(request),
        "without_patient": _query({**carried, "patient": None}, back),
        "without_place": _query({**carried, "place": None}, back),
        "query": _query(carried, back),
    }


def _found(request: HttpRequest, site: StaffSite) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:100]
    found = find_patients(actor_of(request), text, limit=MOST_FOUND) if text else []
    if found:
        ids = [str(patient.pk) for patient in found]
        site.note(request, Patient, "READ", details={"count": len(ids), "ids": ids})
    return {"q": text, "found": found, "carried": _carried(request, patient=None), "hidden": _hidden(request)}


def _patient(actor: Actor, text: str) -> Patient | None:
    try:
        return Patient.objects.visible_to(actor).filter(pk=UUID(text), merged_into=None).first()
    except ValueError:
        return None


def _place(places: list[DoctorPlace], text: str | None, back: Asked) -> DoctorPlace | None:
    """As asked; else that of the doctor whose day was looked at. An empty word says that it is to be chosen anew."""
    if text is not None:
        return next((place for place in places if str(place.pk) == text), None)
    if not back.doctor_id:
        return None
    here = [place for place in places if place.doctor_id == back.doctor_id]
    return next((place for place in here if place.clinic_id == back.clinic_id), here[0] if here else None)


def _first(request: HttpRequest, otherwise: date) -> date:
    return day_of(request.POST.get("from") or request.GET.get("from") or "") or otherwise


def _hidden(request: HttpRequest) -> dict[str, str]:
    """What a form of this page hands on of what was chosen already."""
    given = request.POST if request.method == "POST" else request.GET
    names = ("place", "type", "from", "back")
    return {name: given[name] for name in names if given.get(name)}


def _carried(request: HttpRequest, *, patient: Any) -> str:
    found: dict[str, Any] = dict(_hidden(request))
    return urlencode({**found, **({"patient": patient} if patient else {})})


def _query(carried: dict[str, Any], back: Asked) -> str:
    return urlencode({**{name: value or "" for name, value in carried.items()}, "back": query_of(back)})
