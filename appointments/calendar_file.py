"""Visits as calendar programs read them (RFC 5545): one to add by hand, many for a private address.

A calendar is shown to colleagues and kept by others: it tells doctor, time and place, never why, nor of what specialty.
Times stand in UTC, so that a change of a country's clocks moves nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from appointments.models import Appointment, Status

READ_AGAIN: Final = timedelta(hours=1)  # how often a program should ask a private address
_GONE: Final = (Status.CANCELLED, Status.EXPIRED)
_STATUS: Final[dict[str, str]] = {
    Status.PENDING: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "CANCELLED",
}


def of_visit(visit: Appointment) -> bytes:
    """One visit to add to a calendar; of one that is cancelled, what takes it out again."""
    method = "CANCEL" if visit.status in _GONE else "PUBLISH"
    return _calendar([visit], method=method).to_ical()


def of_visits(visits: Sequence[Appointment], *, language: str) -> bytes:
    """What a private address answers. Visits of several people begin with the name of whom they are for."""
    with translation.override(language):
        found = _calendar(visits, method="PUBLISH", name_people=len({visit.patient_id for visit in visits}) > 1)
        found.add("name", _("Visits"))
        found.add("x-wr-calname", _("Visits"))
        found.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
        found.add("x-published-ttl", "PT1H")
        return found.to_ical()


def uid(visit: Appointment) -> str:
    """The same for ever: a visit that was moved replaces itself."""
    return f"{visit.pk}@vitas"


def _calendar(visits: Iterable[Appointment], *, method: str, name_people: bool = False) -> Calendar:
    found = Calendar()
    found.add("prodid", "-//Vitas//Visits//EN")
    found.add("version", "2.0")
    found.add("method", method)
    for visit in visits:
        found.add_component(_event(visit, name_people=name_people))
    return found


def _event(visit: Appointment, *, name_people: bool) -> Event:
    summary = _("Visit: %(doctor)s") % {"doctor": visit.doctor}
    event = Event()
    event.add("uid", uid(visit))
    event.add("sequence", visit.version)
    event.add("dtstamp", visit.updated_at)
    event.add("last-modified", visit.updated_at)
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.ends_at)
    event.add("summary", f"{visit.patient.first_name} · {summary}" if name_people else summary)
    event.add("location", _where(visit))
    event.add("status", _STATUS.get(visit.status, "CONFIRMED"))
    event.add("url", settings.PUBLIC_URL.rstrip("/") + reverse("visit", args=[visit.pk]))
    if not visit.is_virtual:
        event.add("geo", (visit.clinic.latitude, visit.clinic.longitude))
    return event


def _where(visit: Appointment) -> str:
    clinic = visit.clinic
    if visit.is_virtual:
        return _("%(clinic)s (by video)") % {"clinic": clinic.name}
    return ", ".join(part for part in (clinic.name, clinic.address, clinic.city) if part)
