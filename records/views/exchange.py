"""Pages for taking a patient's whole file out, and for bringing records into one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.models import Clinic
from clinic.pages import for_doctors
from patients.models import Patient
from patients.pages import for_patients
from records import exchange, import_undo, imports
from records.exchange_forms import ExportForm, ImportForm
from records.fhir.held import Held, held_of
from records.files.checking import FileTooLarge
from records.incoming import WHY
from records.models import RecordImport
from vitas.common.errors import NotAllowed, NotFound, Refused
from vitas.common.pages import page
from vitas.common.uploads import takes_at_most, was_too_large

_LISTED = 20


@for_patients
@require_http_methods(["GET", "POST"])
def own_export(request: HttpRequest) -> HttpResponse:
    return _export(request, request.actor.patient_id, "records/own_export.html")  # type: ignore[attr-defined]


@for_doctors
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    return _export(request, patient_id, "records/patient_export.html")


@for_doctors
@require_http_methods(["GET", "POST"])
@takes_at_most(exchange.MOST_UPLOAD)
def bring_in(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A trial shows what would happen, and the same page again; the real one goes on to what came of it."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        patient = Patient.objects.get(pk=imports.require_may(actor, patient_id))
    except (NotFound, NotAllowed):
        raise Http404 from None
    if request.method == "GET":
        return _import_page(request, patient, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    try:
        report = _brought_in(request, form, patient)
    except Refused as refusal:
        form.refuse(refusal)
        return _import_page(request, patient, form, status=422 if refusal.status == 400 else refusal.status)
    if report is None:
        return _import_page(request, patient, form, status=422)
    if report.import_id:
        messages.success(request, _("The records are brought in. You can take them back below."))
    return _import_page(request, patient, form if report.trial else ImportForm(), report=report)


@for_doctors
@require_POST
def undo(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Back to the patient's page of imports, with what came of it."""
    actor = request.actor  # type: ignore[attr-defined]
    batch = RecordImport.objects.visible_to(actor).filter(pk=import_id).first()
    patient = next(iter(batch.report.get("patients", [])), None) if batch else None
    if patient is None:
        raise Http404
    try:
        found = import_undo.undo(import_id=import_id, by=actor)
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        count = sum(found.rows.values())
        said = ngettext("%(count)d entry is taken back.", "%(count)d entries are taken back.", count)
        messages.success(request, _("It was taken back before.") if found.before else said % {"count": count})
    return redirect("patient-import", patient_id=patient)


def _export(request: HttpRequest, patient_id: UUID, template: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = ExportForm(request.POST if request.method == "POST" else None, initial={"format": "zip"})
    status = 200
    try:
        if form.is_valid():
            asked = form.cleaned_data
            return exchange.answer(
                request, actor, patient_id=patient_id, form=asked["format"], with_files=asked["with_files"]
            )
        status = 422 if form.errors else 200
    except (NotFound, NotAllowed):
        raise Http404 from None
    except Refused as refusal:
        form.refuse(refusal)
        status = refusal.status
    try:
        held = held_of(patient_id, actor)
    except (NotFound, NotAllowed):
        raise Http404 from None
    context = {"form": form, "patient": held.patient, "holds": _holds(held)}
    return page(request, template, context, status=status)


def _holds(held: Held) -> list[tuple[str, int]]:
    """What is inside, counted."""
    return [
        (_("Records"), held.records.count()),
        (_("Results"), held.observations.count()),
        (_("Medicines"), held.medications.count()),
        (_("Problems and allergies"), held.conditions.count() + held.allergies.count()),
        (_("Visits"), held.visits.count()),
        (_("Files"), held.attachments.count()),
    ]


def _brought_in(request: HttpRequest, form: ImportForm, patient: Patient) -> imports.Report | None:
    if was_too_large(request):
        raise FileTooLarge(_("The file is larger than 50 MB."))
    if not form.is_valid():
        return None
    trial = request.POST.get("what") != "bring"
    return exchange.brought_in(
        request.actor,  # type: ignore[attr-defined]
        form.asked(patient_id=patient.pk, dry_run=trial, zone=_zone(request)),
    )


def _zone(request: HttpRequest) -> str:
    """A sheet's hours are those of the clinic where the doctor mostly works."""
    own = Clinic.objects.filter(doctor_places__doctor=request.actor.doctor_id)  # type: ignore[attr-defined]
    return own.order_by("-doctor_places__is_primary").values_list("zone", flat=True).first() or "UTC"


def _import_page(
    request: HttpRequest, patient: Patient, form: ImportForm, *, report: imports.Report | None = None, status: int = 200
) -> HttpResponse:
    rows = RecordImport.objects.visible_to(request.actor).filter(  # type: ignore[attr-defined]
        report__patients__contains=[str(patient.pk)]
    )
    context = {
        "form": form,
        "patient": patient,
        "report": _told(report) if report else None,
        "imports": [(row, sum(row.report.get("added", {}).values())) for row in rows.order_by("-made_at")[:_LISTED]],
    }
    return page(request, "records/patient_import.html", context, fragments=["import-report"], status=status)


_NAMES: dict[str, Any] = {
    "record": lambda: _("Records"),
    "addendum": lambda: _("Addenda"),
    "result": lambda: _("Results"),
    "medicine": lambda: _("Medicines"),
    "problem": lambda: _("Problems"),
    "allergy": lambda: _("Allergies"),
    "file": lambda: _("Files"),
}


def _told(report: imports.Report) -> dict[str, Any]:
    kinds = [kind for kind in _NAMES if report.added[kind] or report.known[kind] or report.changed[kind]]
    return {
        "trial": report.trial,
        "rows": [(_NAMES[kind](), report.added[kind], report.known[kind], report.changed[kind]) for kind in kinds],
        "skipped": [(one.where, WHY.get(one.code, one.code)) for one in report.skipped[: imports.MOST_TOLD]],
        "skipped_count": len(report.skipped),
    }
