"""A stand-in for a server like OpenAI's: real HTTP on loopback, one address, and the faults of the real ones."""

import email
import email.policy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER: dict[str, Any] = {
    "task": "transcribe",
    "language": "english",
    "duration": 8.0,
    "text": "What brings you in today? I've had a cough, doctor.",
    "segments": [
        {"id": 0, "start": 1.4, "end": 2.5, "text": " What brings you in today?", "avg_logprob": -0.1},
        {"id": 1, "start": 3.4, "end": 6.0, "text": " I've had a cough, doctor.", "avg_logprob": -0.2},
    ],
    "words": [
        {"word": word, "start": start, "end": start + 0.2}
        for word, start in zip(
            ["What", "brings", "you", "in", "today", "I've", "had", "a", "cough", "doctor"],
            [1.4, 1.6, 1.8, 2.0, 2.2, 3.4, 3.8, 4.2, 4.6, 5.5],
            strict=True,
        )
    ],
}


@dataclass
class StandIn:
    """`faults` are used up one a request: a status, `drop`, `slow`, or a body as bytes."""

    url: str = ""
    answer: dict[str, Any] = field(default_factory=lambda: dict(ANSWER))
    faults: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stand_in.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **_fields(self, body)})
            fault = stand_in.faults.pop(0) if stand_in.faults else None
            if fault == "drop":
                self.connection.close()
                return
            if fault == "slow":
                time.sleep(1.5)
            content = fault if isinstance(fault, bytes) else json.dumps(stand_in.answer).encode()
            self.send_response(fault if isinstance(fault, int) else 200)
            self.send_header("Retry-After", "7")
            self.send_header("Location", stand_in.url)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _fields(handler: BaseHTTPRequestHandler, body: bytes) -> dict[str, Any]:
    """The parts of the form: text by name, `file` as bytes."""
    head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[name] = content if name == "file" else content.decode()
    return found
