"""Asking a server with `/v1/chat/completions`, as OpenAI's: theirs, or one of the house (vLLM, llama.cpp, Ollama …)."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import requests
from django.conf import settings

from processing.engines import EngineError

Message = dict[str, str]
_CONNECT: Final = 5.0  # seconds
_SILENCE: Final = 120.0  # seconds without a byte
_ALL: Final = 300.0  # seconds for one answer
_MOST_BYTES: Final = 4 * 1024 * 1024
_PATIENCE: Final = 3600.0  # seconds; what a server asks to wait at most


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote. `tokens`: asked and written; None where the server does not tell."""

    text: str
    complete: bool
    tokens: tuple[int, int] | None


class ChatServer:
    """One server and model. It remembers which form of structured output the server understands."""

    def __init__(self) -> None:
        self._forms = ["json_schema", "json_object", "plain"]

    def ask(self, messages: Sequence[Message], schema: dict[str, Any]) -> Answer:
        """Raises EngineError PROVIDER_AWAY, PROVIDER_BUSY, PROVIDER_REFUSED, PROVIDER_BROKEN."""
        while True:
            status, body, wait = _posted({**_asking(messages), **_form(self._forms[0], schema)})
            if status in (400, 422) and len(self._forms) > 1:
                self._forms.pop(0)  # it does not know this form; the next is simpler
                continue
            _require_done(status, wait)
            return _answer(body)


def _asking(messages: Sequence[Message]) -> dict[str, Any]:
    return {"model": settings.DRAFTER_MODEL, "messages": list(messages), "temperature": 0}


def _form(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name == "json_schema":
        shape = {"name": "note", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": shape}}
    return {"response_format": {"type": "json_object"}} if name == "json_object" else {}


def _posted(request: dict[str, Any]) -> tuple[int, bytes, float | None]:
    try:
        with requests.post(
            f"{settings.DRAFTER_URL.rstrip('/')}/chat/completions",
            json=request,
            headers={"Authorization": f"Bearer {settings.DRAFTER_KEY}"} if settings.DRAFTER_KEY else {},
            timeout=(_CONNECT, _SILENCE),
            allow_redirects=False,  # the words and the key go where the settings say, and nowhere else
            stream=True,
        ) as response:
            return response.status_code, _read(response), _retry_after(response.headers.get("Retry-After", ""))
    except requests.RequestException as error:
        raise EngineError("PROVIDER_AWAY", temporary=True) from error


def _read(response: requests.Response) -> bytes:
    ends, body = time.monotonic() + _ALL, bytearray()
    for part in response.iter_content(64 * 1024):
        body += part
        if len(body) > _MOST_BYTES or time.monotonic() > ends:
            raise EngineError("PROVIDER_BROKEN", temporary=True)
    return bytes(body)


def _retry_after(header: str) -> float | None:
    return min(float(header), _PATIENCE) if header.strip().isdigit() else None


def _require_done(status: int, wait: float | None) -> None:
    if status == 200:
        return
    if status == 429:
        raise EngineError("PROVIDER_BUSY", temporary=True, retry_after=wait)
    if status >= 500 or status in {408, 409, 425}:
        raise EngineError("PROVIDER_AWAY", temporary=True, retry_after=wait)
    raise EngineError("PROVIDER_REFUSED", temporary=False)


def _answer(body: bytes) -> Answer:
    try:
        answered = json.loads(body)
        choice = answered["choices"][0]
        text = choice["message"]["content"] or ""
        complete = choice.get("finish_reason") != "length"
        return Answer(str(text), complete, _tokens(answered.get("usage")))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise EngineError("PROVIDER_BROKEN", temporary=True) from error


def _tokens(usage: Any) -> tuple[int, int] | None:
    if not isinstance(usage, dict):
        return None
    counted = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return (counted[0], counted[1]) if all(isinstance(count, int) for count in counted) else None  # type: ignore[return-value]
