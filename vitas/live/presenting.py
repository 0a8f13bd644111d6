"""What a listener may read of an event, put together when it is delivered. Higher rooms say it for their events."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from vitas.accounts.actor import Actor
from vitas.common.wall_time import iso
from vitas.live.models import LiveEvent

Ids = Mapping[str, Any]
# Gets the ids of several events of one name; answers as many payloads, None where this person may not know of it.
Presenter = Callable[[Actor, Sequence[Ids]], Sequence[dict[str, Any] | None]]

_presenters: dict[str, Presenter] = {}


def present(event: str, presenter: Presenter) -> None:
    """Register who puts the payload of `event` together; names in it are those of the contract."""
    _presenters[event] = presenter


def presented(actor: Actor, events: Sequence[LiveEvent]) -> list[dict[str, Any]]:
    """`{"id", "event", "data", "at"}` of those that this person may read, in the order given."""
    by_name: dict[str, list[LiveEvent]] = defaultdict(list)
    for event in events:
        by_name[event.event].append(event)
    payloads: dict[UUID, dict[str, Any]] = {}
    for name, same in by_name.items():
        if name in _presenters:
            made = _presenters[name](actor, [event.ids for event in same])
            payloads |= {event.pk: data for event, data in zip(same, made, strict=True) if data is not None}
    return [
        {"id": str(event.pk), "event": event.event, "data": payloads[event.pk], "at": iso(event.at)}
        for event in events
        if event.pk in payloads
    ]
