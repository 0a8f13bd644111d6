"""What of this room is edited by one person at a time (vitas/live/locks.py), and by whom."""

from uuid import UUID

from django.db.models import QuerySet

from clinic.models import Clinic, Doctor, DoctorPlace
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.live.locks import Editable, register


def register_locks() -> None:
    register("doctor", doctor)
    register("doctor-place", doctor_place)
    register("clinic", clinic)


def doctor(actor: Actor, key: UUID) -> Editable | None:
    """The own profile; an organization's doctors by its administrator."""
    rows = Doctor.objects.visible_to(actor)
    return _one(rows.filter(pk=actor.doctor_id) if actor.role == Role.DOCTOR else rows, actor, key)


def doctor_place(actor: Actor, key: UUID) -> Editable | None:
    """A doctor's typical week at a place."""
    rows = DoctorPlace.objects.visible_to(actor)
    return _one(rows.filter(doctor_id=actor.doctor_id) if actor.role == Role.DOCTOR else rows, actor, key)


def clinic(actor: Actor, key: UUID) -> Editable | None:
    rows = Clinic.objects.visible_to(actor)
    return None if actor.role == Role.DOCTOR else _one(rows, actor, key)


def _one(rows: QuerySet, actor: Actor, key: UUID) -> Editable | None:
    edits = actor.role in (Role.DOCTOR, Role.ADMIN) or actor.is_operator
    return Editable() if edits and rows.filter(pk=key).exists() else None
