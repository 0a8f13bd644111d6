"""A stand-in for a server with `/v1/chat/completions`: real HTTP on loopback, and the faults of the real ones."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NOTE: dict[str, Any] = {
    "subjective": [{"text": "Reports cough for three days.", "evidence": ["s1"]}],
    "objective": [],
    "assessment": [],
    "plan": [{"text": "Chest x-ray ordered.", "evidence": ["s2"]}],
}


@dataclass
class StandIn:
    """`script` is used up one a request: a status, `drop`, `slow`, `cut`, what the model writes, bytes as body."""

    url: str = ""
    script: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    without_usage: bool = False

    def body(self, step: Any) -> bytes:
        if isinstance(step, bytes):
            return step
        choice = {
            "message": {"role": "assistant", "content": step if isinstance(step, str) else json.dumps(step or NOTE)},
            "finish_reason": "stop",
        }
        if step == "cut":
            choice = {"message": {"content": '{"subjective": [{"text": "Rep'}, "finish_reason": "length"}
        usage = {} if self.without_usage else {"usage": {"prompt_tokens": 1000, "completion_tokens": 200}}
        return json.dumps({"choices": [choice], **usage}).encode()


@contextmanager
def running() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stand_in.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            stand_in.keys.append(self.headers.get("Authorization"))
            step = stand_in.script.pop(0) if stand_in.script else None
            if step == "drop":
                self.connection.close()
                return
            if step == "slow":
                time.sleep(1.0)
            content = stand_in.body(None if step == "slow" or isinstance(step, int) else step)
            self.send_response(step if isinstance(step, int) else 200)
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except BrokenPipeError:
                return  # who asked has gone

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
