"""Acts on edit locks are in the audit trail: the rooms of locks and of the trail do not know each other."""

from uuid import UUID

from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization, Role
from vitas.audit import trail
from vitas.live import locks
from vitas.live.locks import Act, Editable


def register_locks() -> None:
    locks.register("organization", organization)
    locks.observe(note)


def note(act: Act) -> None:
    """One entry, in the act's transaction. Renewing is none: it changes nothing that anybody would ask for."""
    trail.record(
        act.by,
        act.action,
        category=trail.Category.LOCK,
        resource=act.kind,
        resource_id=act.key,
        patient_id=act.patient_id,
        outcome=trail.Outcome.REFUSED if act.refused else trail.Outcome.SUCCESS,
        fencing_number=act.number,
    )


def organization(actor: Actor, key: UUID) -> Editable | None:
    """The own one, by its administrator; any by the operator."""
    own = actor.role == Role.ADMIN and actor.organization_id == key
    known = actor.is_operator and Organization.objects.filter(pk=key).exists()
    return Editable() if own or known else None
