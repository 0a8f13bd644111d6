"""What row-level security costs a request: the same requests with the walls and without them, by turns, in one run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from django.db import connections
from django.test import Client

ROUNDS: Final = 12  # with and without, by turns
TIMES: Final = 60  # requests a turn
_WALLED: Final = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"


@dataclass(slots=True)
class Compared:
    """Milliseconds a request, of all turns."""

    what: str
    with_walls: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)

    @property
    def costs(self) -> float:
        """Milliseconds more with the walls, by the median."""
        return median(self.with_walls) - median(self.without)


def measure(asked: dict[str, Callable[[int], Any]]) -> Iterator[Compared]:
    """`asked`: for each kind of request, its n-th call (bench.Call). Whatever happens, the walls stand at the end."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_WALLED)
        tables = [row[0] for row in cursor.fetchall()]
    try:
        for what, call_of in asked.items():
            found, client, n = Compared(what), Client(), 0
            for turn in range(ROUNDS * 2):
                stand(tables, turn % 2 == 0)
                times = found.with_walls if turn % 2 == 0 else found.without
                n += _timed(client, call_of, n, None)  # what a connection keeps is made anew after the change
                n += _timed(client, call_of, n, times)
            yield found
    finally:
        stand(tables, True)


def stand(tables: list[str], wanted: bool) -> None:
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if wanted else 'DISABLE'} ROW LEVEL SECURITY")


def _timed(client: Client, call_of: Callable[[int], Any], start: int, times: list[float] | None) -> int:
    for n in range(start, start + TIMES):
        call = call_of(n)
        began = time.perf_counter()
        headers = {"authorization": f"Bearer {call.token}"} if call.token else {}
        answer: Any = client.generic(call.method, call.path, call.body, "application/json", headers=headers)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{call.path}: {answer.status_code} {answer.content[:200]!r}")
        if times is not None:
            times.append((time.perf_counter() - began) * 1000)
    return TIMES
