"""Who acts just now, as PostgreSQL's row-level security must know it.

`acting_as` is set by what receives a request, a socket's message or a task; the database backend of ours
(vitas/common/postgres) tells the server before the next statement. Without it nobody acts, and walled tables are empty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, NamedTuple, Protocol
from uuid import UUID


class Acting(NamedTuple):
    """What the policies read, each as text; empty where there is none."""

    system: str = ""
    role: str = ""
    user: str = ""
    organization: str = ""
    doctor: str = ""


class Actor(Protocol):
    """What this room needs to know of an actor (vitas.accounts.actor)."""

    @property
    def system(self) -> str: ...

    @property
    def role(self) -> str | None: ...

    @property
    def user_id(self) -> UUID | None: ...

    @property
    def organization_id(self) -> UUID | None: ...

    @property
    def doctor_id(self) -> UUID | None: ...


NOBODY = Acting()

_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting() -> Acting:
    """Who acts in this context."""
    return _acting.get()


def act_as(actor: Actor) -> Token[Acting]:
    """From here on `actor` acts; give the token to `act_no_longer`, or use `acting_as`."""
    return _acting.set(_known(actor))


def act_no_longer(token: Token[Acting]) -> None:
    _acting.reset(token)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Within it `actor` acts: what the database shows and takes is theirs."""
    token = act_as(actor)
    try:
        yield
    finally:
        act_no_longer(token)


def _known(actor: Any) -> Acting:
    if actor.system:
        return Acting(system=actor.system)
    return Acting(
        role=str(actor.role or ""),
        user=str(actor.user_id or ""),
        organization=str(actor.organization_id or ""),
        doctor=str(actor.doctor_id or ""),
    )
