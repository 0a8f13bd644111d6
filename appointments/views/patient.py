"""A doctor's patients, and those of a nurse's day: the list with its search, and each one's page."""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from appointments import panels
from appointments.models import FIRM, Appointment, Status
from appointments.payments.models import Payment
from appointments.views.today import age, with_local_day
from clinic.pages import for_carers
from patients.finding import matching
from patients.models import Patient, PatientFile
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.pages import page

SHOWN: Final = 30  # patients a page
VISITS_SHOWN: Final = 50


@for_carers
@require_GET
def patients(request: HttpRequest) -> HttpResponse:
    """Whom the person cares for, by name; `?q=` finds by any part of a name, a phone, a document, a file number."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    number = _number(request.GET.get("page", ""))
    own = Patient.objects.visible_to(actor).filter(merged_into=None)
    if wanted:
        own = own.filter(pk__in=matching(actor, wanted))
    mine = Appointment.objects.visible_to(actor).filter(patient=OuterRef("pk"))
    coming = mine.filter(starts_at__gt=now, status__in=FIRM).order_by("starts_at")
    past = mine.filter(starts_at__lte=now).exclude(status=Status.CANCELLED).order_by("-starts_at")
    rows = own.annotate(
        next_at=Subquery(coming.values("starts_at")[:1]),
        next_zone=Subquery(coming.values("clinic__zone")[:1]),
        last_at=Subquery(past.values("starts_at")[:1]),
        last_zone=Subquery(past.values("clinic__zone")[:1]),
    ).order_by("name_key", "pk")
    found = list(rows[(number - 1) * SHOWN : number * SHOWN + 1])
    shown = found[:SHOWN]
    for row in shown:
        row.age = age(row, now.date())
    _note(actor, "READ_PATIENTS", count=len(shown), ids=[str(row.pk) for row in shown])
    context = {"patients": shown, "q": wanted, "page": number, "more": len(found) > SHOWN}
    return page(request, "appointments/doctor_patients.html", context, fragments=["patient-list"])


@for_carers
@require_GET
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Who it is, how to reach them, the visits with this doctor, what was paid."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    row = get_object_or_404(Patient.objects.visible_to(actor), pk=patient_id)
    mine = Appointment.objects.visible_to(actor).filter(patient=row).select_related("clinic").defer("reason", "notes")
    coming = mine.filter(ends_at__gte=now).exclude(status=Status.CANCELLED).order_by("starts_at", "pk")
    past = mine.exclude(pk__in=coming.values("pk")).order_by("-starts_at", "-pk")
    payments = Payment.objects.visible_to(actor).filter(patient=row).select_related("appointment__clinic")
    file = PatientFile.objects.visible_to(actor).filter(patient=row).first()
    _note(actor, "READ_PATIENT", resource_id=row.pk, patient_id=row.pk)
    context: dict[str, Any] = {
        "patient": row,
        "age": age(row, now.date()),
        "file": file,
        "panels": panels.shown(panels.Place.PATIENT, actor, row.pk),
        "coming": coming[:VISITS_SHOWN],
        "past": with_local_day(past[:VISITS_SHOWN]),
        "payments": _with_visits_day(payments.order_by("-created_at", "-pk")[:VISITS_SHOWN]),
    }
    return page(request, "appointments/doctor_patient.html", context)


def _with_visits_day(payments: Iterable[Payment]) -> list[Payment]:
    """Each with `local`, the day of its visit at the clinic."""
    found = list(payments)
    for row in found:
        zone = ZoneInfo(row.appointment.clinic.zone)
        row.local = row.appointment.starts_at.astimezone(zone).date()  # type: ignore[attr-defined]
    return found


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 1


def _note(actor: Actor, action: str, **about: Any) -> None:
    trail.record(actor, action, category=trail.Category.HEALTH_DATA, resource="patients", **about)
