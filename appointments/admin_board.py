"""The day board, the desk's first page in the admin, and the same day on paper."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from appointments import day_board, desk
from appointments.admin_pages import actor_of, asked_of, for_desk, query_of, today
from appointments.day_board import Asked, Board
from appointments.models import Appointment
from appointments.possible import Act
from vitas.common.pages import page
from vitas.common.visible_admin import StaffSite

TEMPLATE = "admin/day/board.html"
# Acts that ask for a word first, or show what they mean; the others are one click.
ON_A_PAGE = (Act.CASH, Act.MOVE, Act.CANCEL, Act.REFUND, Act.TAKE_BACK)


@for_desk
@require_GET
def board(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    asked = asked_of(request.GET, actor_of(request))
    return page(request, TEMPLATE, context_of(request, site, asked), fragments=["day"])


def drawn_anew(request: HttpRequest, site: StaffSite, asked: Asked, *, focus: UUID | None = None) -> HttpResponse:
    """The day after an act, for htmx: it goes where the board stands, whatever asked."""
    context = {**context_of(request, site, asked), "focus": focus, "anew": True}
    answer = render(request, f"{TEMPLATE}#day", context)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#day", "outerHTML"
    return answer


def context_of(request: HttpRequest, site: StaffSite, asked: Asked) -> dict[str, Any]:
    actor = actor_of(request)
    found = day_board.of_day(actor, asked, now=timezone.now())
    _note_read(request, site, found)
    day = timedelta(days=1)
    return {
        **site.each_context(request),
        "board": found,
        "asked": asked,
        "back": query_of(asked),
        "earlier": query_of(asked, on=(asked.on - day).isoformat()),
        "later": query_of(asked, on=(asked.on + day).isoformat()),
        "today": query_of(asked, on=today(actor).isoformat()),
        "parts": [(part, query_of(asked, state="" if part.name == asked.part else part.name)) for part in found.parts],
        "clinics": day_board.clinics(actor),
        "doctors": day_board.doctors(actor),
        "on_a_page": ON_A_PAGE,
    }


@for_desk
@require_GET
def printed(request: HttpRequest, *, site: StaffSite) -> HttpResponse:
    """The day by doctor, as a list to hang on the door."""
    actor = actor_of(request)
    asked = asked_of(request.GET, actor)
    found = day_board.of_day(actor, asked, now=timezone.now())
    _note_read(request, site, found)
    rows = [row for part in found.shown for row in part.rows if part.name != "cancelled"]
    rows.sort(key=lambda row: (row.visit.doctor.last_name, row.visit.doctor_id, row.visit.starts_at, row.visit.pk))
    context = {
        **site.each_context(request),
        "board": found,
        "back": query_of(asked),
        "doctors": [(doctor, list(group)) for doctor, group in groupby(rows, key=lambda row: row.visit.doctor)],
        "clinic": next((clinic for clinic in desk.clinics(actor) if clinic.pk == asked.clinic_id), None),
    }
    return render(request, "admin/day/print.html", context)


def _note_read(request: HttpRequest, site: StaffSite, found: Board) -> None:
    ids = [str(row.visit.pk) for part in found.parts for row in part.rows]
    site.note(request, Appointment, "READ", details={"count": len(ids), "ids": ids})
