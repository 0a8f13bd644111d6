"""The insurances that doctors take, to choose from: remembered for a while, for to count them reads every doctor."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from django.db import connection

KEPT: Final = 600.0  # seconds
MOST: Final = 60

_NAMED: Final = """
SELECT insurance FROM clinic_doctor AS doctor, unnest(doctor.insurances) AS insurance
WHERE doctor.active GROUP BY insurance ORDER BY count(*) DESC, insurance LIMIT %s
"""


@dataclass
class _Known:
    names: list[str] = field(default_factory=list)
    until: float = 0.0


_known = _Known()


def named() -> list[str]:
    """Those that most doctors name, in the order of the alphabet."""
    if monotonic() >= _known.until:
        with connection.cursor() as cursor:
            cursor.execute(_NAMED, [MOST])
            _known.names = sorted(name for (name,) in cursor.fetchall())
        _known.until = monotonic() + KEPT
    return _known.names


def forget() -> None:
    """Count anew at the next ask."""
    _known.until = 0.0
