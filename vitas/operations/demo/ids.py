"""Ids of demo rows: the same in every demo installation, so that documentation may name them."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

_MADE_AT = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)


def demo_id(name: str) -> UUID:
    """A UUIDv7 that follows from the row's name."""
    drawn = int.from_bytes(hashlib.sha256(f"vitas demo {name}".encode()).digest()[:10], "big")
    value = (_MADE_AT << 80) | drawn
    value = value & ~(0xF << 76) | (0x7 << 76)  # version 7
    value = value & ~(0x3 << 62) | (0x2 << 62)  # RFC 9562's variant
    return UUID(int=value)
