"""Merging two patients in the admin: side by side, which one is kept and why; and undoing it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from patients import merging
from patients.models import Patient, PatientFile, PatientMerge
from vitas.accounts.actor import Actor
from vitas.common.errors import Invalid, NotFound, Refused
from vitas.common.page_forms import PageForm
from vitas.common.visible_admin import StaffSite


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two as the page shows them. `refusal` says why they cannot be merged away."""

    patient: Patient
    rows: list[tuple[str, str]]
    refusal: str


class MergeForm(PageForm):
    kept = forms.UUIDField(error_messages={"required": gettext_lazy("Choose which of the two is kept.")})
    reason = forms.CharField(
        label=gettext_lazy("How do you know that they are one person?"),
        max_length=300,
        help_text=gettext_lazy("For example: same document, seen at the desk."),
    )


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """A GET compares; a POST merges."""
    if not site.allows(request, Patient, "merge"):
        raise PermissionDenied
    actor = _actor(request)
    one, other = _two(request, actor)
    form = MergeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and form.cleaned_data["kept"] in (one.pk, other.pk):
            kept, merged = (one, other) if form.cleaned_data["kept"] == one.pk else (other, one)
            try:
                row = merging.merge(kept_id=kept.pk, merged_id=merged.pk, by=actor, reason=form.cleaned_data["reason"])
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                told = _("%(merged)s and %(kept)s are one patient now. This can be undone under “Merged patients”.")
                messages.success(request, told % {"merged": merged.full_name, "kept": kept.full_name})
                return redirect("admin:patients_patient_change", row.kept_id)
    sides = [_side(one, other, actor), _side(other, one, actor)]
    for side in sides:
        site.note(request, Patient, "READ", patient_id=side.patient.pk, row=side.patient)
    context = {
        **site.each_context(request),
        "title": _("Are these one person?"),
        "form": form,
        "sides": sides,
        "labels": [label for label, _shown in sides[0].rows],
        "kept": form.data.get("kept") or str(_likelier(sides).pk),
        "warnings": merging.warnings(one, other),
        "possible": any(not side.refusal for side in sides),
        "one": one,
        "other": other,
    }
    return TemplateResponse(request, "admin/patients/patient/merge.html", context, status=status)


@require_POST
def undo(request: HttpRequest, merge_id: UUID, *, site: StaffSite) -> HttpResponse:
    if not site.allows(request, PatientMerge, "undo"):
        raise PermissionDenied
    try:
        row = merging.undo(merge_id=merge_id, by=_actor(request))
    except NotFound as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("admin:patients_patientmerge_change", merge_id)
    told = _("%(merged)s and %(kept)s are two patients again.")
    messages.success(request, told % {"merged": row.merged.full_name, "kept": row.kept.full_name})
    return redirect("admin:patients_patientmerge_change", row.pk)


def address_of(one: UUID, other: UUID) -> str:
    return f"{reverse('admin:patients_patient_merge')}?{urlencode({'one': one, 'other': other})}"


def _two(request: HttpRequest, actor: Actor) -> tuple[Patient, Patient]:
    """In the order asked for. What is not this organization's is not there."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        ids = [UUID(given.get("one", "")), UUID(given.get("other", ""))]
    except ValueError as error:
        raise Http404 from error
    found = Patient.objects.visible_to(actor).in_bulk(ids)
    if len(found) != 2:
        raise Http404
    return found[ids[0]], found[ids[1]]


def _side(patient: Patient, other: Patient, actor: Actor) -> Side:
    file = PatientFile.objects.visible_to(actor).filter(patient=patient).first()
    numbers = [f"{row.kind.upper()} {row.number}" for row in patient.identifiers.order_by("pk")]
    shown: list[tuple[str, Any]] = [
        (_("Name"), patient.full_name),
        (_("File"), file and file.number),
        (_("Birth date"), patient.birth_date),
        (_("Documents"), ", ".join(numbers)),
        (_("Phone"), patient.phone),
        (_("E-mail"), patient.email),
        (_("City"), patient.city),
        *merging.counted(patient.pk),
        (_("Known since"), patient.created_at.date()),
    ]
    try:
        refusal = merging.refusal(kept_id=other.pk, merged_id=patient.pk, by=actor)
    except Invalid as same:
        refusal = str(same.message)
    return Side(patient, [(label, value) for label, value in shown], refusal)


def _likelier(sides: list[Side]) -> Patient:
    """Who can be kept, and was known first."""
    one, other = sides
    if bool(one.refusal) != bool(other.refusal):
        return one.patient if one.refusal else other.patient
    return min((one.patient, other.patient), key=lambda patient: patient.created_at)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]
