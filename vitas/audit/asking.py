"""Questions to the trail: which entries. Quick at ten million of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed
from vitas.common.ids import first_id_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries are wanted: what is not said narrows nothing. `until` is not part of the time."""

    since: datetime | None = None
    until: datetime | None = None
    categories: Sequence[str] = ()
    actions: Sequence[str] = ()
    outcomes: Sequence[str] = ()
    user_id: UUID | None = None
    patient_id: UUID | None = None
    organization_id: UUID | None = None
    ids: Sequence[UUID] = field(default=())

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise Invalid.field("end_time", _("The end must be after the start."))

    @property
    def of_one(self) -> bool:
        """Of one person, one patient or chosen entries: few enough to be counted as they stand."""
        return bool(self.user_id or self.patient_id or self.ids)


def require_own(actor: Actor, tenant_id: UUID | None) -> UUID | None:
    """The organization that is asked for. Raises NotAllowed for another than one's own; the operator may name any."""
    if tenant_id and not actor.is_operator and tenant_id != actor.organization_id:
        raise NotAllowed(_("This is another organization's audit trail."))
    return tenant_id


def entries(actor: Actor, asked: Asked) -> QuerySet[AuditEntry]:
    """What the person may see of what is asked for, in no order."""
    rows = AuditEntry.objects.visible_to(actor)
    given: dict[str, Any] = {
        "id__gte": first_id_at(asked.since) if asked.since else None,
        "id__lt": first_id_at(asked.until) if asked.until else None,
        "organization_id": asked.organization_id,
        "user_id": asked.user_id,
        "patient_id": asked.patient_id,
        **_one_or_some("category", asked.categories),
        **_one_or_some("action", asked.actions),
        **_one_or_some("outcome", asked.outcomes),
        "id__in": list(asked.ids) or None,
    }
    return rows.filter(**{name: value for name, value in given.items() if value is not None})


def newest(actor: Actor, asked: Asked, count: int) -> list[AuditEntry]:
    """The newest entries of what is asked for, newest first."""
    return list(entries(actor, asked).order_by("-id")[:count])


def _one_or_some(name: str, values: Sequence[str]) -> dict[str, Any]:
    if len(values) == 1:
        return {name: values[0]}
    return {f"{name}__in": sorted(values)} if values else {}
