"""Reading stored events again: after a reconnect, and from time to time, for an announcement may get lost."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from vitas.live.models import LiveEvent

# Ids carry the time they were made, transactions commit a little later: so much earlier is read again (milliseconds).
OVERLAP = 10_000
LONGEST = 7 * 86_400_000  # how far back a reconnect reads (milliseconds)
PAGE = 200


def moment_of(event_id: UUID) -> int:
    """When a UUIDv7 was made, in milliseconds since 1970."""
    return event_id.int >> 80


def since(moment: int, topics: Collection[str], *, after: UUID | None = None) -> QuerySet[LiveEvent]:
    """Events of these topics from `moment` (milliseconds) on, or after one of them, oldest first; at most PAGE."""
    events = LiveEvent.objects.filter(topic__in=topics, id__gte=UUID(int=max(moment, 0) << 80))
    if after is not None:
        events = events.filter(id__gt=after)
    return events.order_by("id")[:PAGE]


def named(ids: Collection[str], topics: Collection[str]) -> QuerySet[LiveEvent]:
    """These events, as far as they are of these topics."""
    return LiveEvent.objects.filter(pk__in=ids, topic__in=topics).order_by("id")
