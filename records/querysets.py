"""Whose medical records a person sees, and how they are asked for."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from appointments.models import FIRM, Appointment, Status
from appointments.querysets import clinics_of
from patients.models import BreakGlass, CareRelationship, Consent
from patients.querysets import open_access
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role

_OF_THE_DAY = (*FIRM, Status.COMPLETED)


class ClinicalQuerySet(models.QuerySet[Any]):
    """Rows with clinical content. `path` leads to the row that holds `organization` and `patient`."""

    path: ClassVar[str] = ""

    def visible_to(self, actor: Actor) -> Self:
        """The one place that says whose clinical content a person may read.

        A patient: their own and that of the profiles they may act for. A doctor: of whom they care for, or opened in
        an emergency. A nurse: of the patients of her clinics' day. The two of them: what their organization keeps, and
        what the patient lets others share with it. The desk, the administrator and the operator: nothing.
        """
        if actor.system:
            return self.all()
        match actor.role:
            case Role.PATIENT:
                return self._whose(open_access(actor))
            case Role.DOCTOR if actor.doctor_id:
                cared = CareRelationship.objects.filter(doctor_id=actor.doctor_id, ended_at=None)
                opened = BreakGlass.objects.filter(doctor_id=actor.doctor_id).open()
                return self._kept_for(actor).filter(self._patient_in(cared) | self._patient_in(opened))
            case Role.NURSE if actor.organization_id:
                return self._kept_for(actor).filter(self._patient_in(of_the_day(actor)))
        return self.none()

    def _whose(self, rows: models.QuerySet[Any]) -> Self:
        return self.filter(self._patient_in(rows))

    def _kept_for(self, actor: Actor) -> Self:
        """What the actor's organization keeps, and what patients let another one share with it."""
        shared = Consent.objects.live().filter(
            kind=Consent.Kind.SHARING,
            recipient_id=actor.organization_id,
            patient_id=OuterRef(f"{self.path}patient_id"),
            organization_id=OuterRef(f"{self.path}organization_id"),
        )
        return self.filter(Q(**{f"{self.path}organization_id": actor.organization_id}) | Q(Exists(shared)))

    def _patient_in(self, rows: models.QuerySet[Any]) -> Q:
        return Q(Exists(rows.filter(patient_id=OuterRef(f"{self.path}patient_id"))))


class MedicalRecordQuerySet(ClinicalQuerySet):
    def standing(self) -> Self:
        """Those that were not entered in error."""
        return self.filter(status="current")

    def between(self, first: date | None, last: date | None) -> Self:
        found = self.filter(date__gte=first) if first else self
        return found.filter(date__lte=last) if last else found


class OfRecordQuerySet(ClinicalQuerySet):
    """Rows that hang on a medical record: seen by whom the record is seen by."""

    path = "record__"


def of_the_day(actor: Actor) -> models.QuerySet[Any]:
    """The visits of a nurse's clinics today, by each clinic's calendar."""
    return Appointment.objects.filter(clinic_id__in=clinics_of(actor), status__in=_OF_THE_DAY).today(timezone.now())
