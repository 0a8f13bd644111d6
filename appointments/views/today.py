"""The doctor's day, live, with one visit open beside it, and the steps a doctor takes."""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from appointments import booking, desk, doctor_day, panels
from appointments.models import Appointment, Status
from appointments.payments.models import Payment
from appointments.possible import Act, Possible
from clinic.models import DoctorPlace
from clinic.pages import for_carers, for_doctors
from patients.models import Patient
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.errors import Refused
from vitas.common.pages import page

EARLIER_SHOWN: Final = 5

_DONE: Final = {
    Act.ACCEPT: _("The visit is accepted."),
    Act.START: _("The visit has begun."),
    Act.COMPLETE: _("The visit is complete."),
    Act.NO_SHOW: _("Noted: the patient did not come."),
    Act.CANCEL: _("The visit is cancelled. The patient is told."),
}
_ICONS: Final = {
    Act.ACCEPT: "check",
    Act.START: "player-play",
    Act.COMPLETE: "checks",
    Act.NO_SHOW: "user-x",
    Act.CANCEL: "circle-x",
}


@for_carers
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """`?visit=` is the one that stands open; without it, on a wide screen, the likeliest."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    day = with_marks(actor, doctor_day.of(actor, now))
    asked_for = request.GET.get("visit", "")
    chosen = _asked_for(actor, asked_for) if asked_for else day.next_up
    rows = day.rows
    context = {
        "day": day,
        "now": now,
        "today_date": now.astimezone(_zone(actor, rows)).date(),
        "is_asked_for": bool(asked_for),
        "open": opened(actor, chosen) if chosen else None,
        "done_is_open": chosen in day.done,
        "several_places": len({row.clinic_id for row in rows}) > 1,
        "several_doctors": actor.doctor_id is None,
    }
    _note_day(actor, rows)
    return page(request, "appointments/today.html", context, fragments=["today"])


@for_doctors
@require_POST
def step(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Take one step, and go back to where it was taken."""
    actor = request.actor  # type: ignore[attr-defined]
    visit = get_object_or_404(Appointment.objects.visible_to(actor), pk=visit_id)
    act = request.POST.get("act", "")
    reason = re.sub(r"[^\S\n]+", " ", request.POST.get("reason", "").replace("\x00", "")).strip()[:500]
    try:
        booking.step(appointment_id=visit.pk, to=doctor_day.step_of(act), reason=reason, by=actor)
        messages.success(request, str(_DONE[Act(act)]))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    if request.POST.get("back") == "visit":
        return redirect("doctor-visit", visit_id=visit.pk)
    return redirect(f"{reverse('doctor-today')}?visit={visit.pk}")


def opened(actor: Actor, visit: Appointment) -> dict[str, Any]:
    """A visit with what stands beside it: what may be done, what was paid, what was before. Its words are read."""
    now = timezone.now()
    mine = Appointment.objects.visible_to(actor).filter(patient_id=visit.patient_id, doctor_id=visit.doctor_id)
    earlier = mine.filter(starts_at__lt=visit.starts_at).exclude(pk=visit.pk).select_related("clinic")
    payments = Payment.objects.visible_to(actor).filter(appointment=visit).order_by("-created_at")
    note_visit(actor, visit)
    in_care = Patient.objects.visible_to(actor).filter(pk=visit.patient_id).exists()
    return {
        "row": visit,
        "acts": [shown_act(visit, each) for each in doctor_day.own_acts(visit, by=actor, now=now)],
        "awaits_desk": visit.status in doctor_day.COMING,
        "may_act": actor.doctor_id == visit.doctor_id,
        "payments": list(payments),
        "earlier": with_local_day(earlier.order_by("-starts_at", "-pk").defer("reason", "notes")[:EARLIER_SHOWN]),
        "missed": mine.filter(status=Status.NO_SHOW).count(),
        "in_care": in_care,
        "panels": panels.shown(panels.Place.VISIT, actor, visit.patient_id) if in_care else [],
        "below_acts": panels.shown(panels.Place.ACTS, actor, visit.pk) if in_care else [],
        "age": age(visit.patient, now.date()),
    }


def with_marks(actor: Actor, day: doctor_day.Day) -> doctor_day.Day:
    """Each visit with `marks`: what the rooms above say of it."""
    marks = panels.marks(actor, [row.pk for row in day.rows])
    for row in day.rows:
        row.marks = marks.get(row.pk, [])  # type: ignore[attr-defined]
    return day


def with_local_day(rows: Iterable[Appointment]) -> list[Appointment]:
    """Each with `local`, the day that it was at the clinic."""
    found = list(rows)
    for row in found:
        row.local = row.starts_at.astimezone(ZoneInfo(row.clinic.zone)).date()  # type: ignore[attr-defined]
    return found


def shown_act(visit: Appointment, each: Possible) -> dict[str, Any]:
    """An act as a button: what was never accepted is rejected, what stood is cancelled."""
    label = str(each.act.label)
    if each.act == Act.CANCEL and visit.status == Status.SCHEDULED:
        label = gettext("Reject")
    return {
        "act": each.act.value,
        "label": label,
        "icon": _ICONS[each.act],
        "why_not": each.why_not,
        "asks": each.act == Act.CANCEL,
        "likeliest": each.act in (Act.ACCEPT, Act.START, Act.COMPLETE),
    }


def age(patient: Patient, today: Any) -> int | None:
    """Whole years; None where the birth date is not known."""
    born = patient.birth_date
    return None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def note_visit(actor: Actor, visit: Appointment) -> None:
    trail.record(
        actor,
        "READ_APPOINTMENT",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        resource_id=visit.pk,
        patient_id=visit.patient_id,
        organization_id=visit.organization_id,
    )


def _asked_for(actor: Actor, text: str) -> Appointment:
    rows = Appointment.objects.visible_to(actor).select_related("patient", "clinic", "doctor")
    try:
        visit_id = UUID(text)
    except ValueError:
        visit_id = UUID(int=0)
    return get_object_or_404(rows, pk=visit_id)


def _zone(actor: Actor, rows: list[Appointment]) -> ZoneInfo:
    """In which the day is named: that of the first visit, else of a place of the person's."""
    if rows:
        return ZoneInfo(rows[0].clinic.zone)
    places = DoctorPlace.objects.filter(doctor=actor.doctor_id).primary_first() if actor.doctor_id else None
    place = places.select_related("clinic").first() if places is not None else None
    return ZoneInfo(place.clinic.zone if place else desk.zone_of(actor).key)


def _note_day(actor: Actor, rows: list[Appointment]) -> None:
    trail.record(
        actor,
        "READ_APPOINTMENTS",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        count=len(rows),
        ids=[str(row.pk) for row in rows],
    )
