"""Structured logs: one JSON object a line, with request id and user id, never a word about anyone's health."""

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from vitas.common.context import current


class RequestFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        context = current.get()
        record.request_id = context.request_id
        record.user_id = context.user_id
        return True


class JsonFormatter(BaseJsonFormatter):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(user_id)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            **options,
        )
