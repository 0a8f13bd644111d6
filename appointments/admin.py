"""Visits in the admin: the desk books and takes steps through the domain; no status or clinical word is edited."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from appointments import admin_booking, booking
from appointments.models import Appointment, AppointmentStep, Status, TimeClaim
from appointments.permissions import require_own_clinic
from patients.admin_search import FoundByPatient
from vitas.common.admin_filters import DaysFilter, VisibleRelatedFilter
from vitas.common.errors import Refused
from vitas.common.shown import clock_text
from vitas.common.visible_admin import ReadOnlyAdmin


@admin.register(Appointment)
class AppointmentAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["day", "time", "patient", "doctor", "clinic", "type", "status"]
    list_filter = [
        ("starts_at", DaysFilter),
        "status",
        ("clinic", VisibleRelatedFilter),
        "type",
        "payment_in_advance",
    ]
    sortable_by = ()
    list_select_related = ["patient", "doctor", "clinic"]
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
        return formats.date_format(_here(row), "SHORT_DATE_FORMAT")

    @admin.display(description=_("time"))
    def time(self, row: Appointment) -> str:
        return clock_text(_here(row))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A visit is made by booking it, as on the day board."""
        return admin_booking.book(request, site=self.admin_site)

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
class AppointmentStepAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "appointment__patient_id"
    list_display = ["at", "patient", "before", "after", "by_role"]
    list_filter = [("at", DaysFilter), "after", "by_role"]
    list_select_related = ["appointment__patient"]
    sortable_by = ()
    fields = readonly_fields = ["at", "patient", "before", "after", "by", "by_role"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("reason")

    @admin.display(description=_("patient"))
    def patient(self, row: AppointmentStep) -> str:
        return row.appointment.patient.full_name


@admin.register(TimeClaim)
class TimeClaimAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "appointment__patient_id"
    list_display = ["span", "resource", "lane", "held_until", "patient"]
    list_filter = [("held_until", admin.EmptyFieldListFilter)]
    list_select_related = ["appointment__patient"]
    sortable_by = ()
    fields = readonly_fields = ["span", "resource", "lane", "held_until", "patient"]

    @admin.display(description=_("patient"))
    def patient(self, row: TimeClaim) -> str:
        return row.appointment.patient.full_name
