"""Emergency access and consents in the admin: administrators review, the desk sees what a patient allows."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients import emergency
from patients.admin_search import FoundByPatient
from patients.care_forms import ReviewForm
from patients.models import BreakGlass, Consent
from vitas.common.errors import NotFound, Refused
from vitas.common.visible_admin import ReadOnlyAdmin


@admin.register(BreakGlass)
class BreakGlassAdmin(FoundByPatient, ReadOnlyAdmin):
    """Who, when, which patient, why, and what was opened; no clinical word."""

    change_form_template = "admin/patients/breakglass/change_form.html"
    patient_path = "patient_id"
    list_display = ["opened", "doctor", "patient", "verdict_shown"]
    list_filter = [("reviewed_at", admin.EmptyFieldListFilter), "verdict"]
    list_select_related = ["doctor", "patient"]
    sortable_by = ()
    ordering = ["-opened_at"]
    readonly_fields = ["doctor", "patient", "opened_at", "ends_at", "reason", "verdict_shown", "review", "reviewed_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What there is to say: of the review only once it is done."""
        done = obj is None or obj.reviewed_at is not None
        return [name for name in self.readonly_fields if done or name not in ("review", "reviewed_at")]

    @admin.display(description=_("opened at"))
    def opened(self, row: BreakGlass) -> str:
        return date_format(localtime(row.opened_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("verdict"))
    def verdict_shown(self, row: BreakGlass) -> str:
        if row.is_open:
            return gettext("still open")
        return row.get_verdict_display() if row.verdict else gettext("to review")

    def has_review_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.allows(request, BreakGlass, "review")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.review)
        return [path("<uuid:glass_id>/review/", view, name="patients_breakglass_review"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        reads = request.method == "GET" and self.has_view_permission(request)
        row = self.get_object(request, object_id) if reads else None
        more = self._shown(request, row) if row else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def review(self, request: HttpRequest, glass_id: Any) -> HttpResponse:
        """Only ever posted; a refusal comes back on the row's page."""
        if request.method != "POST" or not self.has_review_permission(request):
            raise PermissionDenied
        form, status = ReviewForm(request.POST), 422
        if form.is_valid():
            try:
                emergency.review(id=glass_id, by=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
                messages.success(request, gettext("Reviewed. The doctor and the patient are told the verdict."))
                return redirect("admin:patients_breakglass_changelist")
            except NotFound as refusal:
                raise Http404 from refusal
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
        request.method = "GET"  # the page is looked at again: nobody changes a row here
        response = super().change_view(request, str(glass_id), "", self._shown(request, None, form=form, id=glass_id))
        response.status_code = status
        return response

    def _shown(
        self, request: HttpRequest, row: BreakGlass | None, *, form: ReviewForm | None = None, id: Any = None
    ) -> dict[str, Any]:
        row = row or self.get_object(request, str(id))
        if row is None:
            raise Http404
        own = row.user_id == request.actor.user_id  # type: ignore[attr-defined]
        may = self.has_review_permission(request) and row.reviewed_at is None and not row.is_open and not own
        return {"review_form": form or ReviewForm(), "may_review": may, "own": own, "used": emergency.used(row)}


@admin.register(Consent)
class ConsentAdmin(FoundByPatient, ReadOnlyAdmin):
    """What patients allow the organization, and what they took back. Only they change it."""

    patient_path = "patient_id"
    list_display = ["patient", "kind", "organization", "recipient", "given_at", "revoked_at"]
    list_filter = ["kind", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["patient", "organization", "recipient"]
    sortable_by = ()
    ordering = ["-given_at"]
    readonly_fields = ["patient", "kind", "organization", "recipient", "given_at", "revoked_at"]
    readonly_fields += ["version", "language", "text"]
    fields: ClassVar[Any] = readonly_fields
