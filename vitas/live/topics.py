"""To whom an event is addressed, and what a person listens to."""

from collections.abc import Callable, Iterable
from uuid import UUID

from vitas.accounts.actor import Actor

# Topics that higher rooms contribute (a person's patient profiles): each gets the actor.
_contributors: list[Callable[[Actor], Iterable[str]]] = []


def user(user_id: UUID) -> str:
    return f"user:{user_id}"


def doctor(doctor_id: UUID) -> str:
    return f"doctor:{doctor_id}"


def desk(organization_id: UUID) -> str:
    return f"desk:{organization_id}"


def patient(patient_id: UUID) -> str:
    return f"patient:{patient_id}"


def contribute_topics(contributor: Callable[[Actor], Iterable[str]]) -> None:
    """Register a room's topics; called in its `apps.py`."""
    if contributor not in _contributors:
        _contributors.append(contributor)


def topics_of(actor: Actor) -> frozenset[str]:
    """What this person hears: themselves, the doctor they are, their desk, and what higher rooms add."""
    found: set[str] = set()
    if actor.user_id:
        found.add(user(actor.user_id))
    if actor.doctor_id:
        found.add(doctor(actor.doctor_id))
    if actor.is_desk and actor.organization_id:
        found.add(desk(actor.organization_id))
    for contributor in _contributors:
        found.update(contributor(actor))
    return frozenset(found)


def group_of(topic: str) -> str:
    """The channel layer's name for a topic: it takes no colon."""
    return f"live.{topic.replace(':', '.')}"
