"""Dates and times as people write them, and the clinic's wall clock."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?\s*([AaPp]\.?[Mm]\.?)?")


def parse_date(text: str) -> date | None:
    """`2025-01-15`, also as the start of an ISO instant (S4); None if it is no date."""
    text = text.strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\S{1,40})?", text, re.ASCII):
        return None
    try:
        if len(text) > 10:
            datetime.fromisoformat(text)
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """`10:00 AM`, `2:30 pm`, `14:30`; None if it is no time."""
    found = _TIME.fullmatch(text.strip())
    if not found or not text.isascii():
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").replace(".", "").upper()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "PM" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def spoken(moment: time | datetime) -> str:
    """`10:00 AM`: the contract's way (S3 1.1), in every language."""
    hour = moment.hour % 12 or 12
    return f"{hour:02d}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def instant(on: date, at: time, zone: str) -> datetime | None:
    """The UTC instant of a wall-clock time; of an hour that happens twice the first, of one that never happens None."""
    local = datetime.combine(on, at, ZoneInfo(zone))
    found = local.astimezone(UTC)
    return found if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def local_day(moment: datetime, zone: str) -> date:
    """The day that a moment is on the calendar of `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, to the second or as fine as it is."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
