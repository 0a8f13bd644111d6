"""The directory for the rooms above: a doctor as a card, and the place at which one books."""

from uuid import UUID

from clinic.cards import cards
from clinic.models import DoctorPlace
from clinic.search import Hit
from vitas.common.api.renderers import AsIs
from vitas.common.errors import NotFound


def card_of(doctor_id: UUID) -> AsIs:
    """A listed doctor, at the primary place. Raises NotFound, also for one who is not listed."""
    found = cards([Hit(doctor_id, doctor_id)])
    if not found:
        raise NotFound()
    return found[0]


def place_for_booking(provider_id: UUID, clinic_id: UUID | None = None) -> DoctorPlace | None:
    """Where one books a doctor: the place at that clinic, else the primary one, else the first that is listed.

    Comes with `doctor` and `clinic`; None when the doctor is unknown or not listed (there).
    """
    places = DoctorPlace.objects.listed().filter(doctor_id=provider_id).select_related("doctor", "clinic")
    if clinic_id is not None:
        places = places.filter(clinic_id=clinic_id)
    return places.primary_first().first()
