"""Reading the environment: a wrong or contradictory value stops the start with a sentence."""

import base64
import ipaddress
import os
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "", *, among: Sequence[str] = ()) -> str:
    value = os.environ.get(name, "").strip() or default
    if among and value not in among:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(among)}.")
    return value


def number(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"-?[0-9]{1,12}", value) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number from {least} to {most}.")
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


def secret_lines(name: str, *, closed: bool) -> list[str]:
    """The lines of the file that the variable names, without comments; `closed` refuses one that everybody may read."""
    path = os.environ.get(name, "").strip()
    if not path:
        return []
    try:
        if closed and Path(path).stat().st_mode & 0o007:
            raise ImproperlyConfigured(f"{name} names a file that everybody may read: chmod 0400 or 0440 it.")
        lines = [line.partition("#")[0].strip() for line in Path(path).read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name} names a file that cannot be read ({type(error).__name__}).") from error
    found = [line for line in lines if line]
    if not found:
        raise ImproperlyConfigured(f"{name} names a file that holds no key.")
    return found


def named_keys(name: str, entries: Sequence[str], *, length: int | None) -> dict[str, bytes]:
    """Entries `name:base64`, in their order; each of `length` bytes. The sentence never repeats a key."""
    keys: dict[str, bytes] = {}
    for entry in entries:
        label, _colon, value = entry.partition(":")
        if label in keys:
            raise ImproperlyConfigured(f"{name} names {label!r} twice.")
        try:
            keys[label] = base64.b64decode(value, validate=True)
        except ValueError:
            keys[label] = b""
        if not label or not keys[label] or (length and len(keys[label]) != length):
            raise ImproperlyConfigured(
                f"{name} must be a list of name:base64, each of {length or 'some'} bytes, the name before the colon."
            )
    return keys


def raw_keys(name: str, *, length: int) -> list[bytes]:
    """A list of base64, each of `length` bytes. The sentence never repeats a key."""
    try:
        keys = [base64.b64decode(entry, validate=True) for entry in names(name)]
    except ValueError:
        keys = [b""]
    if any(len(key) != length for key in keys):
        raise ImproperlyConfigured(f"{name} must be base64 of {length} bytes.")
    return keys


def years(name: str) -> dict[str, int]:
    """`BR:20,US-TX:7`: whole years by country (ISO 3166-1) or country and state."""
    found = {}
    for entry in names(name):
        match = re.fullmatch(r"([A-Z]{2}(?:-[A-Z0-9]{1,3})?):([1-9][0-9]?)", entry)
        if not match:
            raise ImproperlyConfigured(f"{name} holds {entry!r}; write countries and years such as BR:20,US-TX:7.")
        found[match[1]] = int(match[2])
    return found


def duration(name: str, default: str) -> timedelta:
    """`90s`, `15m`, `24h`, `7d`."""
    value = os.environ.get(name, "").strip() or default
    found = re.fullmatch(r"([1-9][0-9]{0,7})([smhd])", value)
    if not found:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number and s, m, h or d, such as 15m.")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
    if (length := timedelta(**{unit: int(found[1])})) > timedelta(days=3650):
        raise ImproperlyConfigured(f"{name} is {value!r}; ten years are the most.")
    return length


def url(name: str, default: str = "", *, schemes: Sequence[str] = ("http", "https")) -> str:
    """An address with one of these schemes. The value may hold a password, so the sentence does not repeat it."""
    value = os.environ.get(name, "").strip() or default
    try:
        parts = urlsplit(value)
        right = not value or (parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/")))
        _port = parts.port
    except ValueError:
        right = False
    if not right:
        raise ImproperlyConfigured(f"{name} must be an address that begins with {' or '.join(schemes)}://.")
    return value


def origins(name: str) -> list[str]:
    """Origins as browsers send them: scheme, host, port, nothing behind."""
    found = names(name)
    for origin in found:
        if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", origin):
            raise ImproperlyConfigured(f"{name} holds {origin!r}; write origins such as https://portal.example.org.")
    return found


def networks(name: str) -> list[str]:
    """Addresses or networks, such as 10.0.0.0/8."""
    found = names(name)
    for network in found:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds {network!r}; write addresses or networks such as 10.0.0.0/8."
            ) from None
    return found
