"""Finding doctors: by place, by words, by fee, by a day with free time. One statement a search.

By place: a bounding box on the index of the doctors' places, then the true distance, the nearest place of each doctor.
Otherwise the best rated first. Measured with 100,000 doctors (docs/performance.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from clinic.keys import patterns
from clinic.models import Specialty
from clinic.spoken import names_of
from vitas.common.api.pagination import COUNTED_TO, Page
from vitas.common.money import WITHOUT_CENTS
from vitas.common.search_key import search_key

EARTH_RADIUS = 6371.0088  # kilometres, the mean (IUGG)
DEFAULT_RADIUS = 10.0  # kilometres (S4)
MOST_RADIUS = 500.0
COUNTED_AHEAD = 60  # days of which `DoctorDay` knows what is free


@dataclass(frozen=True, slots=True)
class Near:
    """Within `radius` kilometres of a point (degrees, WGS 84)."""

    latitude: float
    longitude: float
    radius: float = DEFAULT_RADIUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of the directory; what is None or empty does not matter. Fees in major units."""

    near: Near | None = None
    specialty: str = ""
    specialization: str = ""
    name: str = ""
    clinic_name: str = ""
    city: str = ""
    location: str = ""
    language: str = ""
    insurance: str = ""
    min_fee: Decimal | None = None
    max_fee: Decimal | None = None
    accepting_new_patients: bool | None = None
    on: date | None = None
    soonest: bool = False
    """In the order of the first free time that was counted, those without one last."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A doctor, the place that answers the question, and how many kilometres away it is where a point was given."""

    doctor_id: UUID
    place_id: UUID
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, and how many there are in all (counted to 10,000 where `at_least`)."""

    hits: Sequence[Hit]
    total: int
    at_least: bool = False


def find(wanted: Wanted, page: Page, *, exact: bool = False) -> Found:
    """The page of listed doctors that answer `wanted`, each once: the nearest first, else the best rated; or `soonest`.

    With `exact` the total is counted to the end also where nothing narrows the search.
    """
    query, values = statement(wanted, page, exact=exact)
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall()
    total = rows[0][0]
    hits = [Hit(doctor_id, place_id, distance) for _total, doctor_id, place_id, distance in rows if place_id]
    counted = values.get("counted")
    return Found(hits, total, at_least=counted is not None and total >= counted)


def statement(wanted: Wanted, page: Page, *, exact: bool = False) -> tuple[str, dict[str, Any]]:
    """The SQL that `find` runs, and its values."""
    asked = _conditions(wanted)
    values = {**asked.values, "limit": page.limit, "offset": page.offset}
    if wanted.soonest:
        return _with_conditions(_SOONEST_NEAR if wanted.near else _SOONEST, asked), {**values, "now": timezone.now()}
    if wanted.near is not None:
        return _with_conditions(_NEAR, asked), values
    if asked.selective:
        return _with_conditions(_SELECTIVE, asked), values
    return _with_conditions(_BEST_FIRST, asked), {**values, "counted": None if exact else COUNTED_TO + 1}


# The statements. What stands in braces is made of the fixed texts below; every value is bound.

_DISTANCE = f"""
    {2 * EARTH_RADIUS} * asin(least(1, sqrt(
        sin(radians(place.latitude - %(latitude)s::float8) / 2) ^ 2
        + cos(radians(%(latitude)s::float8)) * cos(radians(place.latitude))
        * sin(radians(place.longitude - %(longitude)s::float8) / 2) ^ 2
    )))
"""

_NEAR = f"""
WITH found AS MATERIALIZED (
    SELECT DISTINCT ON (doctor_id) doctor_id, place_id, distance
    FROM (
        SELECT place.doctor_id, place.id AS place_id, {_DISTANCE} AS distance
        FROM {{place_from}} {{doctor_join}}
        WHERE place.listed {{place_where}} {{doctor_where}}
    ) AS places
    WHERE distance <= %(radius)s::float8
    ORDER BY doctor_id, distance, place_id
),
page AS (
    SELECT * FROM found ORDER BY distance, doctor_id LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
)
SELECT total.count, page.doctor_id, page.place_id, page.distance
FROM (SELECT count(*) FROM found) AS total LEFT JOIN page ON true
ORDER BY page.distance, page.doctor_id
"""

# Each doctor at the place that has time first. What was counted for today may have passed: it does not count.
_SOONEST_OF = """
WITH found AS MATERIALIZED (
    SELECT DISTINCT ON (place.doctor_id)
        place.doctor_id, place.id AS place_id, [distance] AS distance, free.first_free
    FROM {place_from} {doctor_join}
    LEFT JOIN LATERAL (
        SELECT day.first_free FROM clinic_doctorday AS day
        WHERE day.place_id = place.id AND day.free_count > 0 AND day.first_free > %(now)s::timestamptz
        ORDER BY day.date LIMIT 1
    ) AS free ON true
    WHERE place.listed {place_where} {doctor_where} [within]
    ORDER BY place.doctor_id, free.first_free NULLS LAST, place.id
),
page AS (
    SELECT * FROM found ORDER BY first_free NULLS LAST, distance, doctor_id
    LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
)
SELECT total.count, page.doctor_id, page.place_id, page.distance
FROM (SELECT count(*) FROM found) AS total LEFT JOIN page ON true
ORDER BY page.first_free NULLS LAST, page.distance, page.doctor_id
"""
_SOONEST = _SOONEST_OF.replace("[distance]", "NULL::float8").replace("[within]", "")
_SOONEST_NEAR = _SOONEST_OF.replace("[distance]", _DISTANCE).replace(
    "[within]", f"AND {_DISTANCE} <= %(radius)s::float8"
)

_LISTED_DOCTORS = """
    FROM clinic_doctor AS doctor
    WHERE doctor.active {doctor_where}
    AND EXISTS (SELECT FROM {place_from} WHERE place.doctor_id = doctor.id AND place.listed {place_where})
"""

_PAGE_BY_RATING = """
SELECT
    total.count,
    page.id,
    (
        SELECT place.id FROM {place_from}
        WHERE place.doctor_id = page.id AND place.listed {place_where}
        ORDER BY place.is_primary DESC, place.id LIMIT 1
    ),
    NULL
FROM total LEFT JOIN page ON true
ORDER BY page.rating DESC, page.name_key, page.id
"""

# The search may be narrow: find all through the indexes, then sort. (Walking the rating's index under a condition that
# hardly any row meets would look at every doctor one by one.)
_SELECTIVE = f"""
WITH found AS MATERIALIZED (SELECT doctor.id, doctor.rating, doctor.name_key {_LISTED_DOCTORS}),
page AS (
    SELECT * FROM found ORDER BY rating DESC, name_key, id LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
),
total AS (SELECT count(*) FROM found)
{_PAGE_BY_RATING}
"""

# Most doctors may answer: walk the rating's index until the page is full.
_BEST_FIRST = f"""
WITH page AS (
    SELECT doctor.id, doctor.rating, doctor.name_key {_LISTED_DOCTORS}
    ORDER BY doctor.rating DESC, doctor.name_key, doctor.id LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
),
total AS (SELECT count(*) FROM (SELECT {_LISTED_DOCTORS} LIMIT %(counted)s::bigint) AS counted)
{_PAGE_BY_RATING}
"""

_PLACE = "clinic_doctorplace AS place"
_PLACE_AND_CLINIC = f"{_PLACE} JOIN clinic_clinic AS clinic ON clinic.id = place.clinic_id"
_FEE = "place.fee {} CASE WHEN clinic.currency = ANY(%(without_cents)s::text[]) THEN {} ELSE 100 * {} END"


@dataclass(slots=True)
class _Conditions:
    """Texts of SQL, joined by AND, and their values."""

    doctor: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    needs_clinic: bool = False
    selective: bool = False

    def words(self, side: list[str], column: str, text: str) -> None:
        """`column` holds every word of `text`."""
        self.selective = True
        for alternatives in patterns(text):
            likes = [f"{column} LIKE {self.bind(pattern)}" for pattern in alternatives]
            side.append(f"({' OR '.join(likes)})")

    def any_of(self, side: list[str], column: str, words: Sequence[str]) -> None:
        """`column` holds one of `words`."""
        self.selective = True
        bound = [self.bind(f"%{word}%") for word in words]
        side.append(f"({' OR '.join(f'{column} LIKE {name}' for name in bound)})")

    def bind(self, pattern: str) -> str:
        name = f"word_{len(self.values)}"
        self.values[name] = pattern
        return f"%({name})s::text"


def _conditions(wanted: Wanted) -> _Conditions:
    asked = _Conditions()
    if wanted.near:
        _within_box(asked, wanted.near)
    _about_doctor(asked, wanted)
    _about_clinic(asked, wanted)
    if wanted.accepting_new_patients is not None:
        asked.place.append("place.accepts_new_patients = %(accepting)s::boolean")
        asked.values["accepting"] = wanted.accepting_new_patients
    if wanted.on is not None:
        _free_on(asked, wanted.on)
    return asked


def _about_doctor(asked: _Conditions, wanted: Wanted) -> None:
    specialty = wanted.specialty or specialty_named(wanted.specialization)
    if specialty:
        asked.place.append("place.specialty = %(specialty)s::text")
        asked.values["specialty"] = specialty
    elif wanted.specialization:
        asked.words(asked.doctor, "doctor.specialties_key", wanted.specialization)
    names = names_of(wanted.language)
    if names:
        asked.any_of(asked.doctor, "doctor.languages_key", names)
    for column, text in (
        ("doctor.name_key", wanted.name),
        ("doctor.languages_key", "" if names else wanted.language),
        ("doctor.insurances_key", wanted.insurance),
    ):
        if text:
            asked.words(asked.doctor, column, text)


def _about_clinic(asked: _Conditions, wanted: Wanted) -> None:
    for column, text in (
        ("clinic.name_key", wanted.clinic_name),
        ("clinic.city_key", wanted.city),
        ("clinic.where_key", wanted.location),
    ):
        if text:
            asked.needs_clinic = True
            asked.words(asked.place, column, text)
    for name, compared, fee in (("min_fee", ">=", wanted.min_fee), ("max_fee", "<=", wanted.max_fee)):
        if fee is not None:
            asked.needs_clinic = asked.selective = True
            bound = f"%({name})s::numeric"
            asked.place.append(_FEE.format(compared, bound, bound))
            asked.values |= {name: fee, "without_cents": sorted(WITHOUT_CENTS)}


def _free_on(asked: _Conditions, day: date) -> None:
    """Free time was counted on that day, which is not past at the clinic; or it is too far ahead to be counted."""
    now = timezone.now()
    counted = day < now.astimezone(UTC).date() + timedelta(days=COUNTED_AHEAD)
    asked.needs_clinic = asked.selective = True
    asked.place.append(_COUNTED_FREE if counted else _OPEN)
    asked.values |= {"day": day, "now": now}


_COUNTED_FREE = (
    "%(day)s::date >= (%(now)s::timestamptz AT TIME ZONE clinic.zone)::date"
    " AND EXISTS (SELECT FROM clinic_doctorday AS day"
    " WHERE day.place_id = place.id AND day.date = %(day)s::date AND day.free_count > 0)"
)
# Beyond the counted days few visits are booked: whoever works then is taken to have free time.
_OPEN = """
    %(day)s::date <= ((%(now)s::timestamptz AT TIME ZONE clinic.zone)::date + interval '6 months')::date
    AND EXISTS (
        SELECT FROM clinic_weeklyhours AS hours
        WHERE hours.place_id = place.id AND hours.weekday = extract(isodow FROM %(day)s::date)::int - 1
    )
    AND NOT EXISTS (
        SELECT FROM clinic_holiday AS holiday
        WHERE holiday.organization_id = clinic.organization_id AND holiday.date = %(day)s::date
        AND (holiday.clinic_id IS NULL OR holiday.clinic_id = clinic.id)
    )
    AND NOT EXISTS (
        SELECT FROM clinic_absence AS absence
        WHERE absence.doctor_id = place.doctor_id AND (absence.place_id IS NULL OR absence.place_id = place.id)
        AND absence.starts_at <= %(day)s::date::timestamp AT TIME ZONE clinic.zone
        AND absence.ends_at >= (%(day)s::date + interval '1 day') AT TIME ZONE clinic.zone
    )
"""


def _within_box(asked: _Conditions, near: Near) -> None:
    """The smallest box of degrees that holds the circle; over a pole all longitudes, over the date line two spans."""
    asked.values |= {"latitude": near.latitude, "longitude": near.longitude, "radius": near.radius}
    reach = near.radius / EARTH_RADIUS  # radians
    spare = 1e-6  # degrees, for rounding
    height = math.degrees(reach) + spare
    asked.values |= {"south": near.latitude - height, "north": near.latitude + height}
    asked.place.append("place.latitude BETWEEN %(south)s::float8 AND %(north)s::float8")
    if max(abs(near.latitude - height), abs(near.latitude + height)) >= 90:
        return
    width = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(math.radians(near.latitude))))) + spare
    west, east = near.longitude - width, near.longitude + width
    between = "place.longitude BETWEEN %(west)s::float8 AND %(east)s::float8"
    if west < -180 or east > 180:
        west, east = (west + 360 if west < -180 else west), (east - 360 if east > 180 else east)
        between = "(place.longitude >= %(west)s::float8 OR place.longitude <= %(east)s::float8)"
    asked.values |= {"west": west, "east": east}
    asked.place.append(between)


def _with_conditions(statement: str, asked: _Conditions) -> str:
    return statement.format(
        place_from=_PLACE_AND_CLINIC if asked.needs_clinic else _PLACE,
        doctor_join="JOIN clinic_doctor AS doctor ON doctor.id = place.doctor_id" if asked.doctor else "",
        doctor_where="".join(f" AND {condition}" for condition in asked.doctor),
        place_where="".join(f" AND {condition}" for condition in asked.place),
    )


def specialty_named(text: str) -> str:
    """The code of a specialty that is written as its code or its name in any of our languages; else empty."""
    return _specialties_by_name().get(search_key(text.replace("_", " ").replace("-", " ")), "")


@cache
def _specialties_by_name() -> dict[str, str]:
    names = {code.replace("_", " "): code for code in Specialty.values}
    for language in (None, *(code for code, _name in settings.LANGUAGES)):
        with translation.override(language):
            names |= {search_key(str(specialty.label)): specialty.value for specialty in Specialty}
    return names


@cache
def specialty_name(code: str) -> str:
    """`family_medicine` → `Family Medicine`: the same in every language, as S3 shows it."""
    with translation.override(None):
        return str(Specialty(code).label)
