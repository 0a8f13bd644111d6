"""Whose recordings and transcripts a person sees."""

from typing import Any, ClassVar, Self

from django.db import models

from patients.permissions import among, caring
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


class RecordingQuerySet(models.QuerySet[Any]):
    """Rows with what was said at a visit. `path` leads to the recording."""

    path: ClassVar[str] = ""

    def visible_to(self, actor: Actor) -> Self:
        """The one place: doctors of the organization who care for the patient. Nobody else; system actors all."""
        if actor.system:
            return self.all()
        if actor.role != Role.DOCTOR or actor.organization_id is None:
            return self.none()
        mine = self.filter(**{f"{self.path}organization_id": actor.organization_id})
        return mine.filter(among(caring(actor), f"{self.path}patient_id"))


class OfRecordingQuerySet(RecordingQuerySet):
    path = "recording__"


class ScribePolicyQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """That of one's own organization."""
        return self.all() if actor.system else self.filter(organization_id=actor.organization_id)
