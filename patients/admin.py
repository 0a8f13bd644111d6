"""Patients in the admin: for the desk and administrators of the organizations that know them."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patients.models import CareRelationship, Patient, PatientAccess, PatientFile, PatientIdentifier
from vitas.accounts.models import Organization
from vitas.common.search_key import search_key
from vitas.common.visible_admin import ReadOnlyAdmin, VisibleAdmin, VisibleInline


class IdentifierInline(VisibleInline):
    model = PatientIdentifier


@admin.register(Patient)
class PatientAdmin(VisibleAdmin):
    patient_path = "pk"
    list_display = ["last_name", "first_name", "birth_date", "phone", "city", "file_number"]
    list_filter = ["language", "city"]
    search_fields = ["name_key", "phone__startswith", "identifiers__number__exact"]
    search_help_text = _("Name, phone, document or file number")
    fields = [
        "first_name",
        "last_name",
        "birth_date",
        "phone",
        "email",
        "city",
        "language",
        "zone",
        "status",
        "file_number",
        "created_at",
    ]
    readonly_fields = ["status", "file_number", "created_at"]
    inlines = [IdentifierInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        here = PatientFile.objects.filter(patient=OuterRef("pk"), organization_id=request.actor.organization_id)  # type: ignore[attr-defined]
        return super().get_queryset(request).annotate(number_here=Subquery(here.values("number")[:1]))

    def get_search_results(self, request: HttpRequest, rows: Any, term: str) -> Any:
        """Names are read as search reads them; a short number alone is the organization's file number."""
        if term.isascii() and term.isdigit() and len(term) <= 6:
            return rows.filter(number_here=int(term)), False
        return super().get_search_results(request, rows, search_key(term) if not term.startswith("+") else term)

    @admin.display(description=_("file"), ordering="number_here")
    def file_number(self, row: Any) -> int | None:
        return getattr(row, "number_here", None)

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        """A patient whom the desk writes down is known to its organization at once."""
        if not change:
            obj.status = Patient.Status.REGISTERED_AT_DESK
        super().save_model(request, obj, form, change)
        if not change:
            _open_file(obj, request.actor.organization_id)  # type: ignore[attr-defined]


@transaction.atomic
def _open_file(patient: Patient, organization_id: Any) -> None:
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    highest = PatientFile.objects.filter(organization_id=organization_id).aggregate(Max("number"))["number__max"] or 0
    PatientFile.objects.create(organization_id=organization_id, patient=patient, number=highest + 1)


@admin.register(PatientAccess)
class PatientAccessAdmin(ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["patient", "relation", "verified_at", "ended_at", "created_at"]
    list_filter = ["relation"]
    list_select_related = ["patient"]
    search_fields = ["patient__name_key", "patient__phone__startswith"]
    fields = readonly_fields = ["patient", "relation", "verified_at", "ended_at", "created_at"]


@admin.register(PatientIdentifier)
class PatientIdentifierAdmin(VisibleAdmin):
    patient_path = "patient_id"
    list_display = ["patient", "country", "kind", "number"]
    list_filter = ["country", "kind"]
    list_select_related = ["patient"]
    search_fields = ["number__exact", "patient__name_key"]
    autocomplete_fields = ["patient"]


@admin.register(PatientFile)
class PatientFileAdmin(ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["number", "patient", "organization", "opened_at"]
    list_select_related = ["patient", "organization"]
    search_fields = ["=number", "patient__name_key", "patient__phone__startswith"]
    date_hierarchy = "opened_at"
    fields = readonly_fields = ["number", "patient", "organization", "opened_at"]


@admin.register(CareRelationship)
class CareRelationshipAdmin(ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["patient", "doctor", "began_at", "ended_at", "because"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["patient", "doctor"]
    search_fields = ["patient__name_key", "doctor__name_key"]
    date_hierarchy = "began_at"
    fields = readonly_fields = ["patient", "doctor", "organization", "began_at", "ended_at", "because"]
