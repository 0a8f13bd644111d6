"""The entries of the agenda as the calendar reads them: wall times without a zone, words in the person's language."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from appointments import agenda
from appointments.models import Appointment, Status
from clinic import absences
from clinic.models import Absence, DoctorPlace, Holiday
from vitas.common.templatetags.shown import _STATES

_OVER: Final = (Status.COMPLETED, Status.NO_SHOW)


def visit(row: Appointment, zone: str, here: DoctorPlace, *, stranded: bool) -> dict[str, Any]:
    icon, colour = _STATES[row.status]
    elsewhere = row.clinic.name if row.clinic_id != here.clinic_id else ""
    return {
        "id": f"visit-{row.pk}",
        "start": _iso(agenda.wall(row.starts_at, zone)),
        "end": _iso(agenda.wall(row.ends_at, zone)),
        "title": row.patient.full_name,
        "startEditable": False,
        "durationEditable": False,
        "classNames": ["visit", f"visit-{colour}", *(["over"] if row.status in _OVER else [])],
        "extendedProps": {
            "kind": "visit",
            "url": reverse("doctor-visit", args=[row.pk]),
            "icon": icon,
            "said": [row.get_status_display(), row.get_type_display(), *([elsewhere] if elsewhere else [])],
            "outside": stranded,
        },
    }


def absence(row: Absence, zone: str, now: datetime) -> dict[str, Any]:
    starts, ends = agenda.wall(row.starts_at, zone), agenda.wall(row.ends_at, zone)
    whole = starts.time() == ends.time() == time()
    return {
        "id": f"absence-{row.pk}",
        "start": _iso(starts),
        "end": _iso(ends),
        "allDay": whole,
        "title": row.reason or _("Away"),
        "startEditable": row.starts_at > now,
        "durationEditable": row.ends_at > now,
        "classNames": ["away", *(["over"] if row.ends_at <= now else [])],
        "extendedProps": {
            "kind": "absence",
            "url": reverse("doctor-absence", args=[row.pk]),
            "icon": "calendar-off",
            "said": [_("Away"), *([row.place.clinic.name] if row.place else [])],
            "seen": absences.version(row),
            "place": str(row.place_id or ""),
            "reason": row.reason,
        },
    }


def holiday(row: Holiday) -> dict[str, Any]:
    return {
        "id": f"holiday-{row.pk}",
        "start": f"{row.date.isoformat()}T00:00",
        "end": f"{(row.date + timedelta(days=1)).isoformat()}T00:00",
        "allDay": True,
        "title": row.name,
        "startEditable": False,
        "durationEditable": False,
        "classNames": ["holiday"],
        "extendedProps": {"kind": "holiday", "icon": "building-hospital", "said": [_("The clinic is closed")]},
    }


def open_time(starts: datetime, ends: datetime) -> dict[str, Any]:
    """A span of working time, behind everything."""
    return {"start": _iso(starts), "end": _iso(ends), "display": "background", "classNames": ["open"]}


def _iso(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")
