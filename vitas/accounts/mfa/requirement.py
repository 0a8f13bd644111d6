"""Who must sign in with a second step: staff of an organization that says so, and the platform's operators."""

from datetime import datetime

from django.conf import settings

from vitas.accounts.models import Membership, Session, User


def since(*, user: User, membership: Membership | None, operates: bool = True) -> datetime | None:
    """From when on this person must, as a member or as an operator; None where nobody asks for it."""
    if operates and user.is_operator and settings.OPERATOR_MFA_REQUIRED:
        return user.created_at
    organization = membership.organization if membership else None
    if organization is None or not organization.mfa_required:
        return None
    return organization.mfa_required_from or organization.created_at


def is_due(*, user: User, membership: Membership | None, now: datetime, operates: bool = True) -> bool:
    """Whether nothing else opens before there is a second step."""
    begins = since(user=user, membership=membership, operates=operates)
    return begins is not None and begins <= now


def of_session(session: Session) -> datetime | None:
    """As `since`, for who is signed in. By a code to a phone nobody acts as an operator."""
    return since(user=session.user, membership=session.membership, operates=session.method != Session.Method.CODE)


def is_met(session: Session, now: datetime) -> bool:
    """Whether the session was begun, or has gone on, in the way that is asked for by now."""
    if session.second_factor:
        return True
    begins = of_session(session)
    return begins is None or begins > now
