"""The floor: a bare psycopg WSGI program. It asks what a recorded request asked, and answers what it answered.

`lean` in the address asks only the statement that does the work (the free times; the visit and its claims; the page).
"""

import os
import pickle  # nosec B403  # reads only what it has written itself, on the machine that measures
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import redis
from psycopg.types.range import TimestamptzRange

from vitas.common.ids import new_id
from vitas.operations.bench.recording import Recording

FOLDER = Path(os.environ.get("BENCH_FOLDER", "var/bench"))
LEAN = {"slots": ("generate_series",), "list": ("ORDER BY",), "create": ("appointments_appointment", "timeclaim")}

_here = threading.local()
_recordings: dict[str, Recording] = {}
_redis = redis.Redis.from_url(os.environ["REDIS_URL"])


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """`/<name>/full` or `/<name>/lean`; the header X-Bench names what differs: `doctor=…;start=…`."""
    _slash, name, depth = environ["PATH_INFO"].split("/")
    recording = _recording(name)
    values = dict(pair.split("=", 1) for pair in environ.get("HTTP_X_BENCH", "").split(";") if pair)
    _ask(recording, _changed(recording, values), lean=LEAN.get(name, ("SELECT",)) if depth == "lean" else ())
    start_response("200 OK", [("Content-Type", "application/json")])
    return [recording.answer]


def _recording(name: str) -> Recording:
    if name not in _recordings:
        _recordings[name] = pickle.loads((FOLDER / f"{name}.recording").read_bytes())  # nosec B301
    return _recordings[name]


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_here, "connection"):
        url = os.environ["DATABASE_URL"]
        _here.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
    return _here.connection


def _ask(recording: Recording, changed: "_Changed", *, lean: tuple[str, ...]) -> None:
    connection = _connection()
    for kind, what, parameters in recording.calls:
        if kind == "sql" and (not lean or _works(what, lean)):
            cursor = connection.execute(what, changed.all(parameters, fresh="INSERT" in what))
            if cursor.description:
                cursor.fetchall()
        elif kind == "redis" and not lean:
            _redis.execute_command(*what)
        elif kind in ("begin", "commit"):
            connection.execute(kind.upper())


def _works(statement: str, lean: tuple[str, ...]) -> bool:
    wanted = "INSERT" if "timeclaim" in lean else "SELECT"
    return wanted in statement and any(word in statement for word in lean)


def _changed(recording: Recording, values: dict[str, str]) -> "_Changed":
    old = recording.values
    new: dict[Any, Any] = {old[name]: UUID(value) for name, value in values.items() if name in old and name != "start"}
    if "start" in values:
        start = datetime.fromisoformat(values["start"])
        half = timedelta(minutes=30)
        new |= {old["start"]: start, old["start"] + half: start + half}
        new[TimestamptzRange(old["start"], old["start"] + half, "[)")] = TimestamptzRange(start, start + half, "[)")
    return _Changed(new, known=old.get("known", frozenset()))


class _Changed:
    """What was recorded, with this request's values; ids that the server makes are made anew."""

    def __init__(self, new: dict[Any, Any], *, known: frozenset[UUID]) -> None:
        self.new, self.known = new, known

    def all(self, parameters: Any, *, fresh: bool) -> Any:
        if isinstance(parameters, dict):
            return {name: self.one(value, fresh) for name, value in parameters.items()}
        return [self.one(value, fresh) for value in parameters] if parameters is not None else None

    def one(self, value: Any, fresh: bool) -> Any:
        if isinstance(value, list):
            return [self.one(item, fresh) for item in value]
        try:
            if value in self.new:
                return self.new[value]
        except TypeError:
            return value
        if fresh and isinstance(value, UUID) and value not in self.known:
            self.new[value] = new_id()
            return self.new[value]
        return value
