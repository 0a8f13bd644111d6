"""Answers in JSON with camelCase names."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_LONGEST_NAME = 100
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


class AsIs(dict[str, Any]):
    """An object whose names stay as they are: the snake_case `doctor` and `patient` of S0, S1's families."""


def camel(name: str) -> str:
    """`starts_at` → `startsAt`; `line_1` → `line_1`, so that it comes back the same."""
    return _remembered_camel(name) if len(name) <= _LONGEST_NAME else name


@lru_cache(maxsize=4096)
def _remembered_camel(name: str) -> str:
    head, *rest = name.split("_")
    if not head or not all(part and part[0].isalpha() for part in rest):
        return name
    return head + "".join(part[0].upper() + part[1:] for part in rest)


def camelize(value: Any) -> Any:
    """The same structure with camelCase names, but for what is marked `AsIs`."""
    if isinstance(value, AsIs):
        return value
    if isinstance(value, dict):
        return {camel(str(name)): camelize(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [camelize(item) for item in value]
    return value


class CamelCaseRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return orjson.dumps(camelize(data), default=str, option=_OPTIONS)


class AlwaysJson(BaseContentNegotiation):
    """Whatever a client says it accepts, the API speaks JSON."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        for parser in parsers:
            if wanted in {"", parser.media_type} or wanted.endswith("+json"):
                return parser
        return None

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        (renderer, *_others) = renderers
        return renderer, renderer.media_type
