"""Publishing: one event, stored once for each topic, and announced to whoever listens after the commit."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from vitas.live.models import LiveEvent
from vitas.live.topics import group_of

log = logging.getLogger(__name__)


def publish(event: str, *, key: str, topics: Sequence[str], ids: Mapping[str, Any]) -> None:
    """Store `event` for each topic, inside the caller's transaction; the same `key` again changes nothing.

    `ids` are ids and codes only. What each listener may read is put together when it is delivered (`presenting`).
    """
    rows = [LiveEvent(key=key, topic=topic, event=event, ids=dict(ids)) for topic in sorted(set(topics))]
    LiveEvent.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: announce(rows), robust=True)


def announce(rows: Sequence[LiveEvent]) -> None:
    """Tell the sockets of every process. A dead Redis costs a second at most; sockets read the store by themselves too.

    A row that was there before under another id is announced by an id that nobody finds, and that is harmless.
    """
    try:
        async_to_sync(_send)(rows)
    except Exception as error:  # whatever ails Redis, the act is done and the store has the event
        log.warning("live events were not announced", extra={"error": type(error).__name__, "count": len(rows)})


async def _send(rows: Sequence[LiveEvent]) -> None:
    layer = get_channel_layer()
    async with asyncio.timeout(settings.REDIS_TIMEOUT):
        for row in rows:
            message = {"type": "live.event", "event": row.event, "ids": [str(row.pk)]}
            await layer.group_send(group_of(row.topic), message)
