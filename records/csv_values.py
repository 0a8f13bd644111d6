"""Dates, numbers and yes or no as spreadsheets hold them. What can be read in two ways is not guessed."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WRITTEN: Final = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_POINT: Final = re.compile(r"-?\d{1,12}(\.\d{1,8})?")
_NUMBER: Final = re.compile(r"(-?\d{1,12})(?:([.,])(\d{1,8}))?")
_OLDEST: Final = date(1900, 1, 1)


class Wrong(Exception):
    """A value that is not taken; `code` is one of records.incoming.WHY."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Order(StrEnum):
    """How `03/04/2026` is meant in a file."""

    UNKNOWN = "unknown"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    BOTH = "both"


def order_of(values: Iterable[str]) -> Order:
    """What the file itself shows: a 25 can be no month. `BOTH` where it contradicts itself."""
    found = {Order.UNKNOWN}
    for value in values:
        written = _WRITTEN.match(value.strip())
        if written and int(written[1]) > 12:
            found.add(Order.DAY_FIRST)
        elif written and int(written[3]) > 12:
            found.add(Order.MONTH_FIRST)
    found.discard(Order.UNKNOWN)
    return Order.BOTH if len(found) > 1 else next(iter(found), Order.UNKNOWN)


def day(value: str, order: Order) -> date:
    """`2026-04-03`, or `03/04/2026` where the file shows, or somebody said, that the day comes first. Raises Wrong."""
    said = value.strip()
    if found := _ISO.fullmatch(said):
        return _made(int(found[1]), int(found[2]), int(found[3]))
    found = _WRITTEN.fullmatch(said)
    if not found:
        raise Wrong("bad_date")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if second > 12 or order == Order.MONTH_FIRST:
        raise Wrong("bad_date")  # months first are not one of the layouts
    if order != Order.DAY_FIRST and first <= 12 and first != second:
        raise Wrong("ambiguous_date")
    return _made(year, second, first)


def moment(value: str, order: Order, zone: ZoneInfo) -> datetime:
    """A day, with or without a clock on it, by the zone's calendar; noon (UTC) without one. Raises Wrong."""
    said, _space, clock = value.strip().replace("T", " ", 1).partition(" ")
    if not clock:
        return datetime.combine(day(said, order), time(12), UTC)
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        raise Wrong("bad_date")
    try:
        at = time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError as error:
        raise Wrong("bad_date") from error
    return datetime.combine(day(said, order), at, zone).astimezone(UTC)


class Sign(StrEnum):
    """What stands before decimals in a file."""

    UNKNOWN = "unknown"
    POINT = "."
    COMMA = ","
    BOTH = "both"


def sign_of(values: Iterable[str]) -> Sign:
    """What the file itself shows: `5,4` and `0,125` can be nothing else; `150,000` may be a thousand times more."""
    found = set()
    for value in values:
        written = _NUMBER.fullmatch(value.strip())
        if written and written[2] and not _may_be_thousands(written[1], written[3]):
            found.add(Sign(written[2]))
    return Sign.BOTH if len(found) > 1 else next(iter(found), Sign.UNKNOWN)


def number(value: str, sign: Sign) -> str:
    """`5,4` and `5.4` are `5.4`; words stay words (`negative`, `<0.01`).

    Raises Wrong for what may be thousands (`150,000`) unless the file shows that the sign stands before decimals, and
    for what has a sign too many (`1.234,5`).
    """
    said = value.strip()
    found = _NUMBER.fullmatch(said)
    if not found:
        if said and set(said) <= set("0123456789.,-"):
            raise Wrong("bad_number")
        return said
    whole, used, decimals = found[1], found[2], found[3]
    if used and _may_be_thousands(whole, decimals) and sign != used:
        raise Wrong("ambiguous_number")
    return f"{whole}.{decimals}" if used else whole


def bound(value: str, sign: Sign) -> str:
    """One end of a range: a number or nothing. Raises Wrong."""
    found = number(value, sign)
    if found and not _POINT.fullmatch(found):
        raise Wrong("bad_number")
    return found


def _may_be_thousands(whole: str, decimals: str) -> bool:
    return len(decimals) == 3 and whole.lstrip("-")[0] != "0" and len(whole.lstrip("-")) <= 3


def _made(year: int, month: int, day_: int) -> date:
    try:
        found = date(year, month, day_)
    except ValueError as error:
        raise Wrong("bad_date") from error
    if found < _OLDEST:
        raise Wrong("bad_date")
    return found
