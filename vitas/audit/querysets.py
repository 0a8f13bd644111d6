"""Whose entries of the audit trail a person sees, and what is asked of seals."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


def may_read(actor: Actor) -> bool:
    """Administrators and the platform's operator have a view on the trail; nobody else."""
    return bool(actor.system or (actor.role == Role.ADMIN and actor.organization_id) or actor.is_operator)


class AuditEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """An administrator: the organization's. The operator: what tells of no patient. Nobody else any."""
        if actor.system:
            return self.all()
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(patient_id=None) if actor.is_operator else self.none()


class AuditHourQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """As of the entries that were counted."""
        if actor.system:
            return self.all()
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(of_patient=False) if actor.is_operator else self.none()


class AuditSealQuerySet(models.QuerySet[Any]):
    def heads(self) -> Self:
        """Without what was sealed: the chain alone."""
        return self.defer("ids", "digests").order_by("number")

    def of_month(self, month: date) -> Self:
        return self.filter(month=month)

    def sealed_on(self, began: datetime, ended: datetime) -> Self:
        return self.filter(sealed_at__gte=began, sealed_at__lt=ended)


class AnomalyQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """As of the entries they are made of."""
        if actor.system:
            return self.all()
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(patient_id=None) if actor.is_operator else self.none()

    def open(self) -> Self:
        """Those that nobody has reviewed."""
        return self.filter(reviewed_at=None)


class AuditExportQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever asked for it; an administrator also those of the organization's other administrators."""
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(organization_id=None, user_id=actor.user_id) if actor.is_operator else self.none()
