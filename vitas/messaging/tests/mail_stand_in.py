"""A stand-in for a mail server on loopback: takes letters, keeps them, and fails as it is told."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """`faults`: what is answered instead, by the command (`RCPT`, `DATA`): a line, or seconds of silence."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.faults: dict[str, str | float] = {}
        self.port = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        fault = await self._fault("MAIL")
        envelope.mail_from = address
        return fault or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        fault = await self._fault("RCPT")
        if fault is None:
            envelope.rcpt_tos.append(address)
        return fault or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        fault = self.faults.get("DATA")
        if not isinstance(fault, str):
            letter = email.message_from_bytes(envelope.original_content, policy=default)
            self.letters.append(letter)
        return await self._fault("DATA") or "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return await self._fault("QUIT") or "221 Bye"

    async def _fault(self, command: str) -> str | None:
        fault = self.faults.get(command)
        if isinstance(fault, float):
            await asyncio.sleep(fault)
            return None
        return fault


@contextmanager
def running() -> Iterator[MailServer]:
    server = MailServer()
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, ready_timeout=10)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]
