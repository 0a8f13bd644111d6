"""The file of a patient, for doctors and nurses who care for them: the timeline, one record, what was measured."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinic.pages import for_carers
from patients.models import Patient
from records import glance, reading, timeline
from records.models import MedicalRecord, Observation
from records.permissions import patient_to_read
from records.views import measured, record_page
from records.views.own import note_results
from vitas.accounts.actor import Actor
from vitas.common.errors import NotAllowed, NotFound
from vitas.common.pages import page

_FRAGMENTS = ("record-list", "older")


@for_carers
@require_safe
def file(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """`?type=&doctor=&from=&to=` narrow it; `?before=` is the record after which the page goes on."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        known_as = patient_to_read(actor, patient_id)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        return page(request, "records/closed.html", {"patient_id": patient_id}, status=403)
    if known_as != patient_id:
        return redirect("patient-file", patient_id=known_as)
    rows = MedicalRecord.objects.visible_to(actor).filter(patient_id=patient_id)
    wanted = timeline.Filter.read(request.GET)
    shown = timeline.page_of(rows, wanted, before=request.GET.get("before", ""))
    reading.listed(shown.rows, by=actor, patient_id=patient_id)
    context: dict[str, Any] = {
        "timeline": shown,
        "filter": wanted,
        "is_first": "before" not in request.GET,
        "address": reverse("patient-file", args=[patient_id]),
    }
    asked = request.htmx  # type: ignore[attr-defined]
    if asked.target not in _FRAGMENTS or asked.boosted or asked.history_restore_request:
        context |= {
            "patient": Patient.objects.get(pk=patient_id),
            "writers": timeline.writers(rows),
            "types": MedicalRecord.Type.choices,
            "glance": glance.of(actor, patient_id),
        }
    return page(request, "records/file.html", context, fragments=_FRAGMENTS)


@for_carers
@require_safe
def record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    return record_page.shown(request, record_id, "records/patient_record.html")


@for_carers
@require_safe
def results(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    patient = patient_of(actor, patient_id)
    rows = measured.of(actor, patient_id)
    note_results(actor, rows, patient_id=patient_id)
    return page(request, "records/patient_results.html", {"patient": patient, "cards": measured.cards(rows)})


@for_carers
@require_safe
def result(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """All values of what this result measured."""
    actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Observation.objects.visible_to(actor).select_related("patient"), pk=observation_id)
    one = measured.with_all(measured.of(actor, row.patient_id), row)
    if one is None:
        raise Http404
    note_results(actor, [each.row for each in one.series.results], patient_id=row.patient_id)
    return page(request, "records/patient_result.html", {"patient": row.patient, "card": one})


def patient_of(actor: Actor, patient_id: UUID) -> Patient:
    """The patient, if the person cares for them. Raises Http404."""
    found: Patient = get_object_or_404(Patient.objects.visible_to(actor), pk=patient_id)
    return found
