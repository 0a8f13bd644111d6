"""One visit as its doctor sees it: why, what may be done, what was paid, and how it came here."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from appointments.models import Appointment, AppointmentStep
from appointments.views.today import opened
from clinic.pages import for_carers
from vitas.common.pages import page

# Who took a step, in words.
_BY = {
    "patient": _("the patient"),
    "doctor": _("the doctor"),
    "receptionist": _("the front desk"),
    "admin": _("the administrator"),
}


@for_carers
@require_GET
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = Appointment.objects.visible_to(actor).select_related("patient", "clinic", "doctor")
    row = get_object_or_404(rows, pk=visit_id)
    context = {"open": opened(actor, row), "timeline": timeline(row)}
    return page(request, "appointments/doctor_visit.html", context, fragments=["visit"])


def timeline(visit: Appointment) -> list[dict[str, Any]]:
    """Every step, the last one first, with the reason where one was given."""
    steps = AppointmentStep.objects.filter(appointment=visit).order_by("-pk")
    found = []
    for step in steps:
        step.appointment = visit  # whose key opens the reason
        moved = step.before == step.after
        found.append(
            {
                "at": step.at,
                "what": _("moved to another time") if moved else step.get_after_display(),
                "by": _BY.get(step.by_role, _("Vitas, by itself")),
                "reason": step.reason,
            }
        )
    return found
