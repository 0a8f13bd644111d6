"""The diagnoses of a visit on its note's page: decided with a click, searched by words or by code."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appointments.models import Appointment
from clinic.pages import for_doctors
from processing import code_table
from processing.views import room
from records.codes.models import CodeSystem
from records.notes import diagnosing
from records.notes.models import Diagnosis
from vitas.accounts.actor import Actor
from vitas.common.errors import Invalid, NotFound, Refused
from vitas.common.pages import page

FOUND_MOST: Final = 12


@for_doctors
@require_safe
def search(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`?q=` words or the beginning of a code. Public tables: nothing of the patient is read."""
    actor = request.actor  # type: ignore[attr-defined]
    visit = Appointment.objects.visible_to(actor).filter(pk=visit_id).select_related("patient").first()
    if visit is None:
        raise Http404
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    table = code_table.of(visit.organization_id)
    context = {
        "visit": visit,
        "patient": visit.patient,
        "q": asked,
        "code_table": table,
        "found": code_table.found(table, asked, FOUND_MOST) if table and asked else [],
    }
    return page(request, "processing/note_code_search.html", context, fragments=["code-results"])


@for_doctors
@require_POST
def decide(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """`accept` or `reject` name a diagnosis, `add` a code."""
    visit = room.visit_of(request, visit_id)
    try:
        _decided(request, visit)
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.problems[0].message if refusal.problems else refusal.message))
    if request.htmx.target == "codes":  # type: ignore[attr-defined]
        return room.shown(request, visit)
    return redirect(f"{reverse('doctor-visit-note', args=[visit.pk])}#codes")


def _decided(request: HttpRequest, visit: Appointment) -> None:
    actor, sent = request.actor, request.POST  # type: ignore[attr-defined]
    if "add" in sent:
        table: CodeSystem | None = code_table.of(visit.organization_id)
        if table is None:
            raise Invalid.field("code", _("No table of codes is loaded."))
        diagnosing.add(appointment_id=visit.pk, code=sent["add"].strip()[:20], table=table.key, by=actor)
    elif "accept" in sent:
        diagnosing.accept(_of_visit(actor, visit, sent["accept"]), by=actor)
    else:
        diagnosing.reject(_of_visit(actor, visit, sent.get("reject", "")), by=actor)


def _of_visit(actor: Actor, visit: Appointment, text: str) -> UUID:
    """Raises NotFound."""
    try:
        found = UUID(text)
    except ValueError:
        raise NotFound() from None
    if not Diagnosis.objects.visible_to(actor).filter(pk=found, appointment_id=visit.pk).exists():
        raise NotFound()
    return found
