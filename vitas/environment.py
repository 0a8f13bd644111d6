"""Reading the environment: a wrong or contradictory value stops the start with a sentence."""

import os
import re
from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "", *, among: Sequence[str] = ()) -> str:
    value = os.environ.get(name, "").strip() or default
    if among and value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(among)}.")
    return value


def number(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"-?\d+", value) or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number of at least {least}.")
    return int(value)


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value not in {"", "1", "0", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be true or false.")
    return default if not value else value in {"1", "true", "yes"}


def names(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list separated by commas."""
    value = os.environ.get(name, "").strip()
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def duration(name: str, default: str) -> timedelta:
    """`90s`, `15m`, `24h`, `7d`."""
    value = os.environ.get(name, "").strip() or default
    found = re.fullmatch(r"([1-9]\d*)([smhd])", value)
    if not found:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number and s, m, h or d, such as 15m.")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})
