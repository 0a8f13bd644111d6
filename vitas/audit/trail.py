"""Writing the audit trail: one insert, in the request's own transaction."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.audit.models import AuditEntry
from vitas.common.context import current
from vitas.common.ids import id_at
from vitas.common.inserts import insert

Category = AuditEntry.Category
Outcome = AuditEntry.Outcome


def record(actor: Actor, action: str, **what: Any) -> None:
    """Add one entry; see `entry`."""
    insert(entry(actor, action, **what))


def record_each(actor: Actor, action: str, *, patient_ids: Iterable[UUID], **what: Any) -> None:
    """The same entry for each of several patients, in one statement."""
    AuditEntry.objects.bulk_create(entry(actor, action, patient_id=patient_id, **what) for patient_id in patient_ids)


def entry(
    actor: Actor,
    action: str,
    *,
    category: str,
    resource: str,
    resource_id: UUID | None = None,
    patient_id: UUID | None = None,
    organization_id: UUID | None = None,
    outcome: str = Outcome.SUCCESS,
    **details: Any,
) -> AuditEntry:
    """One entry (S3 11.1), to be inserted with what it tells of. `details` are ids and codes, never what was said."""
    now = timezone.now()
    context = current.get()
    return AuditEntry(
        id=id_at(now),
        at=now,
        category=category,
        action=action,
        resource=resource,
        resource_id=resource_id,
        outcome=outcome,
        organization_id=organization_id or actor.organization_id,
        patient_id=patient_id,
        user_id=actor.user_id,
        user_role=actor.role_name,
        session_id=actor.session_id,
        address=context.address,
        agent=context.agent,
        request_id=context.request_id,
        details=details,
    )
