"""Whose rows of the machinery a person sees. This room knows no persons: an asker is whoever has these attributes."""

from typing import Any, Protocol, Self
from uuid import UUID

from django.db import models


class Asker(Protocol):
    """What a room below the accounts needs to know of an actor."""

    @property
    def is_operator(self) -> bool: ...

    @property
    def is_desk(self) -> bool: ...

    @property
    def organization_id(self) -> UUID | None: ...

    @property
    def system(self) -> str: ...


class OperatorsQuerySet(models.QuerySet[Any]):
    """Rows that hold ids and codes and tell nothing of a person: for the platform's operator alone."""

    def visible_to(self, actor: Asker) -> Self:
        return self.all() if actor.system or actor.is_operator else self.none()
