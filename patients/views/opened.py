"""Who opened what of a patient, and when: the audit trail in plain words, for the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.models import Clinic
from patients import merging
from patients.care_forms import OpenedForm
from patients.models import BreakGlass, Patient, PatientAccess, PatientFile
from patients.pages import for_patients
from vitas.audit import reading
from vitas.audit.reading import Opening
from vitas.common.ids import first_id_at
from vitas.common.pages import page
from vitas.common.shown import known_zone


@dataclass(frozen=True, slots=True)
class Line:
    """An opening on the patient's clock; `glass` is the emergency access within which it happened."""

    row: Opening
    at: datetime
    first_at: datetime
    glass: BreakGlass | None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    lines: list[Line]


@for_patients
@require_safe
def who_opened(request: HttpRequest) -> HttpResponse:
    """`since` and `until` are days; `mine` adds what the patient did; `before` is where the last page ended."""
    actor = request.actor  # type: ignore[attr-defined]
    patient = get_object_or_404(Patient.objects.visible_to(actor), pk=actor.patient_id)
    zone = _zone(request, patient)
    form = OpenedForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    since, until, mine = asked.get("since"), asked.get("until"), request.GET.get("mine") == "1"
    found = reading.openings(
        patient_ids=merging.once_known_as(patient.pk),
        own_users=set(PatientAccess.objects.filter(patient=patient).values_list("user_id", flat=True)),
        others_only=not mine,
        zone=zone,
        since=_start(since, zone) if since else None,
        before=_before(request.GET.get("before", ""), until, zone),
    )
    glasses = list(
        BreakGlass.objects.visible_to(actor)
        .filter(patient=patient)
        .select_related("doctor", "organization")
        .defer("reason", "review")
        .order_by("-opened_at")[:100]
    )
    query = {"since": since and since.isoformat(), "until": until and until.isoformat(), "mine": "1" if mine else ""}
    context = {
        "form": form,
        "days": _days(found.rows, glasses, zone),
        "glasses": glasses[:10],
        "zone": zone.key,
        "mine": mine,
        "now": timezone.now(),
        "filtered": bool(since or until),
        "older": _address({**query, "before": str(found.before)}) if found.before else "",
        "toggled": _address({**query, "mine": "" if mine else "1"}),
        "first_page": "before" not in request.GET,
    }
    return page(request, "patients/opened.html", context, status=422 if form.errors else 200)


def _days(rows: Sequence[Opening], glasses: Sequence[BreakGlass], zone: ZoneInfo) -> list[Day]:
    lines = [Line(row, row.at.astimezone(zone), row.first_at.astimezone(zone), _glass(row, glasses)) for row in rows]
    return [Day(on, list(same)) for on, same in groupby(lines, key=lambda line: line.at.date())]


def _glass(row: Opening, glasses: Sequence[BreakGlass]) -> BreakGlass | None:
    """The emergency access of the same person that was open then."""
    same = (each for each in glasses if each.user_id == row.user_id)
    return next((each for each in same if row.at >= each.opened_at and row.first_at <= each.ends_at), None)


def _zone(request: HttpRequest, patient: Patient) -> ZoneInfo:
    """The visitor's clock, else the patient's, else that of a clinic that knows them."""
    known = known_zone(unquote(request.COOKIES.get("zone", ""))) or patient.zone
    if not known:
        houses = PatientFile.objects.filter(patient=patient).values("organization_id")
        zones = Clinic.objects.filter(organization_id__in=houses).order_by("pk").values_list("zone", flat=True)
        known = zones.first() or "UTC"
    return ZoneInfo(known)


def _start(day: date, zone: ZoneInfo) -> UUID:
    local = datetime.combine(min(max(day, date(1970, 1, 3)), date(9000, 1, 1)), time(), zone)
    return first_id_at(local.astimezone(UTC))


def _before(page_end: str, until: date | None, zone: ZoneInfo) -> UUID | None:
    """Where the page begins, going back: where the last one ended, else the end of the day that was asked for."""
    try:
        ends = [UUID(page_end)]
    except ValueError:
        ends = []
    if until and until < date.max:
        ends.append(_start(until + timedelta(days=1), zone))
    return min(ends, default=None)


def _address(query: dict[str, Any]) -> str:
    return "?" + urlencode({name: value for name, value in query.items() if value})
