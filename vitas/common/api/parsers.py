"""Requests in JSON, in camelCase or snake_case alike."""

import json
import re
from functools import lru_cache
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from vitas.common.errors import Refused

_WORD = re.compile(r"(?<=[a-z0-9])([A-Z])")


class TooLarge(Refused):
    """413: the body is over 1 MB."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`startsAt` → `starts_at`; what has no capital stays as it is."""
    return _WORD.sub(lambda found: "_" + found[1].lower(), name)


def snakeize(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake(name): snakeize(item) for name, item in value.items()}
    if isinstance(value, list):
        return [snakeize(item) for item in value]
    if isinstance(value, str):
        require_text(value)
    return value


def require_text(value: str) -> None:
    """Refuses NUL and halves of surrogate pairs: no column and no answer can hold them."""
    if "\x00" in value or not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ParseError(_("The request holds characters that are not text."))


class CamelCaseParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        try:
            body = stream.read(limit + 1)
        except RequestDataTooBig:
            body = b" " * (limit + 1)
        if len(body) > limit:
            raise TooLarge(_("The request is larger than 1 MB."))
        if not body.strip():
            return {}
        try:
            return snakeize(json.loads(body.decode("utf-8"), parse_constant=_no_constant))
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)
