"""What the doctor's pages of a patient and of a visit show out of this room."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from records import glance, reading, timeline
from records.models import MedicalRecord
from records.timeline import Filter
from records.views import measured
from vitas.accounts.actor import Actor
from vitas.audit import trail

RECORDS_SHOWN: Final = 8
RESULTS_SHOWN: Final = 4


def of_patient(actor: Actor, patient_id: UUID) -> Mapping[str, Any]:
    """Allergies, problems, medicines; the newest records; what was measured last."""
    rows = MedicalRecord.objects.visible_to(actor).filter(patient_id=patient_id)
    page = timeline.page_of(rows, Filter(), most=RECORDS_SHOWN)
    reading.listed(page.rows, by=actor, patient_id=patient_id)
    cards = measured.cards(measured.of(actor, patient_id))
    return {
        "patient_id": patient_id,
        "glance": glance.of(actor, patient_id),
        "timeline": page,
        "cards": cards[:RESULTS_SHOWN],
        "more_cards": len(cards) > RESULTS_SHOWN,
    }


def of_visit(actor: Actor, patient_id: UUID) -> Mapping[str, Any]:
    """The glance, beside the visit."""
    found = glance.of(actor, patient_id)
    trail.record(
        actor,
        "READ_SUMMARY",
        category=trail.Category.HEALTH_DATA,
        resource="patients",
        resource_id=patient_id,
        patient_id=patient_id,
    )
    return {"patient_id": patient_id, "glance": found}
