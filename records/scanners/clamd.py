"""clamd, by its own protocol: `zINSTREAM`, pieces with their length before them, a length of zero, then the verdict.

https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import re
import socket
import struct
from typing import IO, Final

from django.conf import settings

from records.scanners import Scanner, ScannerAway, Verdict

CHUNK: Final = 64 * 1024
CONNECT_SECONDS: Final = 3.0
SCAN_SECONDS: Final = 60.0  # clamd's own limit for a file is 120 s
_LONGEST_ANSWER: Final = 4096
_FOUND = re.compile(rb"stream: (.{1,200}) FOUND")


class Clamd(Scanner):
    """`CLAMD_SOCKET`: a path, or `host:port`."""

    def scan(self, file: IO[bytes]) -> Verdict:
        file.seek(0)
        try:
            with _connected() as connection:
                answer = _streamed(connection, file)
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error
        return _verdict(answer)

    def ping(self) -> None:
        try:
            with _connected() as connection:
                connection.settimeout(CONNECT_SECONDS)
                connection.sendall(b"zPING\0")
                if _answer(connection) != b"PONG":
                    raise ScannerAway("no PONG")
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error


def _connected() -> socket.socket:
    address: str = settings.CLAMD_SOCKET
    if "/" in address:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(CONNECT_SECONDS)
        try:
            found.connect(address.removeprefix("unix:"))
        except OSError:
            found.close()
            raise
    else:
        host, _colon, port = address.rpartition(":")
        found = socket.create_connection((host or "127.0.0.1", int(port)), timeout=CONNECT_SECONDS)
    found.settimeout(SCAN_SECONDS)
    return found


def _streamed(connection: socket.socket, file: IO[bytes]) -> bytes:
    """clamd may answer and hang up before the end, when the file is over its limit: its answer counts then."""
    try:
        connection.sendall(b"zINSTREAM\0")
        while piece := file.read(CHUNK):
            connection.sendall(struct.pack("!L", len(piece)) + piece)
        connection.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass
    return _answer(connection)


def _answer(connection: socket.socket) -> bytes:
    """Up to its zero byte. An answer that was cut is none."""
    found = b""
    while not found.endswith(b"\0"):
        piece = connection.recv(_LONGEST_ANSWER)
        found += piece
        if not piece or len(found) > _LONGEST_ANSWER:
            raise ConnectionError("an answer that does not end")
    return found[:-1].strip()


def _verdict(answer: bytes) -> Verdict:
    if answer == b"stream: OK":
        return Verdict(clean=True)
    if found := _FOUND.fullmatch(answer):
        return Verdict(clean=False, because="infected", name=found[1].decode("ascii", "replace"))
    if b"size limit exceeded" in answer:
        return Verdict(clean=False, because="too_large")
    raise ScannerAway(answer[:100].decode("ascii", "replace"))
