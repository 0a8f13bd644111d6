"""Whose messages a person sees."""

from typing import Any, Protocol, Self

from django.db import models

from vitas.common.querysets import Asker


class Reader(Asker, Protocol):
    """Also a patient, whom messages reach at a phone."""

    @property
    def is_patient(self) -> bool: ...

    @property
    def phone(self) -> str: ...


class OutboxQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Reader) -> Self:
        """The desk and the administrator: their organization's. The operator: all, for delivery is theirs to run.

        A patient: what organizations sent to the phone they signed in by. Codes and the like are no organization's.
        """
        if actor.system or actor.is_operator:
            return self.all()
        if actor.is_patient:
            mine = self.filter(address=actor.phone, organization_id__isnull=False, state="sent")
            return mine if actor.phone else self.none()
        return (
            self.filter(organization_id=actor.organization_id)
            if actor.is_desk and actor.organization_id
            else self.none()
        )
