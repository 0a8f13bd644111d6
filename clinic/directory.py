"""The directory for the rooms above: a doctor as a card, and the place at which one books."""

from typing import Final
from uuid import UUID

from django.db import connection

from clinic.cards import cards
from clinic.models import Clinic, DoctorPlace
from clinic.search import Hit
from vitas.common.api.renderers import AsIs
from vitas.common.errors import NotFound

# Written out because every booking reads it (docs/performance.md).
_PLACE_FIELDS: Final = ["id", "doctor_id", "clinic_id", "fee", "payment_in_advance", "accepts_new_patients"]
_CLINIC_FIELDS: Final = ["id", "organization_id", "name", "zone", "currency"]
_PLACE: Final = f"""
SELECT {", ".join(f"place.{name}" for name in _PLACE_FIELDS)}, {", ".join(f"clinic.{name}" for name in _CLINIC_FIELDS)}
FROM clinic_doctorplace place JOIN clinic_clinic clinic ON clinic.id = place.clinic_id
WHERE place.listed AND place.doctor_id = %(doctor)s::uuid
    AND (%(clinic)s::uuid IS NULL OR place.clinic_id = %(clinic)s::uuid)
ORDER BY place.is_primary DESC, place.id LIMIT 1
"""


def card_of(doctor_id: UUID) -> AsIs:
    """A listed doctor, at the primary place. Raises NotFound, also for one who is not listed."""
    found = cards([Hit(doctor_id, doctor_id)])
    if not found:
        raise NotFound()
    return found[0]


def place_for_booking(provider_id: UUID, clinic_id: UUID | None = None) -> DoctorPlace | None:
    """Where one books a doctor: the place at that clinic, else the primary one, else the first that is listed.

    Comes with `clinic`; the rest is read when it is asked for. None when the doctor is unknown or not listed (there).
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"doctor": provider_id, "clinic": clinic_id})
        row = cursor.fetchone()
    if row is None:
        return None
    place = DoctorPlace.from_db(connection.alias, _PLACE_FIELDS, row[: len(_PLACE_FIELDS)])
    place.clinic = Clinic.from_db(connection.alias, _CLINIC_FIELDS, row[len(_PLACE_FIELDS) :])
    return place
