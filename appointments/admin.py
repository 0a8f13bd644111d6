"""Visits in the admin: the desk books and takes steps through the domain; no status or clinical word is edited."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments import booking
from appointments.models import Appointment, AppointmentStep, Status, TimeClaim
from appointments.permissions import require_own_clinic
from clinic.models import DoctorPlace, VisitType
from patients.models import Patient
from vitas.common import wall_time
from vitas.common.errors import Invalid, Refused
from vitas.common.visible_admin import ReadOnlyAdmin


class BookingForm(forms.Form):
    """Patient, doctor and a time on the clinic's clock. Whether it is free is booking's to say."""

    patient = forms.ModelChoiceField(Patient.objects.none(), label=_("Patient"))
    place = forms.ModelChoiceField(DoctorPlace.objects.none(), label=_("Doctor and clinic"))
    type = forms.ChoiceField(label=_("Type of visit"), choices=VisitType.choices, initial=VisitType.CONSULTATION)
    date = forms.DateField(label=_("Date"), widget=AdminDateWidget)
    time = forms.TimeField(label=_("Time"), help_text=_("On the clinic's clock, such as 14:30"))

    def __init__(self, request: HttpRequest, model_admin: admin.ModelAdmin, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        actor = request.actor  # type: ignore[attr-defined]
        patient, place = self.fields["patient"], self.fields["place"]
        patient.queryset = Patient.objects.visible_to(actor)  # type: ignore[attr-defined]
        patient.widget = AutocompleteSelect(Appointment._meta.get_field("patient"), model_admin.admin_site)
        patient.widget.choices = patient.choices  # type: ignore[attr-defined]
        places = DoctorPlace.objects.visible_to(actor).filter(listed=True).select_related("doctor", "clinic")
        place.queryset = places.order_by("doctor__last_name", "pk")  # type: ignore[attr-defined]

    def asked(self) -> booking.Request:
        """Raises Invalid where the clocks change."""
        place, found = self.cleaned_data["place"], self.cleaned_data
        starts_at = wall_time.instant(found["date"], found["time"], place.clinic.zone)
        if starts_at is None:
            raise Invalid.field("time", gettext("This time does not exist on that day: the clocks change."))
        return booking.Request(place=place, patient=found["patient"], starts_at=starts_at, type=found["type"])


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["day", "time", "patient", "doctor", "clinic", "type", "status"]
    list_filter = ["status", "type", ("clinic", admin.RelatedOnlyFieldListFilter), "payment_in_advance"]
    list_select_related = ["patient", "doctor", "clinic"]
    search_fields = ["patient__name_key", "patient__phone__startswith", "patient__identifiers__number__exact"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]
    fields = readonly_fields = [
        "patient",
        "doctor",
        "clinic",
        "day",
        "time",
        "type",
        "status",
        "hold_ends_at",
        "is_virtual",
        "check_in_time",
        "started_at",
        "check_out_time",
        "cancelled_at",
        "created_at",
    ]
    actions = ["accept", "check_in", "begin", "complete", "no_show", "cancel"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.allows(request, Appointment, "add")

    def has_step_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.allows(request, Appointment, "step")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("reason", "notes", "cancellation_reason")

    @admin.display(description=_("day"), ordering="starts_at")
    def day(self, row: Appointment) -> str:
        return f"{_here(row):%Y-%m-%d}"

    @admin.display(description=_("time"))
    def time(self, row: Appointment) -> str:
        return f"{_here(row):%H:%M}"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Books, as the API does."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BookingForm(request, self, data=request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and (booked := self._book(request, form)):
            messages.success(request, gettext("The appointment is booked."))
            return HttpResponseRedirect(reverse("admin:appointments_appointment_change", args=[booked.pk]))
        fieldsets = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Book an appointment"),
            "opts": Appointment._meta,
            "adminform": helpers.AdminForm(form, fieldsets, {}),  # type: ignore[arg-type]
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/appointments/appointment/book.html", context)

    def _book(self, request: HttpRequest, form: BookingForm) -> Appointment | None:
        actor = request.actor  # type: ignore[attr-defined]
        try:
            require_own_clinic(actor, form.cleaned_data["place"].clinic_id)
            return booking.book(form.asked(), by=actor).appointment
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            if not refusal.problems:
                form.add_error(None, str(refusal.message))
            return None

    @admin.action(description=_("Accept"), permissions=["step"])
    def accept(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.CONFIRMED)

    @admin.action(description=_("Check in"), permissions=["step"])
    def check_in(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.CHECKED_IN)

    @admin.action(description=_("Begin the visit"), permissions=["step"])
    def begin(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.IN_PROGRESS)

    @admin.action(description=_("Complete the visit"), permissions=["step"])
    def complete(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.COMPLETED)

    @admin.action(description=_("Note that the patient did not come"), permissions=["step"])
    def no_show(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.NO_SHOW)

    @admin.action(description=_("Cancel"), permissions=["step"])
    def cancel(self, request: HttpRequest, rows: Any) -> None:
        self._take(request, rows, Status.CANCELLED)

    def _take(self, request: HttpRequest, rows: Any, to: Status) -> None:
        """One step a visit, each by itself: a refusal of one is told and keeps no other back."""
        for row in rows.select_related("patient", "clinic"):
            if _reported(request, row, partial(self._step, request, row, to)):
                messages.success(request, f"{row.patient}: {to.label}")

    def _step(self, request: HttpRequest, row: Appointment, to: Status) -> None:
        actor = request.actor  # type: ignore[attr-defined]
        require_own_clinic(actor, row.clinic_id)
        booking.step(appointment_id=row.pk, to=to, reason="", by=actor)


def _reported(request: HttpRequest, row: Appointment, act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused as refusal:
        messages.error(request, f"{row.patient}: {refusal.message}")
        return False
    return True


def _here(row: Appointment) -> datetime:
    return row.starts_at.astimezone(ZoneInfo(row.clinic.zone))


@admin.register(AppointmentStep)
class AppointmentStepAdmin(ReadOnlyAdmin):
    patient_path = "appointment__patient_id"
    list_display = ["at", "patient", "before", "after", "by_role"]
    list_filter = ["after", "by_role"]
    list_select_related = ["appointment__patient"]
    search_fields = ["appointment__patient__name_key"]
    date_hierarchy = "at"
    fields = readonly_fields = ["at", "patient", "before", "after", "by", "by_role"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("reason")

    @admin.display(description=_("patient"))
    def patient(self, row: AppointmentStep) -> str:
        return row.appointment.patient.full_name


@admin.register(TimeClaim)
class TimeClaimAdmin(ReadOnlyAdmin):
    patient_path = "appointment__patient_id"
    list_display = ["span", "resource", "lane", "held_until", "patient"]
    list_filter = [("held_until", admin.EmptyFieldListFilter)]
    list_select_related = ["appointment__patient"]
    search_fields = ["resource__exact", "appointment__patient__name_key"]
    fields = readonly_fields = ["span", "resource", "lane", "held_until", "patient"]

    @admin.display(description=_("patient"))
    def patient(self, row: TimeClaim) -> str:
        return row.appointment.patient.full_name
