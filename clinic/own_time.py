"""What changes of a doctor's time share: whose they are, one after the other, seen by search, in the audit trail."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinic.models import Doctor
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common import events
from vitas.common.errors import Conflict, NotAllowed, NotFound


class ChangedMeanwhile(Conflict):
    """409: what is on the person's screen is no longer what is kept."""

    sentence = _("This was changed meanwhile, perhaps in another window. Look at it as it is now, then change it.")


def locked(doctor_id: UUID, *, by: Actor) -> Doctor:
    """The doctor, whose hours and absences nobody else changes until the transaction ends.

    Raises NotFound for another organization's, NotAllowed unless it is the doctor or the organization's administrator.
    """
    doctor = Doctor.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).filter(pk=doctor_id).first()
    if doctor is None:
        raise NotFound()
    own = by.role == Role.DOCTOR and by.doctor_id == doctor.pk
    if not (own or by.role == Role.ADMIN or by.system):
        raise NotAllowed()
    return doctor


def fingerprint(rows: Iterable[Any]) -> str:
    """A short word for how rows are now; who sends it back with a change has seen them so."""
    return hashlib.sha256(repr(sorted(str(row) for row in rows)).encode()).hexdigest()[:16]


def require_unchanged(seen: str, now: str) -> None:
    """Raises ChangedMeanwhile when what the person saw is no longer so."""
    if seen != now:
        raise ChangedMeanwhile()


def changed(doctor: Doctor, starts_at: datetime, ends_at: datetime) -> None:
    """Let the doctor's days between these instants be counted again."""
    events.record(events.TimeChanged(doctor.pk, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat()))


def audit(by: Actor, action: str, doctor: Doctor, **details: Any) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.CONFIGURATION,
        resource="doctors",
        resource_id=doctor.pk,
        organization_id=doctor.organization_id,
        **details,
    )
