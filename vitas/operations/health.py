"""How the servers that Vitas stands on are: all asked at once, with a short time-out, the answer kept a moment."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
import psycopg
from botocore.config import Config
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections

from vitas.common import limits

TIMEOUT = 2.0  # seconds for all checks together, for they run side by side
KEPT = 2.0  # seconds an answer is good for
HEARTBEAT_KEY = "health:worker"
HEARTBEAT_SECONDS = 10  # between two heartbeats of the worker
MISSED = 4.5  # heartbeats that a worker may miss before it counts as down


class Status(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Check:
    """One server: up or down, and in how many milliseconds it said so."""

    status: Status
    ms: float


@dataclass(frozen=True, slots=True)
class Health:
    """`down` when the database or Redis is, for then nobody is served well; without worker or storage `degraded`."""

    status: Status
    checks: dict[str, Check]


class Down(Exception):
    """The check found the server not to work."""


_lock = Lock()
_kept: tuple[float, Health] | None = None


def health() -> Health:
    """How things are now, or were a moment ago. Answers within about two seconds, whatever hangs."""
    global _kept
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] > KEPT:
            checks = _check_all()
            _kept = (time.monotonic(), Health(_overall(checks), checks))
        return _kept[1]


def forget() -> None:
    """Ask anew at the next call."""
    global _kept
    _kept = None


def beat() -> None:
    """The worker's sign of life."""
    limits.server().set(HEARTBEAT_KEY, str(time.time()), ex=3600)


def _check_all() -> dict[str, Check]:
    began = time.monotonic()
    running = {name: _threads().submit(_timed, check) for name, check in CHECKS.items()}
    return {name: _result(future, began) for name, future in running.items()}


def _timed(check: Callable[[], None]) -> Check:
    began = time.monotonic()
    try:
        check()
        return Check(Status.UP, _ms_since(began))
    except Exception:
        return Check(Status.DOWN, _ms_since(began))


def _result(future: "Future[Check]", began: float) -> Check:
    try:
        return future.result(timeout=max(0.0, began + TIMEOUT - time.monotonic()))
    except TimeoutError:
        future.cancel()
        return Check(Status.DOWN, _ms_since(began))


def _ms_since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)


def _overall(checks: dict[str, Check]) -> Status:
    down = {name for name, check in checks.items() if check.status == Status.DOWN}
    if down & MATTERS:
        return Status.DOWN
    return Status.DEGRADED if down else Status.UP


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


def _check_database() -> None:
    """By a connection of its own: the request's might wait, and a pool might be empty."""
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    with psycopg.connect(**{**parameters, "connect_timeout": 2, "autocommit": True}) as connection:
        connection.execute("SET statement_timeout = 1500")
        connection.execute("SELECT 1")


def _check_redis() -> None:
    limits.server().ping()


def _check_worker() -> None:
    last = limits.server().get(HEARTBEAT_KEY)
    if last is None or time.time() - float(last) > HEARTBEAT_SECONDS * MISSED:
        raise Down


def _check_storage() -> None:
    if settings.STORAGE_TYPE == "s3":
        return _check_bucket()
    folder = Path(default_storage.location)  # type: ignore[attr-defined]
    existing = next(path for path in [folder, *folder.parents] if path.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)):
        raise Down
    return None


def _check_bucket() -> None:
    storages: dict[str, Any] = settings.STORAGES
    options = storages["default"]["OPTIONS"]
    quick = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    client = boto3.client("s3", region_name=options["region_name"], endpoint_url=options["endpoint_url"], config=quick)
    client.head_bucket(Bucket=options["bucket_name"])


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "redis": _check_redis,
    "worker": _check_worker,
    "storage": _check_storage,
}
MATTERS = {"database", "redis"}
