"""Identifiers of rows that are named outside: UUIDv7, so that keys sort by the time they were made (RFC 9562 5.7)."""

import uuid
from datetime import datetime

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def id_at(moment: datetime) -> uuid.UUID:
    """A UUIDv7 whose time is `moment` (aware, millisecond precision), for rows whose key carries their time."""
    milliseconds = int(moment.timestamp() * 1000)
    random = new_id().int & ((1 << 80) - 1)
    return uuid.UUID(int=(milliseconds << 80) | random)


def first_id_at(moment: datetime) -> uuid.UUID:
    """The smallest UUID of the millisecond `moment` (not before 1970): a bound for ranges of ids."""
    return uuid.UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)
