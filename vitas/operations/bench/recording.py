"""Recording what a real request asks of PostgreSQL and Redis, so that the floor can ask the same."""

import json
import pickle  # nosec B403  # reads only what it has written itself, on the machine that measures
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import redis
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Jsonb


@dataclass
class Recording:
    """The calls of one request in their order, and the values in them that the next request has otherwise."""

    calls: list[tuple[str, Any, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    answer: bytes = b""

    def keep(self, file: Path) -> None:
        file.write_bytes(pickle.dumps(self))

    @property
    def statements(self) -> list[str]:
        return [call[1] for call in self.calls if call[0] == "sql"]


@contextmanager
def recorded() -> Iterator[Recording]:
    """Everything this thread sends to the two servers meanwhile."""
    recording = Recording()
    here = threading.get_ident()
    ask_redis = redis.Redis.execute_command
    set_autocommit = BaseDatabaseWrapper.set_autocommit
    commit = BaseDatabaseWrapper.commit

    def sql(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        recording.calls.append(("sql", statement, _plain(parameters)))
        return execute(statement, parameters, many, context)

    def command(self: Any, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == here:  # what wakes the worker after a commit is sent by a thread of its own
            recording.calls.append(("redis", arguments, None))
        return ask_redis(self, *arguments, **options)

    def autocommit(self: Any, on: bool, *arguments: Any, **options: Any) -> Any:
        if not on:
            recording.calls.append(("begin", None, None))
        return set_autocommit(self, on, *arguments, **options)

    def committed(self: Any) -> Any:
        recording.calls.append(("commit", None, None))
        return commit(self)

    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(sql))
        stack.enter_context(mock.patch.object(redis.Redis, "execute_command", command))
        stack.enter_context(mock.patch.object(BaseDatabaseWrapper, "set_autocommit", autocommit))
        stack.enter_context(mock.patch.object(BaseDatabaseWrapper, "commit", committed))
        yield recording


def _plain(parameters: Any) -> Any:
    """Parameters that another process can read back."""
    if isinstance(parameters, dict):
        return {name: _plain(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return [_plain(value) for value in parameters]
    if isinstance(parameters, str):
        return str(parameters)  # a choice of a model's is more than its text
    return Jsonb(json.loads(json.dumps(parameters.obj))) if isinstance(parameters, Jsonb) else parameters
