"""Whose medical records a person sees, and how they are asked for."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from appointments.querysets import patients_of_the_day as of_the_day  # noqa: F401 (permissions.py asks for it here)
from patients.models import Consent
from patients.permissions import among, caring, open_access
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


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
        path = f"{self.path}patient_id"
        if actor.is_patient:
            return self.filter(among([open_access(actor)], path))
        return self._kept_for(actor).filter(among(caring(actor), path))

    def _kept_for(self, actor: Actor) -> Self:
        """What the actor's organization keeps, and what patients let another one share with it."""
        shared = Consent.objects.live().filter(
            kind=Consent.Kind.SHARING,
            recipient_id=actor.organization_id,
            patient_id=OuterRef(f"{self.path}patient_id"),
            organization_id=OuterRef(f"{self.path}organization_id"),
        )
        return self.filter(Q(**{f"{self.path}organization_id": actor.organization_id}) | Q(Exists(shared)))


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


class RecordImportQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """A doctor: what she brought in herself, at this organization. A system actor: all. Nobody else."""
        if actor.system:
            return self.all()
        if actor.role == Role.DOCTOR and actor.organization_id and actor.user_id:
            return self.filter(organization_id=actor.organization_id, made_by=actor.user_id)
        return self.none()
