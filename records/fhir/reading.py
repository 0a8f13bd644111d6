"""Reading the pieces of resources that anybody may have written: codes, dates, numbers, references. Nothing is trusted.

What cannot be read raises Unreadable with a code of records.incoming.WHY.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from records import statements
from records.fhir import systems
from records.fhir.parts import Json
from vitas.common.api.fields import plain_text

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/:+*]{0,39}")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")  # of surrogate pairs: no text can hold them
_OLDEST: Final = date(1900, 1, 1)

# What says that there is nothing: not a finding, and not to be written down as one.
_NOTHING_KNOWN: Final = {"716186003", "409137002", "428607008", "429625007", "160245001", "1287211007"}
_ABSENT_UNKNOWN: Final = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


class Unreadable(Exception):
    """A resource that is left out; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def dicts(value: Any) -> list[Json]:
    """The objects of a list; a single one is taken for a list of one."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def first(value: Any) -> Json:
    found = dicts(value)
    return found[0] if found else {}


def words(value: Any, *, most: int = 20_000) -> str:
    """Text without elements and control characters. Raises Unreadable where it is too long."""
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        return ""
    found = plain_text(_HALVES.sub("", str(value))).strip()
    if len(found) > most:
        raise Unreadable("too_long")
    return found


def codes(concept: Any) -> Iterator[tuple[str, str, str]]:
    """System, code and display of each coding."""
    for coding in dicts(first(concept).get("coding")):
        yield words(coding.get("system"), most=200), words(coding.get("code"), most=200), words(coding.get("display"))


def has_code(concept: Any, *wanted: str) -> bool:
    return any(code in wanted for _system, code, _display in codes(concept))


def coded(concept: Any, *, liked: str = "") -> dict[str, str]:
    """`code`, `system`, `display` of a statement: the coding of the system that is liked, else the first usable one."""
    found = [one for one in codes(concept) if one[0] and _CODE.fullmatch(one[1]) and systems.code_system(one[0])]
    found.sort(key=lambda one: one[0] != liked)
    if any(system == _ABSENT_UNKNOWN or code in _NOTHING_KNOWN for system, code, _display in found):
        raise Unreadable("no_known")
    system, code, display = found[0] if found else ("", "", "")
    said = words(first(concept).get("text")) or display
    said = said or next((other or bare for _s, bare, other in codes(concept) if other or bare), "")
    if not said and not code:
        raise Unreadable("no_code")
    if system == systems.LOINC and not statements.is_loinc(code):
        system = code = ""  # a code that cannot be one; the words remain
    return {"code": code, "system": system, "display": _short(said or code, 200)}


def partial_day(value: Any) -> tuple[date, bool] | None:
    """The day, and whether all of it was said; of a year or a month its first. Raises Unreadable for what is none."""
    said = words(value, most=40)
    if not said:
        return None
    found = _DATE.match(said)
    if not found or (len(said) > 10 and said[10] != "T"):
        raise Unreadable("bad_date")
    try:
        day = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError as error:
        raise Unreadable("bad_date") from error
    if day < _OLDEST:
        raise Unreadable("bad_date")
    return day, bool(found[3])


def day(value: Any) -> date | None:
    found = partial_day(value)
    return found[0] if found else None


def moment(value: Any) -> datetime | None:
    """An instant; noon (UTC) of a day without an hour, so that it is that day's on the calendars of these countries."""
    said = words(value, most=40)
    if not said:
        return None
    if "T" not in said:
        found = partial_day(said)
        return datetime.combine(found[0], time(12), UTC) if found else None
    try:
        read = datetime.fromisoformat(said)
    except ValueError as error:
        raise Unreadable("bad_date") from error
    if read.tzinfo is None or read.date() < _OLDEST:
        raise Unreadable("bad_date")
    try:
        return read.astimezone(UTC)
    except OverflowError as error:
        raise Unreadable("bad_date") from error


def number(value: Any) -> str:
    """The digits as they were written; empty for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    found = str(value) if isinstance(value, int) else format(value, "f")
    return found if len(found) <= 20 else ""


def as_written(element: Any) -> str:
    return extension(element, systems.AS_WRITTEN, "valueString")


def extension(element: Any, url: str, value: str) -> str:
    for found in dicts(first(element).get("extension")):
        if found.get("url") == url:
            return words(found.get(value))
    return ""


def quantity(element: Any) -> tuple[str, str]:
    """Value and unit; `<` and the like stand before the value."""
    found = first(element)
    if exact := as_written(found):
        return exact, ""
    comparator = words(found.get("comparator"), most=4)
    said = number(found.get("value"))
    unit = words(found.get("unit"), most=200) or words(found.get("code"), most=200)
    return (f"{comparator}{said}" if said else ""), _short(unit, 40)


def said_quantity(element: Any) -> str:
    """`500 mg`."""
    return " ".join(filter(None, quantity(element)))


def note(resource: Json, *more: str) -> str:
    found = [words(one.get("text")) for one in dicts(resource.get("note"))]
    return "\n".join(filter(None, [*found, *more]))


def decoded(data: Any, *, most: int) -> bytes:
    """Raises Unreadable."""
    if not isinstance(data, str):
        raise Unreadable("bad_base64")
    if len(data) > most * 4 // 3 + 1000:
        raise Unreadable("file_too_large")
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("bad_base64") from error


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Unreadable("too_long")
    return text
