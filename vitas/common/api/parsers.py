"""Requests in JSON, in camelCase or snake_case alike."""

import json
import math
import re
from functools import lru_cache
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from vitas.common.errors import Refused

_WORD = re.compile(r"(?<=[A-Za-z0-9])([A-Z])")
_LONGEST_NAME = 100  # no name of ours is longer, and what is remembered of names stays small
_DEEPEST = 50


class TooLarge(Refused):
    """413: the body is over 1 MB."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"
    sentence = gettext_lazy("The request is larger than 1 MB.")


def snake(name: str) -> str:
    """`startsAt` → `starts_at`; what has no capital stays as it is."""
    return _remembered_snake(name) if len(name) <= _LONGEST_NAME else name


@lru_cache(maxsize=4096)
def _remembered_snake(name: str) -> str:
    return _WORD.sub(lambda found: "_" + found[1].lower(), name)


def snakeize(value: Any, depth: int = 0) -> Any:
    """The same structure with snake_case names. Raises ParseError for what is no text, or too deep."""
    if isinstance(value, str):
        require_text(value)
    elif isinstance(value, dict | list) and depth >= _DEEPEST:
        raise ParseError(_("The body is nested too deeply."))
    elif isinstance(value, dict):
        for name in value:
            require_text(name)
        return {snake(name): snakeize(item, depth + 1) for name, item in value.items()}
    elif isinstance(value, list):
        return [snakeize(item, depth + 1) for item in value]
    return value


def require_text(value: str) -> None:
    """Refuses NUL and halves of surrogate pairs: no column and no answer can hold them."""
    try:
        clean = "\x00" not in value and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        clean = False
    if not clean:
        raise ParseError(_("The request holds characters that are not text."))


class CamelCaseParser(BaseParser):
    """A JSON body of at most 1 MB. Numbers are those that a database holds: 64-bit integers, finite decimals."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        try:
            body = stream.read(limit + 1)
        except RequestDataTooBig:
            body = b" " * (limit + 1)
        if len(body) > limit:
            raise TooLarge()
        if not body.strip():
            return {}
        try:
            read = json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_int=_whole, parse_float=_decimal)
            return snakeize(read)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error


def _refuse(number: str) -> None:
    raise ValueError(number)


def _whole(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise ParseError(_("A number in the body is too large."))
    return int(digits)


def _decimal(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise ParseError(_("A number in the body is too large."))
    return found
