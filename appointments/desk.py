"""The front desk's day: how many, and who waits."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from appointments.querysets import AppointmentQuerySet, clinics_of
from clinic.models import Clinic
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common import wall_time
from vitas.common.api.renderers import AsIs
from vitas.common.errors import NotAllowed, NotFound

_COUNTED = {
    "completed": Status.COMPLETED,
    "waiting": Status.CHECKED_IN,
    "inProgress": Status.IN_PROGRESS,
    "cancelled": Status.CANCELLED,
    "noShow": Status.NO_SHOW,
}


def todays(actor: Actor, *, clinic_id: UUID | None = None) -> AppointmentQuerySet:
    """Today's visits at the clinics where the person works (an administrator: at all of the organization)."""
    rows = (
        Appointment.objects.visible_to(actor).today(timezone.now()).exclude(status__in=[Status.PENDING, Status.EXPIRED])
    )
    if actor.role == Role.RECEPTIONIST:
        rows = rows.filter(clinic_id__in=clinics_of(actor))
    return rows.filter(clinic_id=clinic_id) if clinic_id else rows


def counts(rows: list[Appointment]) -> dict[str, int]:
    """S4's statistics of a day."""
    found = {name: sum(row.status == status for row in rows) for name, status in _COUNTED.items()}
    return {"totalBooked": len(rows), **found}


def queue(rows: list[Appointment], *, now: datetime) -> list[AsIs]:
    """Who waits and who is in, by clinic in the order of arrival.

    `number` is the ticket of the day at the clinic, `position` counts those who wait for the same doctor (0: is in),
    and `expectedWaitMinutes` adds up the planned lengths before them.
    """
    arrived = sorted((row for row in rows if row.check_in_time), key=lambda row: (row.check_in_time, row.pk))
    tickets: dict[UUID, int] = defaultdict(int)
    ahead: dict[UUID, int] = defaultdict(int)
    minutes: dict[UUID, int] = defaultdict(int)
    shown = []
    for row in arrived:
        if row.status == Status.IN_PROGRESS:
            began = row.started_at or now
            minutes[row.doctor_id] += max(_length(row) - int((now - began).total_seconds() // 60), 0)
    for row in arrived:
        tickets[row.clinic_id] += 1
        if row.status not in (Status.CHECKED_IN, Status.IN_PROGRESS):
            continue
        waits = row.status == Status.CHECKED_IN
        ahead[row.doctor_id] += waits
        shown.append(
            _queue_row(row, tickets[row.clinic_id], ahead[row.doctor_id] if waits else 0, minutes, waits=waits)
        )
        minutes[row.doctor_id] += _length(row) if waits else 0
    return shown


def _queue_row(row: Appointment, number: int, position: int, minutes: dict[UUID, int], *, waits: bool) -> AsIs:
    shown: dict[str, Any] = {
        "appointmentId": row.pk,
        "clinicId": row.clinic_id,
        "number": number,
        "patientName": row.patient.full_name,
        "status": row.status,
        "checkedInAt": wall_time.iso(row.check_in_time),
        "position": position,
        "expectedWaitMinutes": minutes[row.doctor_id] if waits else 0,
    }
    return AsIs(shown)


def _length(row: Appointment) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def zone_of(actor: Actor) -> ZoneInfo:
    """The zone in which the desk's today is named: that of its first clinic."""
    zones = clinics(actor).order_by("created_at", "pk").values_list("zone", flat=True)
    return ZoneInfo(zones.first() or "UTC")


def require_clinic(actor: Actor, clinic_id: UUID) -> None:
    """Own clinics only: another of the organization is 403, one elsewhere 404."""
    if clinics(actor).filter(pk=clinic_id).exists():
        return
    if Clinic.objects.filter(pk=clinic_id, organization=actor.organization_id).exists():
        raise NotAllowed()
    raise NotFound(_("There is no such clinic."))


def clinics(actor: Actor) -> models.QuerySet[Clinic]:
    clinics = Clinic.objects.filter(organization=actor.organization_id)
    return clinics.filter(pk__in=clinics_of(actor)) if actor.role == Role.RECEPTIONIST else clinics
