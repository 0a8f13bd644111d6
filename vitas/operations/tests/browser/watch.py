"""Listens to everything a browser window says: what a person would never see, and what should never happen."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# A page that is left drops what it was loading; that is no fault.
_LEFT = "net::ERR_ABORTED"
# So is a request that a page takes back for a newer one; what fails is told as htmx:sendError.
_TAKEN_BACK = ("htmx:sendAbort", "htmx:afterRequest")
_OWN = ("data", "blob", "about", "chrome-error")


class Watch:
    def __init__(self, server: str) -> None:
        self.host = urlsplit(server).netloc
        self.requests: list[str] = []
        self._faults: list[str] = []
        self._expected: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", self._thrown)
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)

    def leave(self, context: BrowserContext) -> None:
        """Listen no longer."""
        context.remove_listener("console", self._said)
        context.remove_listener("weberror", self._thrown)
        context.remove_listener("request", self._asked)
        context.remove_listener("requestfailed", self._failed)

    def expect(self, pattern: str) -> None:
        """Faults that match this are what the test is about."""
        self._expected.append(pattern)

    def faults(self) -> list[str]:
        return [fault for fault in self._faults if not any(re.search(known, fault) for known in self._expected)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith(_TAKEN_BACK):
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            where = message.location.get("url", "") if message.location else ""
            self._faults.append(f"console: {message.text} ({where})")

    def _thrown(self, error: WebError) -> None:
        self._faults.append(f"thrown: {error.error}")

    def _asked(self, request: Request) -> None:
        found = urlsplit(request.url)
        self.requests.append(request.url)
        if found.scheme not in _OWN and found.netloc != self.host:
            self._faults.append(f"asked another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != _LEFT:
            self._faults.append(f"failed: {request.url} {request.failure}")
