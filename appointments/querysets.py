"""How visits are asked for."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.utils import timezone

from clinic.models import DoctorLicence, StaffPlace
from patients.models import PatientAccess
from patients.querysets import open_access
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role

if TYPE_CHECKING:
    from appointments.models import Appointment  # noqa: F401 (mypy reads it)

_NEAR: Final = timedelta(hours=26)  # no clock on earth is further from another
_THERE: Final = ("checked_in", "in_progress")
_EXPECTED: Final = ("scheduled", "confirmed", *_THERE, "completed")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor) -> "AppointmentQuerySet":
        """The one place that says whose appointments a person may see.

        A patient: their own and those of the profiles they may act for. A doctor: their own, once a visit was firm.
        A nurse: the firm ones of her clinics' day. The desk and the administrator: their organization's. System: all.
        """
        if actor.system:
            return self.all()
        match actor.role:
            case Role.PATIENT:
                return self.filter(patient_id__in=patients_of(actor))
            case Role.DOCTOR if actor.doctor_id:
                return self.filter(doctor_id=actor.doctor_id, firm_at__isnull=False)
            case Role.NURSE:
                mine = self.filter(clinic_id__in=clinics_of(actor), firm_at__isnull=False)
                return mine.of_the_day(timezone.now())
            case Role.RECEPTIONIST | Role.ADMIN:
                return self.filter(organization_id=actor.organization_id)
        return self.none()

    def lapsed(self, now: datetime) -> "AppointmentQuerySet":
        """Holds whose time has run out."""
        return self.filter(status="pending", hold_ends_at__lte=now)

    def from_day(self, day: date) -> "AppointmentQuerySet":
        """On this day of the clinic's calendar or later."""
        early = datetime.combine(day, time(), ZoneInfo("Pacific/Kiritimati"))  # the first zone to see a day
        return self.annotate(local_day=_day_of(F("starts_at"))).filter(starts_at__gte=early, local_day__gte=day)

    def until_day(self, day: date) -> "AppointmentQuerySet":
        """On this day of the clinic's calendar or before."""
        if day == date.max:  # there is no day after it
            return self.all()
        late = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Etc/GMT+12"))  # the last zone to leave a day
        return self.annotate(local_day=_day_of(F("starts_at"))).filter(starts_at__lt=late, local_day__lte=day)

    def today(self, now: datetime) -> "AppointmentQuerySet":
        """On the day that it is now at each clinic."""
        near = self.filter(starts_at__gt=now - _NEAR, starts_at__lt=now + _NEAR)
        return near.annotate(local_day=_day_of(F("starts_at"))).filter(local_day=_day_of(models.Value(now)))

    def of_the_day(self, now: datetime) -> "AppointmentQuerySet":
        """On the day that it is now at each clinic, and whoever came before midnight and is still there."""
        near = self.filter(starts_at__gt=now - _NEAR, starts_at__lt=now + _NEAR)
        here = Q(status__in=_THERE, starts_at__lte=now)
        return near.alias(its_day=_day_of(F("starts_at"))).filter(Q(its_day=_day_of(models.Value(now))) | here)

    def for_answer(self) -> "AppointmentQuerySet":
        """With what an answer shows of doctor, clinic and patient, in one query."""
        npi = DoctorLicence.objects.filter(doctor_id=OuterRef("doctor_id"), kind="npi").values("number")[:1]
        return self.select_related("doctor", "clinic", "patient").annotate(npi=Subquery(npi))


class OfVisitQuerySet(models.QuerySet[Any]):
    """Rows that hang on a visit: seen by whom the visit is seen by."""

    def visible_to(self, actor: Actor) -> Self:
        visits = self.model._meta.get_field("appointment").related_model._default_manager
        return self.filter(appointment__in=visits.visible_to(actor))


class CalendarFeedQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """A patient: their own address. Nobody else's business, staff's least of all."""
        if actor.system:
            return self.all()
        return self.filter(user_id=actor.user_id) if actor.is_patient else self.none()

    def live(self) -> Self:
        return self.filter(revoked_at=None)


def _day_of(moment: F | models.Value) -> Func:
    """The day that a moment is on the clinic's calendar."""
    local = Func(F("clinic__zone"), moment, function="timezone", output_field=models.DateTimeField())
    return Func(local, template="(%(expressions)s)::date", output_field=models.DateField())


def patients_of(actor: Actor) -> models.QuerySet[PatientAccess, Any]:
    """The ids of the profiles a signed-in person may act for."""
    return open_access(actor).values("patient_id")


def clinics_of(actor: Actor) -> models.QuerySet[StaffPlace, Any]:
    """The ids of the clinics where a member of staff works."""
    return StaffPlace.objects.filter(membership=actor.membership_id).values("clinic_id")


def patients_of_the_day(actor: Actor) -> models.QuerySet[Any]:
    """The visits whose patients a nurse has at her clinics today: firm, and not cancelled or missed."""
    visits = apps.get_model("appointments", "Appointment")._default_manager
    return visits.visible_to(actor).filter(status__in=_EXPECTED)
