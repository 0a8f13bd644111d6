"""What the audit trail asks of this room: whose clock it is, who works at a moment, what doctors are called."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.models import Clinic, Doctor, WeeklyHours
from vitas.audit import anomalies, reading

_DAY, _WEEK = 1440, 10080


def register() -> None:
    anomalies.clocks_by(clocks)
    anomalies.works_by(works)
    reading.name_people(names)


def clocks(organization_ids: Collection[UUID]) -> dict[UUID, str]:
    """The time zone of each organization: that of its first clinic."""
    rows = Clinic.objects.filter(organization_id__in=organization_ids).order_by("-pk")
    return dict(rows.values_list("organization_id", "zone"))


def works(user_id: UUID, at: datetime) -> bool:
    """Whether a doctor's weekly hours, on the clinic's clock, hold this moment."""
    rows = WeeklyHours.objects.filter(place__doctor__membership__user_id=user_id, place__active=True)
    for zone, weekday, start, minutes in rows.values_list("place__clinic__zone", "weekday", "start_minute", "minutes"):
        local = at.astimezone(ZoneInfo(zone))
        now = local.weekday() * _DAY + local.hour * 60 + local.minute
        if (now - weekday * _DAY - start) % _WEEK < minutes:
            return True
    return False


def names(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Doctors with their title, as patients know them."""
    rows = Doctor.objects.filter(membership__user_id__in=user_ids).select_related("membership")
    return {doctor.membership.user_id: str(doctor) for doctor in rows if doctor.membership}
