"""Each sign-in, failure, refusal by reuse, sign-out and choice of a profile is in the trail."""

from uuid import UUID

from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.models import Role, Session, User
from vitas.accounts.signing import Happening, What
from vitas.audit import trail

_REFUSED = {What.FAILED, What.REUSED, What.PASSWORD_REFUSED, What.PROFILE_REFUSED, What.SECOND_STEP_FAILED}


def write(happening: Happening) -> None:
    """One entry; an observer of vitas.accounts.signing, so it stands in the act's transaction."""
    session, user = happening.session, happening.user
    trail.record(
        _actor(session) if session else NOBODY,
        happening.what.value,
        category=trail.Category.SIGN_IN,
        resource="sessions" if session else "users",
        resource_id=session.pk if session else (user.pk if user else None),
        patient_id=happening.patient_id,
        organization_id=_tried_at(user) if user and not session else None,
        outcome=trail.Outcome.REFUSED if happening.what in _REFUSED else trail.Outcome.SUCCESS,
        method=happening.method,
    )


def _tried_at(user: User) -> UUID | None:
    """Where a failed sign-in was aimed at: its administrators should see it."""
    return user.memberships.filter(active=True).order_by("pk").values_list("organization_id", flat=True).first()


def _actor(session: Session) -> Actor:
    member = session.membership
    role = Role(member.role) if member else (None if session.user.is_operator else Role.PATIENT)
    return Actor(
        role=role,
        user_id=session.user_id,
        session_id=session.pk,
        membership_id=session.membership_id,
        organization_id=member.organization_id if member else None,
        patient_id=session.acting_patient_id,
        is_operator=session.user.is_operator,
    )
