"""Moving a visit: the doctor's week, then the old and the new time side by side, then one button."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import booking, nearby, patients_may
from appointments.models import Appointment
from appointments.views.booking import instant
from appointments.views.seen import note_read, seen_visit
from appointments.views.week import asked_day, visitor_zone, week_of
from patients.pages import for_patients
from vitas.common.errors import Refused
from vitas.common.pages import page
from vitas.common.shown import when_text
from vitas.common.wall_time import iso


@for_patients
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """GET shows the week; with `at` the old and the new time. POST moves."""
    row = seen_visit(request, visit_id)
    note_read(request, row)
    may = patients_may.for_patient(row)
    at = instant((request.POST if request.method == "POST" else request.GET).get("at", ""))
    if not may.move:
        return _forbidden(request, row, may)
    if at is None:
        return _week(request, row)
    if at == row.starts_at:
        return redirect("visit", visit_id=row.pk)
    return _move(request, row, at) if request.method == "POST" else _confirm(request, row, at)


def _forbidden(request: HttpRequest, row: Appointment, may: patients_may.May) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return page(request, "appointments/move.html", {"visit": row, "may": may}, status=status)


def _week(request: HttpRequest, row: Appointment) -> HttpResponse:
    address = reverse("move", args=[row.pk])

    def turn(first: date) -> str:
        return f"{address}?{urlencode({'from': first.isoformat()})}"

    def link(at: datetime) -> str:
        return f"{address}?{urlencode({'at': iso(at)})}"

    week = week_of(
        row.place,
        asked_day(request.GET.get("from", "")) or row.starts_at.astimezone(ZoneInfo(row.clinic.zone)).date(),
        link=link,
        turn=turn,
        visit_type=row.type,
        minutes=_minutes(row),
        visitor_zone=visitor_zone(request),
    )
    context = {"visit": row, "may": patients_may.for_patient(row), "week": week}
    return page(request, "appointments/move.html", context, fragments=["week"])


def _confirm(request: HttpRequest, row: Appointment, at: datetime, refusal: Refused | None = None) -> HttpResponse:
    if refusal is None:
        try:
            booking.require_bookable(row.place, at, row.type, _minutes(row), now=timezone.now())
        except booking.SlotTaken as taken:
            refusal = None if _is_own_time(row, at) else taken
        except Refused as refused:
            refusal = refused
    context: dict[str, Any] = {"visit": row, "at": at, "may": patients_may.for_patient(row)}
    if refusal is not None:
        free = nearby.free_times(row.place, at, type=row.type, minutes=_minutes(row), now=timezone.now())
        said = refusal.problems[0].message if refusal.problems else refusal.message
        context |= {"said": said, "free_days": nearby.by_day(free, row.clinic.zone)}
    return page(request, "appointments/move_confirm.html", context, status=refusal.status if refusal else 200)


def _move(request: HttpRequest, row: Appointment, at: datetime) -> HttpResponse:
    try:
        booking.reschedule(appointment_id=row.pk, starts_at=at, reason="", by=request.actor)  # type: ignore[attr-defined]
    except Refused as refusal:
        return _confirm(request, row, at, refusal)
    when = when_text(at, row.clinic.zone)
    messages.success(request, _("The visit is moved: %(when)s.") % {"when": when})
    return redirect("visit", visit_id=row.pk)


def _is_own_time(row: Appointment, at: datetime) -> bool:
    """The visit's own old time lies partly under the new one: it gives way when it is moved."""
    return abs(at - row.starts_at) < row.ends_at - row.starts_at


def _minutes(row: Appointment) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)
