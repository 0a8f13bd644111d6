"""Structured logs: one JSON object a line, with request id and user id, never a word about anyone's health."""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from pythonjsonlogger.orjson import OrjsonFormatter as BaseJsonFormatter

from vitas.common.context import current

log = logging.getLogger(__name__)

SLOW_QUERY = 1.0  # seconds (S3 11.2)

# What others attach to their records and may hold what a person wrote: the request with its query, SQL's values, a
# task's arguments.
_NEVER = {
    "request",
    "sql",
    "params",
    "duration",
    "alias",
    "data",
    "exc_text",
    "stack_info",
    "taskName",
    "color_message",
}

# Exceptions whose text is the program's own. The text of any other may hold a value that somebody typed.
_SPEAKS_OF_CODE = (AttributeError, NameError, ImportError, TypeError, NotImplementedError, ImproperlyConfigured)


class RequestFilter(logging.Filter):
    """Says whose request a line belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        context = current.get()
        record.request_id = context.request_id
        record.user_id = context.user_id
        if isinstance(record.args, dict) and "exc" in record.args:
            # Celery tells of a failed task with the exception's text.
            record.args = {**record.args, "exc": "see the stack", "traceback": "", "args": "", "kwargs": ""}
        return True


class JsonFormatter(BaseJsonFormatter):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(user_id)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            reserved_attrs=[*logging.makeLogRecord({}).__dict__, *_NEVER],
            **options,
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def formatException(self, ei: Any) -> str:
        """Where it happened, frame by frame, and what: without the words of exceptions that may quote a person."""
        told: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(told) < 5:
            frames = "".join(traceback.format_tb(error.__traceback__))
            told.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{_words(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\ncaused by\n".join(told)


def _words(error: BaseException) -> str:
    if isinstance(error, _SPEAKS_OF_CODE):
        return f": {error}"
    found = getattr(error, "diag", None) or (
        isinstance(error, DatabaseError) and getattr(error.__cause__, "diag", None)
    )
    if found:
        names = (found.sqlstate, found.constraint_name, found.table_name, found.column_name)
        return f": {' '.join(name for name in names if name)}"
    return ""


def watch_queries(connection: Any, **_signal: Any) -> None:
    """A receiver of `connection_created`: every statement of the connection is timed."""
    if _time_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time_query)


def _time_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Logs a slow statement as it was written, without its values."""
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - began
        if seconds >= SLOW_QUERY:
            log.warning("slow query", extra={"ms": round(seconds * 1000), "statement": str(sql)[:2000]})
