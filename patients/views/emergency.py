"""Emergency access on a doctor's pages: finding the patient, giving the reason, ending it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.pages import for_doctors
from patients import emergency, emergency_finding
from patients.care_forms import EmergencyForm
from patients.models import BreakGlass, Patient, PatientFile
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import NotFound, NotPossibleNow, Refused
from vitas.common.pages import page

_SHOWN: Final = 20


@for_doctors
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """`?q=` finds among the organization's patients; below stands what this doctor opened."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    own = BreakGlass.objects.visible_to(actor).select_related("patient").defer("reason", "review")
    context = {
        "q": wanted,
        "found": emergency_finding.find(actor, wanted) if wanted else [],
        "own": list(own.order_by("-opened_at")[:_SHOWN]),
    }
    return page(request, "patients/emergency.html", context, fragments=["found"])


@for_doctors
@require_http_methods(["GET", "POST"])
def open_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The reason, then the patient's page."""
    actor = request.actor  # type: ignore[attr-defined]
    if Patient.objects.visible_to(actor).filter(pk=patient_id).exists():
        return redirect("doctor-patient", patient_id)
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            row = emergency.break_glass(patient_id=patient_id, reason=form.cleaned_data["reason"], by=actor)
        except NotFound as refusal:
            raise Http404 from refusal
        except NotPossibleNow:
            return redirect("doctor-patient", patient_id)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Open for an hour. The patient is being told."))
            return redirect("doctor-patient", row.patient_id)
    context = {"form": form, "patient": _known(actor, patient_id)}
    return page(request, "patients/emergency_open.html", context, status=status)


@for_doctors
@require_POST
def end(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """Closed before its hour is over."""
    try:
        emergency.end_early(id=glass_id, by=request.actor)  # type: ignore[attr-defined]
    except NotFound as refusal:
        raise Http404 from refusal
    messages.success(request, _("Closed. The patient is no longer open to you."))
    return redirect(reverse("break-glass"))


def _known(actor: Actor, patient_id: UUID) -> Any:
    """Enough to know whom one is about to open; raises Http404."""
    here = PatientFile.objects.filter(Q(organization_id=actor.organization_id), patient=OuterRef("pk"))
    rows = Patient.objects.filter(merged_into=None).annotate(number_here=Subquery(here.values("number")[:1]))
    row = get_object_or_404(rows.exclude(number_here=None), pk=patient_id)
    trail.record(
        actor,
        "FIND_PATIENT",
        category=trail.Category.BREAK_GLASS,
        resource="patients",
        resource_id=row.pk,
        patient_id=row.pk,
        by="emergency",
    )
    return row
