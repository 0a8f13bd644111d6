"""How patients and what hangs on them are asked for, and whose a person sees (the rules: permissions.py)."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from patients.permissions import UNUSED_AFTER as UNUSED_AFTER
from patients.permissions import among, relationships
from patients.permissions import open_access as open_access
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


class OfPatientQuerySet(models.QuerySet[Any]):
    """Rows that tell of a patient. `patient_path` leads to the patient."""

    patient_path: ClassVar[str] = "patient"

    def visible_to(self, actor: Actor) -> Self:
        """Rows of the patients with whom the person has a relationship. A system actor: all."""
        if actor.system:
            return self.all()
        path = "pk" if self.patient_path == "pk" else f"{self.patient_path}_id"
        return self.filter(among(relationships(actor), path))


class PatientQuerySet(OfPatientQuerySet):
    patient_path = "pk"


class OfOrganizationAndPatientQuerySet(OfPatientQuerySet):
    """Rows that tell of a patient at one organization: another organization's are not seen, though the patient is."""

    def visible_to(self, actor: Actor) -> Self:
        seen = super().visible_to(actor)
        return seen.filter(organization_id=actor.organization_id) if actor.organization_id else seen


class PatientMergeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The desk and the administrator: what their organization merged."""
        if actor.system:
            return self.all()
        return self.filter(organization_id=actor.organization_id) if actor.is_desk else self.none()

    def standing(self) -> Self:
        """Those that were not undone."""
        return self.filter(undone_at=None)


class ConsentQuerySet(OfPatientQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The patient: their own. Staff who see the patient: what concerns their organization."""
        seen = super().visible_to(actor)
        if actor.system or actor.is_patient:
            return seen
        return seen.filter(Q(organization_id=actor.organization_id) | Q(recipient_id=actor.organization_id))

    def live(self) -> Self:
        """Those that were not revoked."""
        return self.filter(revoked_at=None)


class BreakGlassQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The patient: what was opened of theirs. A doctor: their own. The administrator: the organization's."""
        if actor.system:
            return self.all()
        match actor.role:
            case Role.PATIENT:
                return self.filter(patient_id__in=open_access(actor).values("patient_id"))
            case Role.DOCTOR if actor.doctor_id:
                return self.filter(doctor_id=actor.doctor_id)
            case Role.ADMIN if actor.organization_id:
                return self.filter(organization_id=actor.organization_id)
        return self.none()

    def open(self) -> Self:
        """Those whose hour is not over."""
        return self.filter(ends_at__gt=timezone.now())
