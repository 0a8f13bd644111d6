"""Allergies, problems and medicines of a patient: written down, ended, taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic.pages import for_carers
from records import summary
from records.forms import AllergyForm, MedicineForm, ProblemForm
from records.models import AllergyIntolerance, Clinical, Condition, MedicationRequest
from records.views.file import patient_of
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import NotFound, Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import page


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three lists: how it is read, and what is done with it."""

    name: str
    model: type[Clinical]
    title: Promise
    form: type[PageForm]
    rows: Callable[..., Any]
    add: Callable[..., Clinical]
    end: Callable[..., Clinical]
    end_label: Promise
    icon: str

    @property
    def page(self) -> str:
        return f"patient-{self.name}"


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            name="allergies",
            model=AllergyIntolerance,
            title=gettext_lazy("Allergies"),
            form=AllergyForm,
            rows=summary.allergies_of,
            add=summary.note_allergy,
            end=lambda row_id, by: summary.end_allergy(allergy_id=row_id, by=by),
            end_label=gettext_lazy("Is over"),
            icon="alert-triangle",
        ),
        Kind(
            name="problems",
            model=Condition,
            title=gettext_lazy("Problems"),
            form=ProblemForm,
            rows=summary.problems_of,
            add=summary.note_problem,
            end=lambda row_id, by: summary.resolve_problem(problem_id=row_id, by=by),
            end_label=gettext_lazy("Is resolved"),
            icon="heartbeat",
        ),
        Kind(
            name="medicines",
            model=MedicationRequest,
            title=gettext_lazy("Medicines"),
            form=MedicineForm,
            rows=summary.medicines_of,
            add=summary.note_medicine,
            end=lambda row_id, by: summary.stop_medicine(medicine_id=row_id, by=by),
            end_label=gettext_lazy("Is not taken any more"),
            icon="pill",
        ),
    )
}


@for_carers
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest, patient_id: UUID, kind: str) -> HttpResponse:
    """What stands and what is over; a form for one more."""
    actor = request.actor  # type: ignore[attr-defined]
    patient = patient_of(actor, patient_id)
    of = KINDS[kind]
    form = of.form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                of.add(patient_id=patient.pk, by=actor, **form.cleaned_data)
                messages.success(request, _("It is written down."))
                return redirect(of.page, patient_id=patient.pk)
            except Refused as refusal:
                form.refuse(refusal)
                status = 422 if refusal.status == 400 else refusal.status
    rows = list(of.rows(patient.pk, actor))
    crypto.load_keys({row.words_subject for row in rows})
    trail.record(
        actor,
        "READ_SUMMARY",
        category=trail.Category.HEALTH_DATA,
        resource=of.name,
        patient_id=patient.pk,
        count=len(rows),
    )
    context = {
        "patient": patient,
        "kind": of,
        "form": form,
        "standing": [row for row in rows if not ended(row)],
        "over": [row for row in rows if ended(row)],
    }
    return page(request, "records/summary.html", context, status=status)


@for_carers
@require_POST
def change(request: HttpRequest, patient_id: UUID, kind: str, row_id: UUID) -> HttpResponse:
    """`end` ends the row, `take_back` says that it was a mistake."""
    actor = request.actor  # type: ignore[attr-defined]
    patient = patient_of(actor, patient_id)
    of = KINDS[kind]
    try:
        if "take_back" in request.POST:
            summary.take_back(model=of.model, row_id=row_id, by=actor)
            messages.success(request, _("It is taken back as a mistake."))
        else:
            of.end(row_id, actor)
            messages.success(request, _("It is noted as over."))
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(of.page, patient_id=patient.pk)


def ended(row: Any) -> Any:
    """When it ended; None while it stands."""
    match row:
        case AllergyIntolerance():
            return row.ended_on
        case Condition():
            return row.resolved_on if row.clinical_status == Condition.ClinicalStatus.RESOLVED else None
    return row.stopped_at
