"""A close with a code that reaches the client under granian.

granian (2.8) never sends the close frame while the application waits in `receive`, and a consumer always does. So the
wait is taken back before the close is sent, and taken up again behind it. Other servers do not mind.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def closing_with_a_code(application: Callable[[Any, Receive, Send], Awaitable[None]]) -> Any:
    """The same application; its `websocket.close` waits for no client message."""

    async def wrapped(scope: Any, receive: Receive, send: Send) -> None:
        socket = _Socket(receive, send)
        await application(scope, socket.receive, socket.send)

    return wrapped


class _Socket:
    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._waiting: asyncio.Future[Any] | None = None
        self._closing = False
        self._closed = asyncio.Event()

    async def receive(self) -> Any:
        if not self._closing:
            self._waiting = asyncio.ensure_future(self._receive())
            try:
                return await self._waiting
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if not self._closing or (task is not None and task.cancelling()):
                    raise
        await self._closed.wait()
        return await self._receive()

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] != "websocket.close":
            await self._send(message)
            return
        self._closing = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.cancel()
        try:
            await self._send(message)
        finally:
            self._closed.set()
