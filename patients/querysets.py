"""How patients and what hangs on them are asked for, and whose a person sees."""

from datetime import timedelta
from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, Session

UNUSED_AFTER: Final = timedelta(days=180)  # a number may have another owner by then


class OfPatientQuerySet(models.QuerySet[Any]):
    """Rows that tell of a patient. `patient_path` leads to the patient."""

    patient_path: ClassVar[str] = "patient"

    def visible_to(self, actor: Actor) -> Self:
        """The one place that says whose rows a person may see.

        A patient: their own and those of the profiles they may act for. A doctor: of whom they care for. The desk, the
        nurse and the administrator: of whom their organization knows. A system actor: all. The operator: none.
        """
        if actor.system:
            return self.all()
        match actor.role:
            case Role.PATIENT:
                return self._of(open_access(actor))
            case Role.DOCTOR if actor.doctor_id:
                return self._of(_rows("CareRelationship").filter(doctor_id=actor.doctor_id, ended_at=None))
            case Role.NURSE | Role.RECEPTIONIST | Role.ADMIN if actor.organization_id:
                return self._of(_rows("PatientFile").filter(organization_id=actor.organization_id))
        return self.none()

    def _of(self, rows: models.QuerySet[Any]) -> Self:
        path = "pk" if self.patient_path == "pk" else f"{self.patient_path}_id"
        return self.filter(Exists(rows.filter(patient_id=OuterRef(path))))


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


def open_access(actor: Actor) -> models.QuerySet[Any]:
    """The profiles a signed-in person may act for: proven, and proven or used by them within 180 days.

    The rule of patients.profiles in one statement: whom a closed profile names, nobody sees before it is opened again.
    """
    since = timezone.now() - UNUSED_AFTER
    used = Session.objects.filter(user=actor.user_id, acting_patient_id=OuterRef("patient_id"), last_seen_at__gt=since)
    live = _rows("PatientAccess").filter(user_id=actor.user_id, verified_at__isnull=False, ended_at=None)
    return live.filter(Q(verified_at__gt=since) | Exists(used))


def _rows(model: str) -> models.QuerySet[Any]:
    from django.apps import apps

    return apps.get_model("patients", model)._default_manager.all()
