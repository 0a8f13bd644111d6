"""clamd on loopback, as it answers; with its faults."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ClamdStandIn(socketserver.ThreadingTCPServer):
    """`fault`: empty, `cut` (hangs up in the middle), `silent` (never answers), `error`, `half` (half an answer)."""

    allow_reuse_address = True
    daemon_threads = True
    fault = ""
    most = 30 * 1024 * 1024
    received = b""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Connection(socketserver.BaseRequestHandler):
    server: ClamdStandIn

    def handle(self) -> None:
        command = self._until_zero()
        if command == b"zPING":
            self.request.sendall(b"PONG\0")
        elif command == b"zINSTREAM":
            self._stream()
        else:
            self.request.sendall(b"UNKNOWN COMMAND\0")

    def _stream(self) -> None:
        if self.server.fault == "cut":
            self.request.recv(1000)
            return
        content = b""
        while length := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(length)
            if len(content) > self.server.most:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.received = content
        if self.server.fault == "silent":
            threading.Event().wait(1.5)
        elif self.server.fault == "error":
            self.request.sendall(b"stream: Can't allocate memory ERROR\0")
        elif self.server.fault == "half":
            self.request.sendall(b"stream: O")
        else:
            self.request.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    def _until_zero(self) -> bytes:
        found = b""
        while not found.endswith(b"\0") and (piece := self.request.recv(1)):
            found += piece
        return found[:-1]

    def _exactly(self, length: int) -> bytes:
        found = b""
        while len(found) < length:
            piece = self.request.recv(min(65536, length - len(found)))
            if not piece:
                raise ConnectionError
            found += piece
        return found


@contextmanager
def clamd_stand_in() -> Iterator[ClamdStandIn]:
    with ClamdStandIn(("127.0.0.1", 0), _Connection) as server:
        server.handle_error = lambda *_about: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
