"""`make run` keeps its processes going, and takes them all along when it ends, however it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from vitas.operations import run

PROJECT = Path(__file__).parents[3]
SLEEP = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]

# A supervisor with one child, whose process id it tells.
SUPERVISOR = """
import sys
from vitas.operations import run
child = run.Child("sleeper", [sys.executable, "-S", "-c", "import time; time.sleep(60)"])
supervisor = run.Supervisor(servers=[], children=[child])
with run.signals_to(supervisor):
    child.start()
    print(child.process.pid, flush=True)
    supervisor.run(port=9, greeting=str)
    supervisor.stop()
"""


@pytest.fixture
def supervisor_process() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running supervisor, and the process id of its child."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", SUPERVISOR]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        yield process, child
        process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def soon(happens: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not happens() and time.monotonic() < end:
        time.sleep(0.02)
    return happens()


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_child_that_ends_is_started_again_later_each_time() -> None:
    child = run.Child("short", [sys.executable, "-S", "-c", "raise SystemExit(3)"])
    waits = []

    for _ in range(3):
        child.start()
        assert child.process
        child.process.wait()
        told = child.look_after()
        waits.append(round(child.not_before - time.monotonic()))

    assert told == "short ended (3); it is started again in 4 s."
    assert waits == [1, 2, 4]


def test_child_is_left_alone_until_its_time_has_come() -> None:
    child = run.Child("sleeper", SLEEP, not_before=time.monotonic() + 60)

    assert child.look_after() == ""
    assert child.process is None


def test_child_that_ran_calmly_is_started_again_at_once() -> None:
    child = run.Child("calm", [sys.executable, "-S", "-c", ""], ends=5)
    child.start()
    assert child.process
    child.process.wait()
    child.started -= run.CALM

    assert child.look_after() == "calm ended (0); it is started again in 1 s."


def test_term_ends_supervisor_and_children(supervisor_process: tuple[subprocess.Popen[str], int]) -> None:
    process, child = supervisor_process

    process.terminate()

    assert process.wait(10) == 0
    assert gone(child)


def test_killed_supervisor_takes_its_children_along(supervisor_process: tuple[subprocess.Popen[str], int]) -> None:
    process, child = supervisor_process

    process.kill()

    assert soon(lambda: gone(child))


def test_killed_child_comes_back(supervisor_process: tuple[subprocess.Popen[str], int]) -> None:
    process, child = supervisor_process

    os.kill(child, signal.SIGKILL)

    assert process.stdout
    assert process.stdout.readline() == f"sleeper ended ({-signal.SIGKILL}); it is started again in 1 s.\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    assert soon(lambda: children.read_text().split() not in ([], [str(child)]))


def with_worker(told: Path, *, then: str) -> list[str]:
    """A program that starts a further one in its own group, as the web server does, and writes down its id."""
    lines = [
        "import subprocess",
        f"worker = subprocess.Popen({SLEEP!r})",
        f"open({str(told)!r}, 'w').write(str(worker.pid))",
        then,
    ]
    return [sys.executable, "-S", "-c", "\n".join(lines)]


def test_child_that_ended_leaves_nothing_behind_that_holds_the_port(tmp_path: Path) -> None:
    told = tmp_path / "worker"
    child = run.Child("web", with_worker(told, then="raise SystemExit(1)"))
    child.start()
    assert child.process
    child.process.wait()

    child.look_after()

    assert soon(lambda: gone(int(told.read_text())))


def test_second_signal_ends_what_the_children_started_too(tmp_path: Path) -> None:
    told = tmp_path / "worker"
    child = run.Child("web", with_worker(told, then="worker.wait()"))
    supervisor = run.Supervisor(servers=[], children=[child])
    child.start()
    assert soon(lambda: told.exists() and told.read_text() != "")

    supervisor.on_signal(signal.SIGINT, None)
    supervisor.on_signal(signal.SIGINT, None)

    assert soon(lambda: gone(int(told.read_text())))
    child.stop(by=time.monotonic())


def test_taken_port_is_said_in_a_sentence_and_exit_code(taken_port: int) -> None:
    environment = {**os.environ, "PORT": str(taken_port)}

    done = subprocess.run(
        [sys.executable, "manage.py", "run"], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == (
        f"CommandError: Port {taken_port} is taken: another program serves it, perhaps Vitas itself. "
        f"Stop that one, or choose another port: PORT={taken_port + 1} make run\n"
    )


def test_free_port_is_no_reason_to_stop(taken_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]

    run.require_free(free)


def test_health_tells_the_status_and_nothing_when_nobody_answers() -> None:
    class Degraded(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Degraded) as server:
        threading.Thread(target=server.handle_request).start()
        port = server.server_port
        assert run.health(port) == 503

    assert run.health(port) == 0


def test_texts_are_compiled_when_they_changed(tmp_path: Path, settings: Settings) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "es/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="Saturday", msgstr="Sábado"))
    catalogue.save(str(source))

    call_command("compile_texts", verbosity=0)
    compiled = source.with_suffix(".mo")
    first = compiled.stat().st_mtime_ns
    call_command("compile_texts", verbosity=0)

    assert [entry.msgstr for entry in polib.mofile(str(compiled))] == ["Sábado"]
    assert compiled.stat().st_mtime_ns == first
