"""The visits that a signed-in patient's page may show, and that it was looked at."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from appointments.models import Appointment
from appointments.querysets import AppointmentQuerySet
from vitas.audit import trail
from vitas.common import crypto


def seen_visits(request: HttpRequest) -> AppointmentQuerySet:
    """With all that a card shows, in one query; words stay sealed until they are read."""
    rows = Appointment.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return rows.select_related("doctor", "clinic", "patient", "place", "organization")


def seen_visit(request: HttpRequest, visit_id: UUID) -> Appointment:
    return get_object_or_404(seen_visits(request), pk=visit_id)


def note_read(request: HttpRequest, visit: Appointment) -> None:
    crypto.load_keys([visit.words_subject])
    _note(request, "READ_APPOINTMENT", resource_id=visit.pk, patient_id=visit.patient_id)


def note_list_read(request: HttpRequest, patient_ids: Iterable[UUID], count: int) -> None:
    """One entry a person whose visits were shown."""
    trail.record_each(
        request.actor,  # type: ignore[attr-defined]
        "READ_APPOINTMENTS",
        patient_ids=patient_ids,
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        count=count,
    )


def _note(request: HttpRequest, action: str, **about: Any) -> None:
    actor = request.actor  # type: ignore[attr-defined]
    trail.record(actor, action, category=trail.Category.APPOINTMENT, resource="appointments", **about)
