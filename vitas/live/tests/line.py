"""A client's end of a socket, spoken to without a server (channels' own needs daphne, which nothing else here does)."""

from urllib.parse import unquote, urlsplit

from asgiref.testing import ApplicationCommunicator


class Line(ApplicationCommunicator):
    def __init__(self, application, path, *, headers=(), subprotocols=None):
        parts = urlsplit(path)
        scope = {
            "type": "websocket",
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": list(headers),
            "subprotocols": subprotocols or [],
        }
        super().__init__(application, scope)

    async def connect(self, *, timeout=5):
        """Whether it was accepted, and the subprotocol, or the code it was refused with."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout)
        if answer["type"] == "websocket.close":
            return False, answer.get("code", 1000)
        return True, answer.get("subprotocol")

    async def say(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, *, timeout=5):
        return (await self.receive_output(timeout))["text"]

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)
