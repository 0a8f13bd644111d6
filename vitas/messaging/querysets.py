"""Whose messages a person sees."""

from typing import Any, Self

from django.db import models

from vitas.common.querysets import Asker


class OutboxQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Asker) -> Self:
        """The desk and the administrator: their organization's. The operator: all, for delivery is theirs to run."""
        if actor.system or actor.is_operator:
            return self.all()
        return (
            self.filter(organization_id=actor.organization_id)
            if actor.is_desk and actor.organization_id
            else self.none()
        )
