"""The first page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from appointments.views.asked import Asked, FindForm, by_name
from appointments.views.finding import open_to_all
from appointments.views.visits import Card, next_card
from clinic.models import Specialty


@open_to_all
def landing(request: HttpRequest) -> HttpResponse:
    """Where a patient begins: the search, and the next visit of who is signed in. Below, where everything else is."""
    specialties = by_name(Specialty.choices)
    context = {
        "form": FindForm(request.GET),
        "specialties": [(name, Asked(specialty=code).address()) for code, name in specialties],
        "next_visit": _next_visit(request),
    }
    return render(request, "landing.html", context)


def _next_visit(request: HttpRequest) -> Card | None:
    actor: Any = request.actor  # type: ignore[attr-defined]
    return next_card(request) if actor.is_patient and actor.patient_id else None
