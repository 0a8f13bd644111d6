"""Columns that repeat names as search reads them, and the patterns that are looked for in them."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import models

from vitas.common.search_key import search_key

MOST_WORDS = 12  # of a text that is looked for; the rest of it narrows nothing any more


class SearchKeyField(models.CharField):
    """The search key of other attributes, written with the row however it is saved (`save`, `bulk_create`, forms)."""

    def __init__(self, *args: Any, of: Sequence[str] = (), **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = search_key(" ".join(_text(getattr(model_instance, name)) for name in self.of))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


def _text(value: str | list[str] | None) -> str:
    return " | ".join(value) if isinstance(value, list) else value or ""


def patterns(text: str) -> list[tuple[str, ...]]:
    """LIKE patterns of each word of `text`; a key matches when of every word one of its patterns does.

    A word of one or two letters must begin a word of the key: it has no trigram that an index could find inside one.
    """
    words = [word for word in re.split(r"[\s,;]+", search_key(text)) if word][:MOST_WORDS] or [text]
    return [(f"%{_escaped(word)}%",) if len(word) > 2 else _beginning(_escaped(word)) for word in words]


def _beginning(word: str) -> tuple[str, ...]:
    return f"{word}%", f"% {word}%"


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)
