"""The whole of Vitas with fresh demo data, for a browser: `manage.py run` in a folder and on a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vitas.operations import keeper, run

PROJECT: Final = Path(__file__).resolve().parents[3]
UP_BY: Final = 180.0  # seconds; the first start makes the database and compresses the static files
DOWN_BY: Final = 40.0

# A browser clicks faster than a person; each visitor comes from an address of their own (chromium.py says which).
_GENEROUS = {
    "RATE_LIMIT_MAX_REQUESTS": "100000",
    "RATE_LIMIT_AUTH_MAX": "1000",
    "RATE_LIMIT_BOOKING_MAX": "1000",
    "TRUSTED_PROXIES": "127.0.0.1",
    "VITAS_MODE": "demo",
    "LOG_LEVEL": "warning",
}
_NOT_INHERITED = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "FRONTEND_URL", "API_URL")


class NotUp(Exception):
    """The demo server did not start; the text ends with what it said last."""


@contextlib.contextmanager
def demo_server(folder: Path) -> Iterator[str]:
    """Yields `http://localhost:<port>`. The folder is emptied before and after. Raises NotUp."""
    _empty(folder)
    folder.mkdir(parents=True)
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    environment |= {**_GENEROUS, "VITAS_VAR": str(folder), "PORT": str(port)}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=keeper.die_with_parent(signal.SIGTERM),
        )
    try:
        _wait_until_up(process, port, folder / "server.log")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(DOWN_BY)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    _empty(folder)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Healthy means that the worker has told of itself too, so that payments will be confirmed."""
    end = time.monotonic() + UP_BY
    while run.health(port) != 200:
        if process.poll() is not None or time.monotonic() > end:
            raise NotUp("The demo server is not up:\n" + log.read_text(errors="replace")[-4000:])
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _empty(folder: Path) -> None:
    """Of a run that was killed files may be left; its keepers have ended with it."""
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def demo_server_or(address: str | None, folder: Path) -> contextlib.AbstractContextManager[str]:
    """The server that runs at this address already, or one of our own."""
    return contextlib.nullcontext(address) if address else demo_server(folder)
