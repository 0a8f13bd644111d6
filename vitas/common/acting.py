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

    @property
    def is_operator(self) -> bool: ...


NOBODY = Acting()

_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


OPERATOR = "operator"


def acting() -> Acting:
    """Who acts in this context."""
    return _acting.get()


def act_as(actor: Actor) -> Token[Acting]:
    """From here on `actor` acts; give the token to `act_no_longer`, or use `acting_as`."""
    return _acting.set(_known(actor))


def begin_as_nobody() -> Token[Acting]:
    """A request begins: until it is known whose it is, nobody acts."""
    return _acting.set(NOBODY)


def act_as_system(name: str) -> Token[Acting]:
    """From here on a named system actor acts: what a task or a receiver of events does on nobody's behalf."""
    return _acting.set(Acting(system=name))


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


@contextmanager
def acting_as_system(name: str) -> Iterator[None]:
    """Within it a named system actor acts; its name is a room's, or `booking`, `operations`, `demo`."""
    token = act_as_system(name)
    try:
        yield
    finally:
        act_no_longer(token)


def room_of(module: str) -> str:
    """The system actor as which a module's tasks and receivers act: `appointments.payments.tasks` is `payments`."""
    first, *rest = module.removeprefix("vitas.").split(".")
    return "payments" if rest[:1] == ["payments"] else first


def _known(actor: Any) -> Acting:
    if actor.system:
        return Acting(system=actor.system)
    return Acting(
        role=str(actor.role or (OPERATOR if actor.is_operator else "")),
        user=str(actor.user_id or ""),
        organization=str(actor.organization_id or ""),
        doctor=str(actor.doctor_id or ""),
    )
