"""The admin: who signs in to it, and the one table of what each may do there.

Rows come from each model's `visible_to`. Nothing is open that the table does not name. Patients, doctors and nurses
have their own pages; here work the front desk, the organization's administrator and the platform's operator.
"""

import functools
import json
from collections.abc import Callable, Collection
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.apps import apps
from django.contrib.admin.sites import AdminSite
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from appointments import admin_acts, admin_board, admin_booking, admin_moving, admin_stranded, desk
from patients import emergency
from vitas.accounts import page_sessions, signing
from vitas.accounts.actor import Actor
from vitas.accounts.mfa import sign_in_views
from vitas.accounts.mfa.steps import SecondStepNeeded
from vitas.accounts.models import Role
from vitas.audit import pages as audit_pages
from vitas.audit import trail
from vitas.common.errors import NotAllowed, Refused
from vitas.common.pages import go, here, is_ours

DESK, ADMIN, OPERATOR = Role.RECEPTIONIST.value, Role.ADMIN.value, "operator"
_SEE, _KEEP, _ALL = {"view"}, {"view", "add", "change"}, {"view", "add", "change", "delete"}

# Model: role: what it may do with the rows it sees. The desk has no configuration; the operator nothing of patients.
RIGHTS: Final[dict[str, dict[str, set[str]]]] = {
    "accounts.Organization": {ADMIN: {"view", "change"}, OPERATOR: _KEEP},
    "accounts.User": {ADMIN: _SEE, OPERATOR: _KEEP},
    "accounts.Membership": {ADMIN: _KEEP, OPERATOR: _KEEP},
    "accounts.Session": {ADMIN: _SEE, OPERATOR: _SEE},
    "accounts.RefreshToken": {OPERATOR: _SEE},
    "accounts.OneTimeCode": {OPERATOR: _SEE},
    "audit.AuditEntry": {ADMIN: _SEE, OPERATOR: _SEE},
    "clinic.Clinic": {ADMIN: _KEEP, OPERATOR: _KEEP},
    "clinic.StaffPlace": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.Doctor": {ADMIN: _KEEP, OPERATOR: _KEEP},
    "clinic.DoctorLicence": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.DoctorPlace": {ADMIN: _KEEP, OPERATOR: _KEEP},
    "clinic.WeeklyHours": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.Absence": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.Holiday": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.VisitKind": {ADMIN: _ALL, OPERATOR: _ALL},
    "clinic.DoctorDay": {ADMIN: _SEE, OPERATOR: _SEE},
    "patients.Patient": {DESK: _KEEP | {"merge"}, ADMIN: _KEEP | {"merge"}},
    "patients.PatientMerge": {DESK: {"view", "undo"}, ADMIN: {"view", "undo"}},
    "patients.PatientAccess": {DESK: _SEE, ADMIN: _SEE},
    "patients.PatientIdentifier": {DESK: _KEEP, ADMIN: _ALL},
    "patients.PatientFile": {DESK: _SEE, ADMIN: _SEE},
    "patients.CareRelationship": {DESK: _SEE, ADMIN: _SEE},
    "patients.BreakGlass": {ADMIN: {"view", "review"}},
    "patients.Consent": {DESK: _SEE, ADMIN: _SEE},
    "appointments.Appointment": {DESK: {"view", "add", "step"}, ADMIN: {"view", "add", "step"}},
    "appointments.AppointmentStep": {DESK: _SEE, ADMIN: _SEE},
    "appointments.TimeClaim": {DESK: _SEE, ADMIN: _SEE},
    "payments.PaymentAccount": {ADMIN: _KEEP, OPERATOR: _SEE},
    "payments.Payment": {DESK: _SEE, ADMIN: _SEE},
    "payments.GatewayPayment": {ADMIN: _SEE},
    "payments.Refund": {DESK: _SEE, ADMIN: _SEE},
    "payments.LedgerEntry": {ADMIN: _SEE},
    "payments.WebhookDelivery": {OPERATOR: _SEE},
    "payments.DemoCharge": {OPERATOR: _SEE},
    "notes.NoteTemplate": {ADMIN: _KEEP},
    "processing.ProcessingRun": {ADMIN: _SEE, OPERATOR: _SEE},
    "processing.ScribePolicy": {ADMIN: _KEEP},
    "messaging.OutboxMessage": {DESK: _SEE, ADMIN: _SEE, OPERATOR: _SEE},
    "live.LiveEvent": {OPERATOR: _SEE},
    "live.LiveRead": {OPERATOR: _SEE},
    "operations.LegalHold": {ADMIN: _KEEP, OPERATOR: _KEEP},
    "common.DataKey": {OPERATOR: _SEE},
    "common.Event": {OPERATOR: _SEE},
    "common.IdempotencyRecord": {OPERATOR: _SEE},
}

_CATEGORY: Final = {
    "patients": trail.Category.HEALTH_DATA,
    "appointments": trail.Category.APPOINTMENT,
    "payments": trail.Category.PAYMENT,
    "accounts": trail.Category.PERMISSION,
    "audit": trail.Category.CONFIGURATION,
    "operations": trail.Category.RETENTION,
}


def role_here(actor: Actor) -> str:
    """The actor's name in the table; empty for who has no place in the admin."""
    if actor.is_desk:
        return str(actor.role)
    return OPERATOR if actor.is_operator else ""


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class StaffSite(AdminSite):
    site_header = site_title = "Vitas"
    index_title = gettext_lazy("Administration")
    site_url = "/"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """What the table does not name is not shown: Django's groups, which grant nothing here."""
        models_: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models_ if model._meta.label in RIGHTS], admin_class, **options)

    def get_urls(self) -> list[Any]:
        """The desk's own pages stand before the models'."""
        views: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("day/print/", admin_board.printed, "day-print"),
            ("day/book/", admin_booking.book, "day-book"),
            ("day/patients/", admin_booking.patients, "day-patients"),
            ("day/patients/new/", admin_booking.new_patient, "day-new-patient"),
            ("day/<uuid:visit_id>/move/", admin_moving.move, "day-move"),
            ("day/<uuid:visit_id>/<slug:name>/", admin_acts.act, "day-act"),
            *audit_pages.VIEWS,
        ]
        days = [path(route, self.admin_view(view), {"site": self}, name=name) for route, view, name in views]
        # Django's look-up of any row's page by its number asks nobody whose row it is.
        shut = {"view_on_site", "password_change_done"}
        djangos = [each for each in super().get_urls() if getattr(each, "name", "") not in shut]
        return [*days, path("all/", self.admin_view(self.everything), name="all"), *djangos]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Instants are shown on the clock of the person's clinic.

        A fragment that is asked for after the session ended leads to the sign-in, and back to its page.
        """
        checked = super().admin_view(view, cacheable)

        @functools.wraps(checked)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.htmx and not self.has_permission(request):  # type: ignore[attr-defined]
                return go(request, f"{reverse('admin:login')}?{urlencode({'next': here(request)})}")
            with timezone.override(_zone_of(request.actor)):  # type: ignore[attr-defined]
                response = checked(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            return response

        return opened

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The desk begins with its day, the operator with the list of models."""
        if request.actor.is_desk:  # type: ignore[attr-defined]
            return admin_board.board(request, site=self)
        return self.everything(request)

    def everything(self, request: HttpRequest) -> HttpResponse:
        """All models that the person may see."""
        return super().index(request, {"title": _("Everything")})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "is_desk": request.actor.is_desk,  # type: ignore[attr-defined]
            "staff_organization": getattr(request, "organization", None),
            "is_administrator": request.actor.role == Role.ADMIN,  # type: ignore[attr-defined]
            "reviews_waiting": functools.partial(emergency.waiting, request.actor),  # type: ignore[attr-defined]
        }

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(role_here(request.actor))  # type: ignore[attr-defined]

    def allows(self, request: HttpRequest, model: type[models.Model], act: str) -> bool:
        """What the table says."""
        return act in RIGHTS.get(model._meta.label, {}).get(role_here(request.actor), set())  # type: ignore[attr-defined]

    def note(
        self,
        request: HttpRequest,
        model: type[models.Model],
        verb: str,
        *,
        row: Any = None,
        patient_id: Any = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        """An entry of the audit trail about a look at, or a change of, rows of this model."""
        options = model._meta
        organization_id = getattr(row, "organization_id", None)
        trail.record(
            request.actor,  # type: ignore[attr-defined]
            f"{verb}_{options.model_name}".upper()[:40],
            category=_CATEGORY.get(options.app_label, trail.Category.CONFIGURATION),
            resource=str(options.model_name),
            resource_id=row.pk if row is not None and isinstance(options.pk, models.UUIDField) else None,
            patient_id=patient_id,
            organization_id=organization_id,
            **(details or {}),
        )

    def time_changed(self, request: HttpRequest, doctor_ids: Collection[UUID]) -> None:
        """Somebody changed here when these doctors are there."""
        admin_stranded.tell(request, doctor_ids, site=self)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Names that a choice offers are read, too."""
        response = super().autocomplete_view(request)
        asked = apps.get_model(request.GET.get("app_label", ""), request.GET.get("model_name", ""))
        field: Any = asked._meta.get_field(request.GET.get("field_name", ""))
        model_admin: Any = self.get_model_admin(field.related_model)
        if model_admin.patient_path:
            ids = [row["id"] for row in json.loads(response.content)["results"]]
            self.note(request, field.related_model, "READ", details={"count": len(ids), "ids": ids})
        return response

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """E-mail and password, the same way in as the API's."""
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        goes_to = wanted if is_ours(request, wanted) else reverse("admin:index", current_app=self.name)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(goes_to)
        form = SignInForm(request.POST if request.method == "POST" else None, label_suffix="")
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                _sign_in(request, **form.cleaned_data)
                return HttpResponseRedirect(goes_to)
            except SecondStepNeeded as needed:
                return sign_in_views.begin(request, needed, wanted=goes_to)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = refusal.status
        context = {**self.each_context(request), "title": _("Sign in"), "form": form, "next": wanted}
        return TemplateResponse(request, "admin/sign_in.html", context, status=status)

    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST":
            page_sessions.sign_out_page(request)
        return page_sessions.forgotten(HttpResponseRedirect(reverse("admin:login", current_app=self.name)))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One page for everybody who has a password."""
        return HttpResponseRedirect(reverse("change-password"))


def _zone_of(actor: Actor) -> ZoneInfo:
    """The platform's operator has no clinic, and reads UTC."""
    return desk.zone_of(actor) if actor.is_desk else ZoneInfo("UTC")


def _sign_in(request: HttpRequest, *, email: str, password: str) -> None:
    session = signing.sign_in_with_password(email=email, password=password)
    desk = session.membership is not None and session.membership.role in (Role.RECEPTIONIST, Role.ADMIN)
    if not desk and not session.user.is_operator:
        signing.end_session(session)
        raise NotAllowed(_("The administration is for the front desk and administrators."))
    page_sessions.sign_in_page(request, session)
