"""How a sweep works through its rows: each is claimed just before it is worked on, and the whole ends in time."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

MOST_SECONDS = 60.0  # what is left then is the next sweep's


def work_through(due: Iterable[UUID], *, claim: Callable[[UUID], bool], work: Callable[[UUID], None]) -> int:
    """Work on each row that could be claimed; returns how many."""
    until, worked = time.monotonic() + MOST_SECONDS, 0
    for row_id in due:
        if time.monotonic() > until:
            break
        if claim(row_id):
            worked += 1
            work(row_id)
    return worked
