"""Who may do what with a visit. Whose visits are seen at all is `Appointment.objects.visible_to`."""

from typing import Final
from uuid import UUID

from appointments.querysets import clinics_of
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.common.errors import NotAllowed

MAY_BOOK: Final[Access] = frozenset({Role.PATIENT, Role.RECEPTIONIST, Role.ADMIN})
MAY_LIST: Final[Access] = frozenset({*Role})
MAY_STEP: Final[Access] = frozenset({Role.DOCTOR, Role.RECEPTIONIST, Role.ADMIN})
MAY_MOVE: Final[Access] = frozenset({Role.PATIENT, Role.RECEPTIONIST, Role.ADMIN})
MAY_CANCEL: Final[Access] = frozenset({Role.PATIENT, Role.DOCTOR, Role.RECEPTIONIST, Role.ADMIN})


def reads_clinical_words(actor: Actor, booked_by: UUID | None) -> bool:
    """The reason and notes are for the patient's side, for those who care, and for who wrote them: not for the desk."""
    return actor.role in (Role.PATIENT, Role.DOCTOR, Role.NURSE) or (actor.signed_in and booked_by == actor.user_id)


def require_own_clinic(actor: Actor, clinic_id: UUID) -> None:
    """A receptionist acts at her own clinics only; an administrator at all of the organization. Raises NotAllowed."""
    if actor.role == Role.RECEPTIONIST and not clinics_of(actor).filter(clinic_id=clinic_id).exists():
        raise NotAllowed()


def require_moves_stranded(actor: Actor, doctor_id: UUID) -> None:
    """A doctor moves own visits that the doctor's own hours have left behind; an administrator does too.

    Not by the API: docs/decisions/0013. Raises NotAllowed.
    """
    own = actor.role == Role.DOCTOR and actor.doctor_id == doctor_id
    if not own and actor.role != Role.ADMIN:
        raise NotAllowed()
