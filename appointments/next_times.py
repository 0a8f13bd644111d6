"""The next free times of many doctors at once: what the cards of a search show. One statement for all of them.

`DoctorDay` says on which days to look; the times are real. A visit is what a patient books who asks for nothing
particular: a consultation, with the organization's length and buffers.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

from appointments import slots_sql as sql

SHOWN: Final = 4  # times of a place
_DAYS: Final = 3  # that were counted as free and are looked at: what was counted for today may have passed since

_FREE_DAYS: Final = """(
    SELECT {which}(free.date) FROM (
        SELECT day.date FROM clinic_doctorday AS day
        WHERE day.place_id = wanted.place_id AND day.free_count > 0 AND day.date >= today.date
        ORDER BY day.date LIMIT {days}
    ) AS free
)"""
_FIRST, _LAST = (
    f"coalesce(%(on)s::date, {_FREE_DAYS.format(which=which, days=_DAYS)}, today.date)" for which in ("min", "max")
)

_NEXT: Final = (
    sql.calendar(sql.USUAL_PLACES, first=_FIRST, last=_LAST)
    + sql.STARTS
    + """
SELECT place_id, array_agg(starts ORDER BY starts)
FROM (SELECT place_id, starts, row_number() OVER (PARTITION BY place_id ORDER BY starts) AS nth FROM free) AS numbered
WHERE nth <= %(shown)s::int
GROUP BY place_id
"""
)


def next_times(
    place_ids: Sequence[UUID], *, now: datetime, on: date | None = None, shown: int = SHOWN
) -> dict[UUID, list[datetime]]:
    """The first `shown` free times of each place, or those of the day `on`. A place without any is not in it."""
    if not place_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"places": list(place_ids), "on": on, "now": now, "shown": shown})
        return dict(cursor.fetchall())
