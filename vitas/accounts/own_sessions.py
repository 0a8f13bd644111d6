"""Where a person is signed in, and the end of it from elsewhere."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vitas.accounts import devices, signing
from vitas.accounts.models import Session
from vitas.common.errors import NotFound

SHOWN = 50


def live(user_id: UUID) -> Any:
    """The person's own sessions that go on, of whichever organization, the one used last first."""
    now = timezone.now()
    rows = Session.objects.filter(user_id=user_id, revoked_at=None, idle_ends_at__gt=now, ends_at__gt=now)
    return rows.select_related("user", "membership__organization").order_by("-last_seen_at", "-pk")


def shown(user_id: UUID, *, here: UUID | None) -> list[dict[str, Any]]:
    """As pages show them; at most 50."""
    return described(live(user_id)[:SHOWN], here=here)


def described(rows: Iterable[Session], *, here: UUID | None) -> list[dict[str, Any]]:
    """The device by name, `current` for the one that asks."""
    return [
        {
            "id": row.pk,
            "device": devices.called(row.agent),
            "handheld": devices.is_handheld(row.agent),
            "method": row.method,
            "second_factor": row.second_factor or None,
            "address": row.address,
            "organization": row.membership.organization.name if row.membership else None,
            "created_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "expires_at": min(row.idle_ends_at, row.ends_at),
            "current": row.pk == here,
        }
        for row in rows
    ]


@transaction.atomic
def end(user_id: UUID, session_id: UUID) -> None:
    """Raises NotFound for what is not the person's own, or over."""
    row = live(user_id).filter(pk=session_id).first()
    if row is None or not signing.end_session(row, what=signing.What.REVOKED):
        raise NotFound()


@transaction.atomic
def end_others(user_id: UUID, *, here: UUID | None) -> int:
    """How many were ended."""
    return sum(
        signing.end_session(row, what=signing.What.REVOKED)
        for row in live(user_id).exclude(pk__in=[here] if here else [])
    )
