"""In the demo alone: every piece that pages are made of, on one page, to look at them together."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appointments import patients_may
from appointments.models import Appointment, Status
from appointments.timeline import Moment
from appointments.views.asked import Asked, FindForm
from appointments.views.doctor_cards import cards_of
from appointments.views.stepper import steps_at
from appointments.views.visits import Card
from appointments.views.week import visitor_zone, week_of
from clinic import search
from clinic.models import DoctorPlace
from patients.models import Patient
from records import plots, results
from records.models import Observation
from vitas.common.api.pagination import Page


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    cards = cards_of(search.find(search.Wanted(), Page(1, 2)).hits, now=now)
    place = cards[0].place if cards else None
    context = {
        "form": FindForm(request.GET),
        "chips": Asked(specialty="cardiology", language="es", new=True).chips(),
        "cards": cards,
        "states": [Appointment(status=status) for status in Status],
        "steps": steps_at("details", pays=True),
        "hold_ends": now + timedelta(minutes=14, seconds=59),
        "plots": _plots(),
        **(_of_a_place(request, place) if place else {}),
    }
    return render(request, "pieces/style.html", context)


def _plots() -> dict[str, Any]:
    """A result over two years, small and large."""
    now = timezone.now()
    words = {"display": "HbA1c", "unit": "%", "low": "4.0", "high": "5.6"}
    values = {700: "5.4", 480: "5.8", 300: "6.2", 120: "5.9", 5: "5.5"}
    rows = [
        Observation(observed_at=now - timedelta(days=ago), words=words | {"value": value})
        for ago, value in values.items()
    ]
    [series] = results.series(rows)
    return {"small": plots.small(series), "large": plots.large(series), "last": series.last}


def _of_a_place(request: HttpRequest, place: DoctorPlace) -> dict[str, Any]:
    now = timezone.now()
    here = request.path
    week = week_of(
        place,
        None,
        link=lambda _at: here,
        turn=lambda first: f"{here}?from={first}",
        visitor_zone=visitor_zone(request),
    )
    visit = Appointment(
        place=place,
        doctor=place.doctor,
        clinic=place.clinic,
        patient=Patient(first_name="María", last_name="González"),
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, minutes=30),
        status=Status.CONFIRMED,
    )
    moments = [
        Moment(now - timedelta(hours=3), _("Time held for 15 minutes"), "hourglass"),
        Moment(now - timedelta(hours=2), str(Status.CONFIRMED.label), "circle-check"),
    ]
    return {
        "week": week,
        "visit_card": Card(visit, patients_may.for_patient(visit, now), lapsed=False, now=now),
        "moments": moments,
        "zone": place.clinic.zone,
        "start": next((start for day in week.days for part in day.parts for start in part.starts), None),
    }
