"""Whose entries of the audit trail a person sees."""

from typing import Any, Self

from django.db import models

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


class AuditEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """An administrator: the organization's. The operator: what tells of no patient. Nobody else any."""
        if actor.system:
            return self.all()
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(patient_id=None) if actor.is_operator else self.none()
