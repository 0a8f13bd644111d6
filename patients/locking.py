"""Which patients' data is edited by one person at a time (vitas/live/locks.py): the desk's."""

from uuid import UUID

from patients.models import Patient
from vitas.accounts.actor import Actor
from vitas.live.locks import Editable, register


def register_locks() -> None:
    register("patient", patient)


def patient(actor: Actor, key: UUID) -> Editable | None:
    """The desk and the administrator edit whom their organization knows."""
    if not actor.is_desk or not Patient.objects.visible_to(actor).filter(pk=key, merged_into=None).exists():
        return None
    return Editable(patient_id=key)
