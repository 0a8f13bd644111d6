"""`/ws/notifications/`: what concerns the person who listens, as it happens; nothing is lost over a reconnect."""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from vitas.common.acting import acting_as
from vitas.live import listening, presenting, store
from vitas.live.listening import Listener, Proof, Shut
from vitas.live.models import LiveEvent
from vitas.live.topics import group_of, topics_of

log = logging.getLogger(__name__)

CHECKED_EVERY = 15.0  # seconds: is the person still signed in, and is there anything that was not announced?
_REMEMBERED = 5000  # events that a socket knows it has sent
_LONGEST_MESSAGE = 1000  # characters of what a client may say


class Notifications(AsyncWebsocketConsumer):
    """Sends `{"id", "event", "data", "at"}`; `since` (in the address, or `{"since": id}`) asks for what was missed."""

    _watch: asyncio.Task[None] | None = None
    _shut = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However the socket ended, also without a word of the server.
            self._shut = True
            if self._watch is not None:
                self._watch.cancel()

    async def connect(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._sent: OrderedDict[UUID | tuple[str, str], None] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._from = self._read_to = int(time.time() * 1000)
        spoken = listening.subprotocol_of(self.scope)
        try:
            proof = listening.proof_of(self.scope)
            self.listener, topics = await _in_a_thread(_sign_in)(proof)
        except Shut as shut:
            # Only an open socket can say why it closes.
            await self.accept(spoken)
            await self.close(shut.code)
            return
        await self._listen_to(topics)
        await self.accept(spoken)
        self._watch = asyncio.create_task(self._keep_watch())
        await self._go_back_to(parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("since", [""])[0])

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """`{"since": id}`; anything else is let pass."""
        if self._watch is None or self._shut or not text_data or len(text_data) > _LONGEST_MESSAGE:
            return
        with contextlib.suppress(ValueError, AttributeError):
            await self._go_back_to(json.loads(text_data).get("since"))

    async def live_event(self, message: dict[str, Any]) -> None:
        """The channel layer announces events by their ids."""
        if self._watch is None or self._shut:
            return
        async with self._guarded():
            await self._deliver(*await _in_a_thread(_read_named)(self.listener, self.topics, message["ids"]))

    async def _go_back_to(self, since: object) -> None:
        try:
            moment = store.moment_of(UUID(str(since)))
        except ValueError:
            return
        self._from = min(self._from, max(moment - store.OVERLAP, int(time.time() * 1000) - store.LONGEST))
        async with self._guarded():
            await self._catch_up(self._from)

    async def _keep_watch(self) -> None:
        while not self._shut:
            pause = CHECKED_EVERY * random.uniform(0.8, 1.2)  # so that they do not all ask at once  # nosec B311
            await asyncio.sleep(max(min(pause, self.listener.seconds_left), 0.5))
            async with self._guarded():
                self.listener, topics = await _in_a_thread(_still_there)(self.listener)
                await self._listen_to(topics)
                await self._catch_up(max(self._from, self._read_to - store.OVERLAP))

    async def _listen_to(self, topics: frozenset[str]) -> None:
        for topic in topics - self.topics:
            await self.channel_layer.group_add(group_of(topic), self.channel_name)
            self.groups.append(group_of(topic))  # left when the socket closes
        for topic in self.topics - topics:
            await self.channel_layer.group_discard(group_of(topic), self.channel_name)
            self.groups.remove(group_of(topic))
        self.topics = topics

    async def _catch_up(self, moment: int) -> None:
        """Send what is stored from `moment` on and was not sent yet."""
        begun, after = int(time.time() * 1000), None
        while True:
            events, messages = await _in_a_thread(_read_since)(
                self.listener, self.topics, moment, after, set(self._sent)
            )
            await self._deliver(events, messages)
            if len(events) < store.PAGE:
                break
            after = events[-1].pk
        self._read_to = max(self._read_to, begun)

    async def _deliver(self, events: Sequence[LiveEvent], messages: Sequence[dict[str, Any]]) -> None:
        """Each event once, also where a person hears it by two topics."""
        by_id = {str(event.pk): event for event in events}
        for message in messages:
            event = by_id[message["id"]]
            twin = (event.event, event.key)
            if event.pk not in self._sent and twin not in self._sent:
                await self.send(json.dumps(message, ensure_ascii=False, default=str))
            self._sent[event.pk] = self._sent[twin] = None
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    @contextlib.asynccontextmanager
    async def _guarded(self) -> Any:
        """One delivery at a time. A dead session closes the socket; what else goes wrong is made up for later."""
        async with self._one_at_a_time:
            try:
                yield
            except Shut as shut:
                self._shut = True
                await self.close(shut.code)
            except Exception:
                log.exception("a live event could not be delivered now")


def _sign_in(proof: Proof) -> tuple[Listener, frozenset[str]]:
    listener = listening.sign_in(proof)
    return listener, topics_of(listener.actor)


def _still_there(listener: Listener) -> tuple[Listener, frozenset[str]]:
    listener = listening.still(listener)
    return listener, topics_of(listener.actor)


def _read_named(
    listener: Listener, topics: frozenset[str], ids: list[str]
) -> tuple[list[LiveEvent], list[dict[str, Any]]]:
    listening.require_live(listener)
    events = list(store.named(ids, topics))
    with acting_as(listener.actor):
        return events, presenting.presented(listener.actor, events)


def _read_since(
    listener: Listener, topics: frozenset[str], moment: int, after: UUID | None, sent: set[Any]
) -> tuple[list[LiveEvent], list[dict[str, Any]]]:
    listening.require_live(listener)
    events = list(store.since(moment, topics, after=after))
    with acting_as(listener.actor):
        return events, presenting.presented(listener.actor, [event for event in events if event.pk not in sent])


def _in_a_thread(function: Any) -> Any:
    """Sockets share the process's pool of threads: `thread_sensitive` would put them all into one."""
    return database_sync_to_async(function, thread_sensitive=False)


class Nowhere(AsyncWebsocketConsumer):
    """A socket to an address that is not there is refused."""

    async def connect(self) -> None:
        await self.close()
