"""Private PostgreSQL and Valkey for a machine that has none: development, tests and demo, never production.

They are real servers, each watched over by a keeper process (keeper.py) that lives as long as anyone uses it: whoever
is inside `running()` holds a connection to the keeper, and when the last one is closed, by leaving or by dying, the
keeper stops its server. So several commands share one server, and a `kill -9` leaves nothing behind.

Imports nothing of Django: the settings and manage.py read it before there is any.
"""

import contextlib
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from vitas.operations import keeper

START_TIMEOUT = 60.0  # seconds; the first start of PostgreSQL makes its files


class NotStarted(Exception):
    """A private server could not be started; the text says why."""


@dataclass(frozen=True)
class Urls:
    database: str  # as the application, which owns nothing
    database_owner: str  # as the role that migrates
    redis: str


def urls(folder: Path) -> Urls:
    """Where the servers that keep their files in this folder answer. Starts nothing."""
    sockets = socket_folder(folder)
    host = quote(str(sockets), safe="")
    return Urls(
        database=f"postgres://vitas_app@{host}:5432/vitas",
        database_owner=f"postgres://vitas_owner@{host}:5432/vitas",
        redis=f"unix://{sockets}/valkey.sock?db=0",
    )


def socket_folder(folder: Path) -> Path:
    """A socket's path has at most 107 bytes, so sockets lie in a short folder that only follows from the long one."""
    return Path("/tmp") / f"vitas-{hashlib.sha256(bytes(folder.resolve())).hexdigest()[:12]}"  # nosec B108  # ours alone


@contextlib.contextmanager
def running(folder: Path, *, database: bool = True, redis: bool = True, durable: bool = True) -> Iterator[Urls]:
    """Start what does not run yet; what this call was the last to use is stopped at the end.

    `durable=False` lets PostgreSQL skip waiting for the disk (tests). Raises NotStarted.
    """
    kinds = [kind for kind, wanted in (("postgres", database), ("valkey", redis)) if wanted]
    with contextlib.ExitStack() as stack:
        users = [stack.enter_context(contextlib.closing(Use(kind, folder, durable=durable))) for kind in kinds]
        for use in users:
            use.wait()
        yield urls(folder)


class Use:
    """One user's hold on one server: the server runs while at least one of them is open."""

    def __init__(self, kind: str, folder: Path, *, durable: bool = True) -> None:
        self.kind = kind
        self.folder = folder.resolve()
        self.durable = durable
        self._line: socket.socket | None = None
        self._spawned: subprocess.Popen[bytes] | None = None
        self._connect_or_spawn()

    def wait(self) -> None:
        """Return when the server answers. Raises NotStarted."""
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            if self._line is None and not self._connect_or_spawn():
                time.sleep(0.02)
            elif self._is_ready(end):
                return
        raise NotStarted(f"The private {self.kind} did not start within {START_TIMEOUT:.0f} s; see {self.folder}.")

    @property
    def lost(self) -> bool:
        """True once the keeper itself is gone, and its server with it; `wait` starts another."""
        if self._line is None:
            return True
        self._line.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if not self._line.recv(64):
                self._hang_up()
        return self._line is None

    def close(self) -> None:
        """Let go. If nobody else uses the server, return when it has stopped."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.settimeout(30)
                self._line.shutdown(socket.SHUT_WR)
                while self._line.recv(64):
                    pass
            self._hang_up()
        if self._spawned is not None:
            self._spawned.poll()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _connect_or_spawn(self) -> bool:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(str(keeper.line(socket_folder(self.folder), self.kind)))
        except OSError:
            line.close()
            if self._spawned is None or self._spawned.poll() is not None:
                self._spawned = self._spawn()
            return False
        self._line = line
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = [
            self.kind,
            str(self.folder),
            str(socket_folder(self.folder)),
            "durable" if self.durable else "fast",
        ]
        return subprocess.Popen(
            [sys.executable, "-E", "-s", "-P", keeper.__file__, *arguments],
            start_new_session=True,  # Ctrl-C is for the command, which may still need its database to end well
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

    def _is_ready(self, end: float) -> bool:
        assert self._line is not None
        self._line.settimeout(max(0.1, end - time.monotonic()))
        try:
            word, _space, reason = self._line.recv(4096).decode().strip().partition(" ")
        except OSError:
            word = reason = ""
        if word == "ready":
            return True
        self._hang_up()
        if word == "failed":
            raise NotStarted(f"The private {self.kind} did not start: {reason}")
        return False
