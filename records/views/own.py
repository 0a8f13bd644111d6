"""A patient's own records: the timeline, one record, and what was measured over time."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from patients.models import Patient
from patients.pages import for_patients
from records import glance, reading, timeline
from records.models import MedicalRecord, Observation
from records.views import measured, record_page
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.pages import page


@for_patients
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """`?type=&doctor=&from=&to=` narrow it; `?before=` is the record after which the page goes on."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = MedicalRecord.objects.visible_to(actor).filter(patient_id=actor.patient_id)
    wanted = timeline.Filter.read(request.GET)
    shown = timeline.page_of(rows, wanted, before=request.GET.get("before", ""))
    reading.listed(shown.rows, by=actor)
    context: dict[str, Any] = {"timeline": shown, "filter": wanted, "is_first": "before" not in request.GET}
    if not request.htmx or request.htmx.boosted:  # type: ignore[attr-defined]
        context |= {
            "writers": timeline.writers(rows),
            "types": MedicalRecord.Type.choices,
            "glance": glance.of(actor, actor.patient_id),
        }
    return page(request, "records/own.html", context, fragments=["record-list", "older"])


@for_patients
@require_safe
def record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record; opening it, it is new no more."""
    return record_page.shown(request, record_id, "records/own_record.html")


@for_patients
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = measured.of(actor, actor.patient_id)
    note_results(actor, rows, patient_id=actor.patient_id)
    return page(request, "records/own_results.html", {"cards": measured.cards(rows)})


@for_patients
@require_safe
def result(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """All values of what this result measured."""
    actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Observation.objects.visible_to(actor), pk=observation_id)
    rows = measured.of(actor, row.patient_id)
    one = measured.with_all(rows, row)
    if one is None:
        raise Http404
    note_results(actor, [each.row for each in one.series.results], patient_id=row.patient_id)
    patient = Patient.objects.get(pk=row.patient_id) if row.patient_id != actor.patient_id else None
    return page(request, "records/own_result.html", {"card": one, "of_other": patient})


def note_results(actor: Actor, rows: list[Observation], *, patient_id: UUID | None) -> None:
    trail.record(
        actor,
        "READ_OBSERVATIONS",
        category=trail.Category.HEALTH_DATA,
        resource="observations",
        patient_id=patient_id,
        count=len(rows),
    )
