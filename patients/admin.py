"""Patients in the admin: for the desk and administrators of the organizations that know them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients import admin_emergency as admin_emergency  # registers its models
from patients import admin_merging, merging, numbers
from patients.admin_forms import IdentifierForm, NewPatientForm, PatientForm
from patients.admin_search import FoundByPatient
from patients.models import CareRelationship, Patient, PatientAccess, PatientFile, PatientIdentifier, PatientMerge
from patients.registering import DocumentTaken, MayBeKnown
from vitas.accounts.models import Organization, User
from vitas.common.errors import Refused
from vitas.common.visible_admin import ReadOnlyAdmin, VisibleAdmin, VisibleInline


class IdentifierInline(VisibleInline):
    model = PatientIdentifier
    form = IdentifierForm


@admin.register(Patient)
class PatientAdmin(FoundByPatient, VisibleAdmin):
    form = PatientForm
    change_form_template = "admin/patients/patient/change_form.html"
    patient_path = "pk"
    lock_kind = "patient"
    list_display = ["full_name", "file_number", "born", "phone", "document"]
    list_filter = ["language", "status"]
    sortable_by = ()  # 200,000 names are found, not leafed through
    fields = [
        ("first_name", "last_name"),
        "birth_date",
        ("phone", "email"),
        "city",
        ("language", "zone"),
        ("file_number", "status", "created_at"),
    ]
    readonly_fields = ["status", "file_number", "created_at"]
    inlines = [IdentifierInline]
    actions = ["merge"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(admin_merging.merge)
        return [path("merge/", view, {"site": self.admin_site}, name="patients_patient_merge"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Whoever was merged into another is found as that one."""
        here = PatientFile.objects.filter(patient=OuterRef("pk"), organization_id=request.actor.organization_id)  # type: ignore[attr-defined]
        first = PatientIdentifier.objects.filter(patient=OuterRef("pk")).order_by("pk")
        rows = super().get_queryset(request).filter(merged_into=None)
        return rows.annotate(
            number_here=Subquery(here.values("number")[:1]), first_document=Subquery(first.values("number")[:1])
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        here = Organization.objects.filter(pk=request.actor.organization_id)  # type: ignore[attr-defined]
        form.country = here.values_list("country", flat=True).first() or ""
        return form

    @admin.display(description=_("name"))
    def full_name(self, row: Patient) -> str:
        return row.full_name

    @admin.display(description=_("birth date"))
    def born(self, row: Patient) -> str:
        return date_format(row.birth_date, "SHORT_DATE_FORMAT") if row.birth_date else ""

    @admin.display(description=_("document"))
    def document(self, row: Any) -> str:
        return row.first_document or ""

    @admin.display(description=_("file number"))
    def file_number(self, row: Any) -> int | None:
        return getattr(row, "number_here", None)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """An old address leads to whom the patient is now."""
        if object_id is not None and request.method == "GET":
            asked = Patient.objects.visible_to(request.actor).filter(pk=_uuid(object_id)).first()  # type: ignore[attr-defined]
            if asked is not None and asked.merged_into_id and self.has_view_permission(request):
                kept = Patient.objects.get(pk=merging.now_known_as(asked.pk))
                told = gettext("%(merged)s is one patient with %(kept)s now.")
                messages.info(request, told % {"merged": asked.full_name, "kept": kept.full_name})
                return redirect("admin:patients_patient_change", kept.pk)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Written down and known at once, as at the booking."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        language = Organization.objects.filter(pk=request.actor.organization_id).values_list("language", flat=True)  # type: ignore[attr-defined]
        form = NewPatientForm(request.POST or None, initial={"language": language.first()})
        alike: list[Patient] = []
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    made = form.register(request.actor)  # type: ignore[attr-defined]
                    messages.success(request, gettext("%(name)s is written down.") % {"name": made.full_name})
                    return redirect("admin:patients_patient_change", made.pk)
                except Refused as refusal:
                    alike, status = _refuse(form, refusal), refusal.status
        fields = list(form.fields) if alike else [name for name in form.fields if name != "is_another"]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New patient"),
            "opts": Patient._meta,
            "adminform": helpers.AdminForm(form, [(None, {"fields": fields})], {}),  # type: ignore[arg-type]
            "form": form,
            "alike": alike,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/patients/patient/add.html", context, status=status)

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        """Another phone is given as the desk gives one: whoever has the old one loses the patient."""
        before = Patient.objects.values_list("phone", flat=True).get(pk=obj.pk)
        wanted, obj.phone = obj.phone, before
        super().save_model(request, obj, form, change)
        if wanted != before:
            numbers.give(patient=obj, phone=wanted, by=request.actor)  # type: ignore[attr-defined]

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.allows(request, Patient, "merge")

    @admin.action(description=_("Merge two who are one person"), permissions=["merge"])
    def merge(self, request: HttpRequest, rows: Any) -> HttpResponse | None:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:3])
        if len(ids) == 2:
            return redirect(admin_merging.address_of(*ids))
        messages.error(request, gettext("Choose two patients, then merge them."))
        return None


def _refuse(form: NewPatientForm, refusal: Refused) -> list[Patient]:
    """Say it on the form; answers with who it may be."""
    if isinstance(refusal, DocumentTaken):
        form.add_error("document", str(refusal.message))
        return [refusal.patient] if refusal.patient else []
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
    if not refusal.problems:
        form.add_error(None, str(refusal.message))
    if isinstance(refusal, MayBeKnown):
        form.offer_another()
        return list(refusal.patients)
    return []


def _uuid(text: str) -> Any:
    try:
        return Patient._meta.pk.to_python(text)
    except Exception:  # Django's ValidationError: no such id
        return None


@admin.register(PatientMerge)
class PatientMergeAdmin(FoundByPatient, ReadOnlyAdmin):
    """What the desk made one. Undone from the row's own page, where it says what was moved."""

    change_form_template = "admin/patients/patientmerge/change_form.html"
    patient_path = "kept_id"
    list_display = ["merged_at", "kept", "merged", "by_whom", "undone_at"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["kept", "merged"]
    sortable_by = ()
    ordering = ["-merged_at"]
    fields = readonly_fields = ["kept_now", "merged_then", "reason", "merged_at", "by_whom", "what_moved", "undone_at"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(admin_merging.undo)
        undo = path("<uuid:merge_id>/undo/", view, {"site": self.admin_site}, name="patients_patientmerge_undo")
        return [undo, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        who = User.objects.filter(pk=OuterRef("merged_by")).values("full_name")
        return super().get_queryset(request).annotate(who=Subquery(who[:1])).defer("moved", "reason")

    @admin.display(description=_("by"))
    def by_whom(self, row: Any) -> str:
        return row.who or gettext("Vitas, afterwards")

    @admin.display(description=_("kept"))
    def kept_now(self, row: PatientMerge) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:patients_patient_change", args=[row.kept_id]), row.kept.full_name
        )

    @admin.display(description=_("merged"))
    def merged_then(self, row: PatientMerge) -> str:
        return f"{row.merged.full_name} · {row.merged.birth_date or '–'} · {row.merged.phone or '–'}"

    @admin.display(description=_("what was moved"))
    def what_moved(self, row: PatientMerge) -> str:
        rows = sum(len(keys) for moved in row.moved.values() for keys in moved.values())
        return gettext("Entries: %(count)d") % {"count": rows}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        may = row is not None and row.undone_at is None and self.admin_site.allows(request, PatientMerge, "undo")
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "may_undo": may})


@admin.register(PatientAccess)
class PatientAccessAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["patient", "relation", "verified_at", "ended_at", "created_at"]
    list_filter = ["relation"]
    list_select_related = ["patient"]
    sortable_by = ()
    fields = readonly_fields = ["patient", "relation", "verified_at", "ended_at", "created_at"]


@admin.register(PatientIdentifier)
class PatientIdentifierAdmin(FoundByPatient, VisibleAdmin):
    form = IdentifierForm
    patient_path = "patient_id"
    list_display = ["patient", "country", "kind", "number"]
    list_select_related = ["patient"]
    sortable_by = ()
    fields = ["patient", "country", "kind", "number"]
    autocomplete_fields = ["patient"]


@admin.register(PatientFile)
class PatientFileAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["number", "patient", "opened_at"]
    list_select_related = ["patient"]
    sortable_by = ()
    ordering = ["-number"]
    fields = readonly_fields = ["number", "patient", "organization", "opened_at"]


@admin.register(CareRelationship)
class CareRelationshipAdmin(FoundByPatient, ReadOnlyAdmin):
    patient_path = "patient_id"
    list_display = ["patient", "doctor", "began_at", "ended_at", "because"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["patient", "doctor"]
    sortable_by = ()
    fields = readonly_fields = ["patient", "doctor", "organization", "began_at", "ended_at", "because"]
