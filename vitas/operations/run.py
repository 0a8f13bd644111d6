"""`make run`: everything on one machine, kept running until Ctrl-C. For development and the demo, not for production.

The supervisor starts the private servers that are not configured, prepares the database, starts the web server, the
worker and the clock, and starts again whatever ends. All of them die with it, however it dies.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from vitas.operations import embedded, keeper

TICK = 0.2  # seconds between two looks at the children
HEAD_START = 2.0  # seconds by which the web server goes ahead: it is what the person waits for
CALM = 60.0  # seconds after which an end is the first again
LONGEST_WAIT = 30.0  # seconds before a child that keeps ending is tried again
GRACE = 10.0  # seconds for a child to end in order
HEALTHY_BY = 20.0  # seconds until the addresses are printed even if not all is well


class CannotRun(Exception):
    """Vitas cannot be started here; the text tells the person what to do."""


@dataclass
class Child:
    """A process that is to run for as long as the supervisor does."""

    name: str
    command: list[str]
    stop_signal: signal.Signals = signal.SIGTERM
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    ends: int = 0  # in a row
    not_before: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends all in order
            preexec_fn=keeper.die_with_parent(self.stop_signal),  # safe: the supervisor has one thread
        )

    def look_after(self) -> str:
        """Start it again if it has ended, later each time. Returns what there is to tell."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            return ""
        self.kill()
        self.process = None
        self.ends = self.ends + 1 if now - self.started < CALM else 1
        wait = min(LONGEST_WAIT, 2.0 ** (self.ends - 1))
        self.not_before = now + wait
        return f"{self.name} ended ({code}); it is started again in {wait:.0f} s."

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self, by: float) -> None:
        """Return when it has ended, at the latest soon after `by` (monotonic seconds)."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, by - time.monotonic()))
        self.kill()
        self.process.wait()

    def kill(self) -> None:
        """It and what it started: a worker of the web server would go on and hold the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def children(*, port: int, var: Path) -> list[Child]:
    """The web server for pages, API and sockets at once, the worker, and the clock that queues what is due."""
    python = Path(sys.executable).parent
    celery = [str(python / "celery"), "--app", "vitas", "--quiet"]
    web = [str(python / "granian"), "--interface", "asginl", "--ws", "--host", "127.0.0.1", "--port", str(port)]
    beat = [*celery, "beat", "--schedule", str(var / "beat-schedule"), "--pidfile=", "--loglevel", "warning"]
    later = time.monotonic() + HEAD_START
    return [
        Child(
            "web",
            [*web, "--log-level", "warning", "--respawn-failed-workers", "vitas.asgi:application"],
            environment={"PYTHONWARNINGS": "ignore:::django.core.handlers.asgi"},  # of files read in one go
        ),
        # Threads, so that the worker is one process and leaves none behind, and so that it starts at once.
        Child(
            "worker",
            [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "warning", "--without-mingle"],
            stop_signal=signal.SIGQUIT,  # at once: what was in hand is found and done by a sweep
            environment={"PYTHONWARNINGS": "ignore:::celery.platforms"},  # of root, which a demo may be
            not_before=later,
        ),
        # Recordings, by themselves: what takes minutes holds up nothing that takes moments, nor the pages (`nice`).
        # Models are loaded when the first recording comes, so that it weighs no more than the other until then.
        Child(
            "scribe",
            [
                *["nice", "-n", "10", *celery, "worker", "--queues", "scribe", "--hostname", "scribe@%h"],
                *["--pool", "threads", "--concurrency", "1", "--loglevel", "warning", "--without-mingle"],
                *["--without-gossip"],
            ],
            stop_signal=signal.SIGQUIT,
            environment={"PYTHONWARNINGS": "ignore:::celery.platforms"},
            not_before=later + HEAD_START,
        ),
        Child("beat", beat, not_before=later),
    ]


class Supervisor:
    def __init__(self, *, servers: Sequence[embedded.Use], children: Sequence[Child]) -> None:
        self.servers = servers
        self.children = children
        self.stopping = 0

    def run(self, *, port: int, greeting: Callable[[], str]) -> None:
        """Until a signal asks to stop. The greeting is told once /health answers."""
        greet_by = time.monotonic() + HEALTHY_BY
        greeted = False
        while not self.stopping:
            self._look_after_servers()
            for child in self.children:
                tell(child.look_after())
            if not greeted and (health(port) == 200 or (time.monotonic() > greet_by and health(port))):
                tell(greeting())
                greeted = True
            time.sleep(TICK)

    def stop(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        by = time.monotonic() + GRACE
        for child in self.children:
            child.stop(by)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping += 1
        if self.stopping == 2:  # an impatient second Ctrl-C
            for child in self.children:
                child.kill()

    def _look_after_servers(self) -> None:
        for server in self.servers:
            if server.lost and not self.stopping:
                tell(f"{server.kind} is started again.")
                try:
                    server.wait()
                except embedded.NotStarted as error:
                    tell(str(error))


@contextlib.contextmanager
def signals_to(supervisor: Supervisor) -> Iterator[None]:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    before = {number: signal.signal(number, supervisor.on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def require_free(port: int) -> None:
    """Raises CannotRun if something else serves this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotRun(f"Port {port} is for root alone. Choose one above 1023: PORT=8000 make run") from None
        except OSError:
            raise CannotRun(
                f"Port {port} is taken: another program serves it, perhaps Vitas itself. "
                f"Stop that one, or choose another port: PORT={port + 1} make run"
            ) from None


def health(port: int) -> int:
    """The status that /health answers with, 0 if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def tell(sentence: str) -> None:
    if sentence:
        print(sentence, flush=True)  # noqa: T201
