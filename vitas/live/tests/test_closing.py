"""The wait for the client is taken back before a socket is closed, and taken up again behind it."""

import asyncio

from vitas.live.closing import closing_with_a_code


class Server:
    """Keeps what was sent, and whether the application waited for the client at that moment."""

    def __init__(self):
        self.sent, self.waiting, self.inbox = [], 0, asyncio.Queue()

    async def receive(self):
        self.waiting += 1
        try:
            return await self.inbox.get()
        finally:
            self.waiting -= 1

    async def send(self, message):
        await asyncio.sleep(0)
        self.sent.append((message["type"], self.waiting))


async def test_nobody_waits_while_a_socket_closes_and_the_disconnect_is_heard():
    server, heard = Server(), []

    async def application(scope, receive, send):
        async def listen():
            while heard[-1:] != ["gone"]:
                heard.append(await receive())

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.01)
        await send({"type": "websocket.send"})
        await send({"type": "websocket.close"})
        await listening

    running = asyncio.create_task(closing_with_a_code(application)({}, server.receive, server.send))
    server.inbox.put_nowait("hello")
    await asyncio.sleep(0.05)
    server.inbox.put_nowait("gone")
    await asyncio.wait_for(running, 2)

    assert server.sent == [("websocket.send", 1), ("websocket.close", 0)]
    assert heard == ["hello", "gone"]


async def test_application_that_is_cancelled_ends():
    server = Server()

    async def application(scope, receive, send):
        await receive()

    running = asyncio.create_task(closing_with_a_code(application)({}, server.receive, server.send))
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running], timeout=2)

    assert (running.cancelled(), server.waiting) == (True, 0)
