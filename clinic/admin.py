"""Clinics, doctors and their hours in the admin: the organization's configuration."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.models import (
    Absence,
    Clinic,
    Doctor,
    DoctorDay,
    DoctorLicence,
    DoctorPlace,
    Holiday,
    StaffPlace,
    VisitKind,
    WeeklyHours,
)
from vitas.common import events
from vitas.common.money import major
from vitas.common.visible_admin import OneTenantForm, ReadOnlyAdmin, VisibleAdmin, VisibleInline

_COUNTED_AHEAD = timedelta(days=61)  # search shows the free days of the coming two months


class TimeAdmin(VisibleAdmin):
    """What decides when doctors are free: each change makes their coming days be counted again."""

    def doctor_ids(self, row: Any) -> Iterable[UUID]:
        """Whose time the row speaks of: here every doctor's of its organization."""
        return Doctor.objects.filter(organization_id=row.organization_id).values_list("pk", flat=True)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._tell([obj])
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._tell([obj])
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        self._tell(queryset)
        return super().log_deletions(request, queryset)

    def _tell(self, rows: Iterable[Any]) -> None:
        now = timezone.now()
        until = (now + _COUNTED_AHEAD).isoformat()
        for doctor_id in {doctor_id for row in rows for doctor_id in self.doctor_ids(row)}:
            events.record(events.TimeChanged(doctor_id, starts_at=now.isoformat(), ends_at=until))


@admin.register(Clinic)
class ClinicAdmin(VisibleAdmin):
    list_display = ["name", "organization", "city", "country", "zone", "currency", "active"]
    list_filter = ["active", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["name", "city"]
    ordering = ["name"]
    exclude = ["created_at"]
    own_organization = "organization"


@admin.register(StaffPlace)
class StaffPlaceAdmin(VisibleAdmin):
    form = OneTenantForm
    tenant_paths = ["membership__organization_id", "clinic__organization_id"]
    list_display = ["membership", "clinic"]
    list_select_related = ["membership__user", "membership__organization", "clinic"]
    search_fields = ["membership__user__full_name", "clinic__name"]
    autocomplete_fields = ["membership", "clinic"]


class LicenceInline(VisibleInline):
    model = DoctorLicence


@admin.register(Doctor)
class DoctorAdmin(VisibleAdmin):
    form = OneTenantForm
    tenant_paths = ["membership__organization_id", "organization__pk"]
    list_display = ["last_name", "first_name", "specialty", "organization", "rating", "active"]
    list_filter = ["active", "specialty", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["last_name", "first_name", "licences__number__exact", "email__startswith"]
    ordering = ["last_name", "first_name"]
    autocomplete_fields = ["membership"]
    readonly_fields = ["created_at", "updated_at"]
    inlines = [LicenceInline]
    own_organization = "organization"


@admin.register(DoctorLicence)
class DoctorLicenceAdmin(VisibleAdmin):
    list_display = ["doctor", "country", "kind", "number"]
    list_filter = ["country", "kind"]
    list_select_related = ["doctor"]
    search_fields = ["number__exact", "doctor__last_name"]
    autocomplete_fields = ["doctor"]


class HoursInline(VisibleInline):
    model = WeeklyHours


@admin.register(DoctorPlace)
class DoctorPlaceAdmin(TimeAdmin):
    form = OneTenantForm
    tenant_paths = ["doctor__organization_id", "clinic__organization_id"]
    list_display = ["doctor", "clinic", "price", "payment_in_advance", "slot_minutes", "accepts_new_patients", "active"]
    list_filter = ["active", "payment_in_advance", ("clinic", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["doctor", "clinic"]
    search_fields = ["doctor__last_name", "doctor__first_name", "clinic__name"]
    autocomplete_fields = ["doctor", "clinic"]
    inlines = [HoursInline]

    def doctor_ids(self, row: DoctorPlace) -> Iterable[UUID]:
        return [row.doctor_id]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Visits refer to the place: it stays one doctor's at one clinic."""
        return ["doctor", "clinic"] if obj else []

    @admin.display(description=_("fee"))
    def price(self, row: DoctorPlace) -> str:
        return f"{major(row.fee, row.clinic.currency)} {row.clinic.currency}"


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(TimeAdmin):
    list_display = ["place", "weekday", "begins", "minutes"]
    list_filter = ["weekday"]
    list_select_related = ["place__doctor", "place__clinic"]
    search_fields = ["place__doctor__last_name"]
    autocomplete_fields = ["place"]

    def doctor_ids(self, row: WeeklyHours) -> Iterable[UUID]:
        return [row.place.doctor_id]

    @admin.display(description=_("begins"), ordering="start_minute")
    def begins(self, row: WeeklyHours) -> str:
        return f"{row.start_minute // 60:02d}:{row.start_minute % 60:02d}"


@admin.register(Absence)
class AbsenceAdmin(TimeAdmin):
    form = OneTenantForm
    tenant_paths = ["doctor__organization_id", "place__clinic__organization_id"]
    list_display = ["doctor", "place", "starts_at", "ends_at", "reason"]
    list_select_related = ["doctor", "place__doctor", "place__clinic"]
    search_fields = ["doctor__last_name"]
    date_hierarchy = "starts_at"
    autocomplete_fields = ["doctor", "place"]

    def doctor_ids(self, row: Absence) -> Iterable[UUID]:
        return [row.doctor_id]


@admin.register(Holiday)
class HolidayAdmin(TimeAdmin):
    form = OneTenantForm
    tenant_paths = ["clinic__organization_id", "organization__pk"]
    list_display = ["date", "name", "organization", "clinic"]
    list_filter = [("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization", "clinic"]
    search_fields = ["name"]
    date_hierarchy = "date"
    own_organization = "organization"


@admin.register(VisitKind)
class VisitKindAdmin(TimeAdmin):
    list_display = ["type", "organization", "minutes", "buffer_before", "buffer_after"]
    list_filter = [("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    own_organization = "organization"


@admin.register(DoctorDay)
class DoctorDayAdmin(ReadOnlyAdmin):
    list_display = ["date", "place", "first_free", "free_count", "counted_at"]
    list_select_related = ["place__doctor", "place__clinic"]
    search_fields = ["place__doctor__last_name"]
    date_hierarchy = "date"
    fields = readonly_fields = ["place", "date", "first_free", "free_count", "counted_at"]
