"""Which records are added to by one person at a time (vitas/live/locks.py), as a courtesy: nothing is overwritten."""

from uuid import UUID

from records.models import MedicalRecord
from records.permissions import require_may_add
from vitas.accounts.actor import Actor
from vitas.common.errors import Refused
from vitas.live.locks import Editable, register


def register_locks() -> None:
    register("medical-record", medical_record)


def medical_record(actor: Actor, key: UUID) -> Editable | None:
    """By whoever may add to it."""
    record = MedicalRecord.objects.visible_to(actor).filter(pk=key).first()
    if record is None:
        return None
    try:
        require_may_add(actor, record)
    except Refused:
        return None
    return Editable(patient_id=record.patient_id)
