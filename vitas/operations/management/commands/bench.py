"""`manage.py bench` (`make bench`): requests a second of a production-shaped server, beside its floors."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as wall_time
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.test import Client

from vitas.accounts.actor import OPERATIONS
from vitas.accounts.tokens import AccessToken
from vitas.common.acting import acting_as
from vitas.operations.bench import desk, load, made_up, recording, trail, walls

DATABASE = "vitas_bench"
AUDIT_DATABASE = "vitas_bench_audit"
WALLS_DATABASE = "vitas_bench_walls"
ZONE = ZoneInfo("America/Sao_Paulo")
REASON = "Follow-up of blood pressure"
SMALL, LARGE = 10_000, 1_000_000
SESSION = made_up.made_up_id("session", 0)


@dataclass(frozen=True)
class Call:
    """One request of a scenario, and the values in it that the floor must put in place of the recorded ones."""

    method: str
    path: str
    token: str = ""
    values: dict[str, Any] | None = None
    body: str = ""

    @property
    def line(self) -> str:
        values = ";".join(f"{name}={value}" for name, value in (self.values or {}).items())
        return "\t".join([self.method, self.path, self.token, values, self.body])


CallOf = Callable[[int], Call]  # the n-th request of a scenario
MOST_A_SECOND = 8_000
SET_HIGH = 10**9


class Command(BaseCommand):
    help = "Measure slots, booking, my list and search by place; needs wrk. Makes and keeps a database of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=4, help="length of each measurement (default 4)")
        parser.add_argument("--clients", type=int, nargs="+", default=[1, 10, 50])
        parser.add_argument("--only", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
        parser.add_argument("--workers", type=int, default=2, help="processes of the server (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads a process (default 4)")
        parser.add_argument("--desk", action="store_true", help="only what the front desk waits for; needs no wrk")
        parser.add_argument("--walls", action="store_true", help="only what row-level security costs; needs no wrk")
        parser.add_argument("--audit", action="store_true", help="only questions to the audit trail; needs no wrk")
        parser.add_argument("--entries", type=int, default=10_000_000, help="of the audit trail (default 10,000,000)")
        parser.add_argument("--fresh", action="store_true", help="make the database anew")
        parser.add_argument(
            "--growth", action="store_true", help="also compare 10,000 with 1,000,000 (implies --fresh)"
        )

    @acting_as(OPERATIONS)
    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["desk"] or options["audit"] or options["walls"]) and not shutil.which("wrk"):
            raise CommandError("wrk is not installed: apt-get install wrk")
        self.folder = Path(settings.VAR) / "bench"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = options
        # Its counts are kept apart from those of whoever uses this installation.
        settings.REDIS_URL = settings.REDIS_URL.replace("db=0", "db=9")
        settings.RATE_LIMIT_MAX_REQUESTS = settings.RATE_LIMIT_BOOKING_MAX = SET_HIGH
        if options["audit"]:
            self._measure_audit(fresh=options["fresh"], entries=options["entries"])
            return
        if options["walls"]:
            self._measure_walls(fresh=options["fresh"])
            return
        self._make_database(fresh=options["fresh"] or options["growth"])
        if options["desk"]:
            self._measure_desk()
            return
        self.stdout.write(f"{'':10}{'clients':>8} {'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'errors':>8}")
        for name in options["only"]:
            self._measure(name)

    def _measure_desk(self) -> None:
        """In this process: what the page costs, without the network's share."""
        self.stdout.write(f"{'median ms':>10}{'slowest':>10}{'found':>10}  what")
        for taken in desk.measure():
            self.stdout.write(f"{taken.median:>10.1f}{taken.slowest:>10.1f}{taken.found:>10,}  {taken.what}")

    def _measure_walls(self, *, fresh: bool) -> None:
        """In this process, with the walls and without them by turns; over a small database, for it is rows asked for
        that are judged, not rows there are."""
        if self._open_database(WALLS_DATABASE, fresh=fresh):
            made_up.grow(SMALL)
        self.stdout.write(f"{'with, ms':>10}{'without':>10}{'costs':>10}  what")
        for found in walls.measure({name: SCENARIOS[name]() for name in ("slots", "list", "create")}):
            one, other = median(found.with_walls), median(found.without)
            self.stdout.write(f"{one:>10.2f}{other:>10.2f}{found.costs:>10.2f}  {found.what}")

    def _measure_audit(self, *, fresh: bool, entries: int) -> None:
        """In this process, over a database of its own."""
        if self._open_database(AUDIT_DATABASE, fresh=fresh):
            self.stdout.write(f"making {entries:,} audit entries …")
            trail.fill(entries, self.stdout.write)
        self.stdout.write(f"{'CPU ms':>10}{'median ms':>10}{'p95':>10}{'slowest':>10}  what")
        for taken in trail.measure():
            figures = (taken.cpu, taken.median, taken.p95, taken.slowest)
            self.stdout.write("".join(f"{figure:>10.1f}" for figure in figures) + f"  {taken.what}")

    def _open_database(self, name: str, *, fresh: bool) -> bool:
        """Use this database from here on; True if it was made, and is empty but for its tables."""
        owner = connections["owner"].get_connection_params()
        with psycopg.connect(**owner, autocommit=True) as server:
            there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if there and fresh:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            if fresh or not there:
                server.execute(f"CREATE DATABASE {name}")
        for alias in ("owner", "default"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        if there and not fresh:
            return False
        call_command("migrate", database="owner", verbosity=0)
        return True

    def _make_database(self, *, fresh: bool) -> None:
        if not self._open_database(DATABASE, fresh=fresh):
            return
        self.stdout.write(f"making {made_up.SEARCHED:,} doctors and {SMALL:,} appointments …")
        made_up.grow(SMALL)
        before = self._times() if self.options["growth"] else {}
        self.stdout.write(f"… growing to {LARGE:,} appointments …")
        made_up.grow(LARGE, already=SMALL)
        after = self._times() if before else {}
        for name, was in before.items():
            now = after[name]
            self.stdout.write(f"{name}: {was:.2f} ms at {SMALL:,}, {now:.2f} ms at {LARGE:,}: {now / was:.2f} times")

    def _times(self) -> dict[str, float]:
        """Milliseconds of one request in this process: the quickest fifth, for others disturb the rest."""
        times = {}
        for name in ("slots", "list"):
            call_of = SCENARIOS[name]()
            taken = []
            for call in map(call_of, range(400)):
                began = time.perf_counter()
                _send(call)
                taken.append((time.perf_counter() - began) * 1000)
            times[name] = quantiles(taken[100:], n=5)[0]
        return times

    def _measure(self, name: str) -> None:
        call_of = SCENARIOS[name]()
        kept = _record(call_of)
        kept.keep(self.folder / f"{name}.recording")
        redis_calls = sum(call[0] == "redis" for call in kept.calls)
        self.stdout.write(
            f"{name}: {len(kept.statements)} statements, {redis_calls} Redis calls, {len(kept.answer)} bytes"
        )
        self.next = 2 * made_up.DOCTORS
        rates: dict[str, dict[int, float]] = {}
        for kind, target, path in (
            ("vitas", "vitas.wsgi:application", ""),
            ("floor", "vitas.operations.bench.floor:application", f"/{name}/full"),
            ("lean", "vitas.operations.bench.floor:application", f"/{name}/lean"),
        ):
            with self._server(target) as port:
                self._load(call_of, port, max(self.options["clients"]), path, seconds=2)  # every thread warms up
                rates[kind] = {
                    clients: self._run(kind, call_of, port, clients, path) for clients in self.options["clients"]
                }
        for clients in self.options["clients"]:
            share = rates["vitas"][clients] / rates["floor"][clients]
            self.stdout.write(f"{'':10}{clients:>8} {share:>11.2f} of the floor")

    def _run(self, kind: str, call_of: CallOf, port: int, clients: int, path: str) -> float:
        result = self._load(call_of, port, clients, path, seconds=self.options["seconds"])
        figures = f"{result.rate:>11,.0f}{result.p50:>9.1f}{result.p95:>9.1f}{result.errors:>8}"
        self.stdout.write(f"{kind:10}{clients:>8} {figures}")
        return result.rate

    def _load(self, call_of: CallOf, port: int, clients: int, path: str, *, seconds: int) -> load.Result:
        """Every run goes on where the last one stopped, for a time can be booked once."""
        requests = self.folder / "requests.tsv"
        lines = (call_of(self.next + n).line for n in range(MOST_A_SECOND * seconds))
        requests.write_text("\n".join(lines))
        result = load.run(requests, port=port, clients=clients, seconds=seconds, path=path)
        self.next += int(result.requests * 1.3) + 2 * clients  # the two threads are not equally fast
        return result

    @contextmanager
    def _server(self, target: str) -> Iterator[int]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        command += [
            "--workers",
            str(self.options["workers"]),
            "--blocking-threads",
            str(self.options["threads"]),
            target,
        ]
        # The database's address is of this run; everything else is as production would have it, limits set high.
        environment = os.environ | {
            "DATABASE_URL": settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{DATABASE}",
            "REDIS_URL": settings.REDIS_URL,
            "LOG_LEVEL": "info",
            "RATE_LIMIT_MAX_REQUESTS": str(SET_HIGH),
            "RATE_LIMIT_BOOKING_MAX": str(SET_HIGH),
            "BENCH_FOLDER": str(self.folder),
        }
        with (self.folder / "server.log").open("a") as log:
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(15)


def _wait_for(port: int) -> None:
    for _try in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise CommandError("The server did not start; see var/bench/server.log.")


def _token(caller: made_up.Caller) -> str:
    token = AccessToken()
    token.set_exp(lifetime=settings.ACCESS_TOKEN_LIFETIME * 20)
    claims = {
        "userId": str(caller.user),
        "patientId": str(caller.patient),
        "sid": str(SESSION),
        "email": "",
        "role": "patient",
    }
    for name, value in claims.items():
        token[name] = value
    return str(token)


def _slots() -> CallOf:
    days = made_up.free_days(10)
    doctors = [made_up.made_up_id("doctor", n) for n in range(made_up.DOCTORS)]

    def call(n: int) -> Call:
        doctor, day = doctors[n % len(doctors)], days[n // len(doctors) % len(days)]
        return Call("GET", f"/api/v1/doctors/{doctor}/availability?date={day}", values={"doctor": doctor})

    return call


def _create() -> CallOf:
    """Every free time of every doctor in turn, each caller never twice at the same time."""
    callers = made_up.callers()[: made_up.DOCTORS]
    tokens = [_token(caller) for caller in callers]
    times = [wall_time(hour, minute) for hour in (9, 10, 11, 14, 15, 16) for minute in (0, 30)]
    starts = [datetime.combine(day, at, ZONE).astimezone(UTC) for day in made_up.free_days(95) for at in times]
    taken = _starts_taken(starts)

    def call(n: int) -> Call:
        start, doctor = starts[taken + n // len(callers)].isoformat(), made_up.made_up_id("doctor", n % len(callers))
        asked = {"providerId": str(doctor), "startsAt": start, "type": "consultation", "reason": REASON}
        values = {
            "doctor": doctor,
            "place": made_up.made_up_id("place", n % len(callers)),
            "clinic": made_up.made_up_id("clinic", made_up.clinic_of(n % len(callers))),
            "patient": callers[n % len(callers)].patient,
            "user": callers[n % len(callers)].user,
            "start": start,
        }
        return Call("POST", "/api/v1/appointments", tokens[n % len(callers)], values, json.dumps(asked))

    return call


def _starts_taken(starts: list[datetime]) -> int:
    """How many of the free times earlier runs have used up."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT max(starts_at) FROM appointments_appointment")
        last = cursor.fetchone()[0]
    return sum(start <= last for start in starts)


def _list() -> CallOf:
    callers = made_up.callers()[made_up.DOCTORS :]  # not those who book: the floor cannot seal their reasons
    tokens = [_token(caller) for caller in callers]

    def call(n: int) -> Call:
        caller = callers[n % len(callers)]
        return Call(
            "GET",
            "/api/v1/appointments",
            tokens[n % len(callers)],
            {"user": caller.user, "patient": caller.patient},
        )

    return call


def _search() -> CallOf:
    specialties = ["cardiology", "dermatology", "family_medicine", "neurology", "pediatrics"]

    def call(n: int) -> Call:
        where = f"latitude={-23.5 + n % 50 * 0.05:.4f}&longitude={-46.6 + n % 37 * 0.05:.4f}&radius=10"
        return Call("GET", f"/api/v1/doctors/search?{where}&specialization={specialties[n % len(specialties)]}")

    return call


SCENARIOS = {"slots": _slots, "create": _create, "list": _list, "search": _search}


@cache
def _client() -> Client:
    """One for all: a new one sets up every middleware anew."""
    return Client()


def _send(call: Call) -> bytes:
    headers = {"authorization": f"Bearer {call.token}"} if call.token else {}
    response = _client().generic(call.method, call.path, call.body.encode(), "application/json", headers=headers)
    if response.status_code >= 300:
        raise CommandError(f"{call.method} {call.path}: {response.status_code} {response.content[:500]!r}")
    return response.content


def _record(call_of: CallOf) -> recording.Recording:
    """What the second of two like requests asks: by then connections, scripts and keys are there."""
    _send(call_of(0))
    same = call_of(made_up.DOCTORS)  # the same doctor and caller, another time
    with recording.recorded() as kept:
        kept.answer = _send(same)
    values = dict(same.values or {})
    if "start" in values:
        values["start"] = datetime.fromisoformat(values["start"])
    known = {value for value in values.values() if isinstance(value, UUID)} | {made_up.ORGANIZATION, SESSION}
    kept.values = {**values, "known": frozenset(known)}
    return kept
