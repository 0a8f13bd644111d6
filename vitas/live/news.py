"""What happened, told to a person in words: the notifications behind the bell.

Higher rooms say of their events how they are told (`say`) and to whom they are news (`worth`). Whether this person may
still know of it is asked again at every telling. By convention `by` among an event's ids is the user whose act it was:
what one did oneself is told, and is never unread.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vitas.accounts.actor import Actor
from vitas.common.ids import first_id_at
from vitas.live.models import LiveEvent, LiveRead
from vitas.live.presenting import Ids
from vitas.live.topics import topics_of

UNREAD_FOR: Final = timedelta(days=14)  # what is older is history, read or not
COUNTED_TO: Final = 99
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What happened (`sentence`), to whom or with whom (`about`), and the time it is about, on the clock of `zone`."""

    sentence: str
    about: str = ""
    moment: datetime | None = None
    zone: str = "UTC"
    address: str = ""
    icon: str = "bell"
    colour: str = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the list."""

    id: UUID
    at: datetime
    said: Said
    unread: bool


# Gets the ids of several events of one name; answers with as many sayings, None where there is nothing to tell.
Words = Callable[[Actor, Sequence[Ids]], Sequence[Said | None]]
Worth = Callable[[Actor], Q]

_words: dict[str, tuple[Words, Worth]] = {}


def say(event: str, words: Words, *, worth: Worth = lambda actor: Q()) -> None:
    """Register how `event` is told, and which of its rows are news to a person; called in an `apps.py`."""
    _words[event] = (words, worth)


def of(actor: Actor) -> QuerySet[LiveEvent]:
    """What is news to this person, newest first."""
    wanted = Q(pk__in=[])
    for event, (_say, worth) in _words.items():
        wanted |= Q(event=event) & worth(actor)
    return LiveEvent.objects.filter(wanted, topic__in=topics_of(actor)).order_by("-id")


def unread(actor: Actor) -> QuerySet[LiveEvent]:
    """Of these the late ones that the person has not read."""
    reads = LiveRead.objects.filter(user_id__in=[actor.user_id], live_event_id=OuterRef("pk"))
    late = of(actor).filter(id__gte=first_id_at(timezone.now() - UNREAD_FOR))
    return late.filter(~Exists(reads)).exclude(ids__contains={"by": str(actor.user_id)})


def unread_count(actor: Actor) -> int:
    """At most one more than `COUNTED_TO`."""
    return unread(actor).order_by()[: COUNTED_TO + 1].count()


def told(actor: Actor, events: Sequence[LiveEvent]) -> list[Told]:
    """Those that this person may know of, in the order given."""
    same: dict[str, list[LiveEvent]] = defaultdict(list)
    for event in events:
        same[event.event].append(event)
    sayings: dict[UUID, Said] = {}
    for name, rows in same.items():
        found = _words[name][0](actor, [row.ids for row in rows])
        sayings |= {row.pk: said for row, said in zip(rows, found, strict=True) if said is not None}
    fresh = set(unread(actor).filter(pk__in=[*sayings]).values_list("pk", flat=True)) if sayings else set()
    return [
        Told(id=event.pk, at=event.at, said=sayings[event.pk], unread=event.pk in fresh)
        for event in events
        if event.pk in sayings
    ]


def read(actor: Actor, *, ids: Collection[UUID]) -> None:
    """These were read, as far as they are this person's."""
    _mark(actor, unread(actor).filter(pk__in=ids))


def read_all(actor: Actor, *, until: UUID) -> None:
    """All up to this one: what came since the person looked stays unread."""
    _mark(actor, unread(actor).filter(pk__lte=until))


def _mark(actor: Actor, events: QuerySet[LiveEvent]) -> None:
    assert actor.user_id is not None  # nobody else has a bell
    rows = [LiveRead(live_event_id=pk, user_id=actor.user_id) for pk in events.values_list("pk", flat=True)]
    LiveRead.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)
