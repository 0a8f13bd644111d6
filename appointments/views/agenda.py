"""The doctor's agenda: visits, absences and working hours by day, week and month. What is drawn, a form can do too."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appointments import agenda, agenda_entries, stranded
from appointments.models import Appointment
from clinic.hours import Span
from clinic.models import Absence, DoctorPlace
from clinic.pages import for_doctors
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import shown
from vitas.common.errors import Refused
from vitas.common.pages import page
from vitas.common.wall_time import parse_date

_WEEK: Final = timedelta(days=7)


@for_doctors
@require_GET
def agenda_page(request: HttpRequest) -> HttpResponse:
    """The frame that the script fills; without scripts, the week as a list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    places, now = agenda.places(actor), timezone.now()
    if not places:
        return page(request, "appointments/agenda.html", {"places": []})
    here, outside = shown_place(request, places), stranded.outside(agenda.doctor_id(actor), now)
    zone = here.clinic.zone
    today = agenda.wall(now, zone).date()
    day = _day(request.GET.get("date", "")) or today
    monday = day - timedelta(days=day.weekday())
    week = agenda.visits(actor, agenda.Frame(monday, monday + _WEEK, zone))
    _note(actor, week)
    spans = agenda.hours_of([here.pk])[here.pk]
    context = {
        "places": places,
        "here": here,
        "zone": zone,
        "today": today,
        "day": day,
        "monday": monday,
        "before": monday - _WEEK,
        "after": monday + _WEEK,
        "days": _by_day(week, zone, set(outside)),
        "outside": len(outside),
        "absences": _absences(actor, now, zone),
        "spans": [(weekday, _of_weekday(spans, number)) for number, weekday in enumerate(weekdays())],
        "settings": _settings(here, spans, today),
    }
    return page(request, "appointments/agenda.html", context)


@for_doctors
@require_GET
def agenda_events(request: HttpRequest) -> HttpResponse:
    """What stands between `start` and `end`, as the calendar's script reads it: wall times of the chosen place."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    first, last = _day(request.GET.get("start", "")), _day(request.GET.get("end", ""))
    places = agenda.places(actor)
    if not first or not last or not first < last <= first + timedelta(days=agenda.MOST_DAYS) or not places:
        return JsonResponse({"error": _("Ask for at most 62 days at once.")}, status=400)
    here, now = shown_place(request, places), timezone.now()
    frame, outside = agenda.Frame(first, last, here.clinic.zone), set(stranded.outside(agenda.doctor_id(actor), now))
    visits = agenda.visits(actor, frame)
    _note(actor, visits)
    spans = agenda.hours_of([here.pk])[here.pk]
    found = [
        *(agenda_entries.visit(row, frame.zone, here, stranded=row.pk in outside) for row in visits),
        *(agenda_entries.absence(row, frame.zone, now) for row in agenda.absences(actor, frame)),
        *(agenda_entries.holiday(row) for row in agenda.holidays(actor, frame, here)),
        *(agenda_entries.open_time(*span) for span in agenda.open_spans(spans, frame)),
    ]
    return JsonResponse({"events": found}, headers={"Cache-Control": "no-store"})


def shown_place(request: HttpRequest, places: Sequence[DoctorPlace]) -> DoctorPlace:
    """The place whose clock and hours are shown: the one that is asked for, else the first."""
    wanted = request.GET.get("place", "")
    return next((place for place in places if str(place.pk) == wanted), places[0])


def weekdays() -> list[str]:
    """Monday to Sunday in the person's language."""
    return [str(WEEKDAYS[number]) for number in range(7)]


def said(refusal: Refused) -> str:
    """One sentence for a refusal."""
    return str(refusal.problems[0].message if refusal.problems else refusal.message)


def _day(text: str) -> date | None:
    found = parse_date(text)
    return found if found and date(2000, 1, 1) <= found <= date(2200, 1, 1) else None


def _of_weekday(spans: Sequence[Span], number: int) -> list[tuple[time, time]]:
    return [agenda.clock_of(span) for span in spans if span.weekday == number]


def _by_day(visits: Sequence[Appointment], zone: str, outside: set[UUID]) -> list[tuple[date, list[Appointment]]]:
    days: dict[date, list[Appointment]] = {}
    for visit in visits:
        visit.outside = visit.pk in outside  # type: ignore[attr-defined]
        days.setdefault(agenda.wall(visit.starts_at, zone).date(), []).append(visit)
    return sorted(days.items())


def _absences(actor: Actor, now: datetime, zone: str) -> list[Absence]:
    """Those to come, each with when it is in words."""
    found = agenda.coming_absences(actor, now)
    for absence in found:
        absence.when = _span_text(absence, zone)  # type: ignore[attr-defined]
    return found


def _span_text(absence: Absence, zone: str) -> str:
    """`Monday, July 6 – Friday, July 10` for whole days, `Monday, July 6, 10:00 AM – 12:00 PM` within one."""
    starts, ends = agenda.wall(absence.starts_at, zone), agenda.wall(absence.ends_at, zone)
    if starts.time() == ends.time() == time():
        first, last = starts.date(), ends.date() - timedelta(days=1)
        return " – ".join(shown.day_text(day) for day in dict.fromkeys([first, last]))
    if starts.date() == ends.date():
        return f"{shown.day_text(starts.date())}, {shown.clock_text(starts)} – {shown.clock_text(ends)}"
    return " – ".join(f"{shown.day_text(wall.date())}, {shown.clock_text(wall)}" for wall in (starts, ends))


def _note(actor: Actor, visits: Sequence[Appointment]) -> None:
    trail.record(
        actor,
        "READ_AGENDA",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        count=len(visits),
        ids=[str(visit.pk) for visit in visits],
    )


def _settings(here: DoctorPlace, spans: Sequence[Span], today: date) -> dict[str, Any]:
    """What the script is told: addresses, times, and its words in the person's language."""
    opens, closes = agenda.shown_hours(spans)
    return {
        "place": str(here.pk),
        "zone": here.clinic.zone,
        "today": today.isoformat(),
        "events": reverse("doctor-agenda-events"),
        "absences": reverse("doctor-absences"),
        "opens": f"{opens:02d}:00",
        "closes": f"{closes:02d}:00",
        "words": {
            "today": _("Today"),
            "day": _("Day"),
            "week": _("Week"),
            "month": _("Month"),
            "list": _("List"),
            "allDay": _("All day"),
            "before": _("Earlier"),
            "after": _("Later"),
            "more": _("more"),
            "nothing": _("Nothing in these days."),
            "saved": _("Saved."),
            "outside": _("Outside your hours"),
            "lost": _("No connection. Nothing was changed."),
            "failed": _("That did not work. Nothing was changed; please try again."),
            "removed": _("The absence is removed; the time can be booked again."),
            "undo": _("Undo"),
        },
    }
