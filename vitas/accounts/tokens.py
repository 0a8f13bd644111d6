"""Access tokens: short-lived JWTs whose claims are trusted, so that a request needs no look-up (S3 3.1)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken as BaseAccessToken

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, Session

# Claims that higher rooms contribute (`doctorId`): each gets the session and answers with claims.
_contributors: list[Callable[[Session], Mapping[str, Any]]] = []


class AccessToken(BaseAccessToken):
    lifetime = settings.ACCESS_TOKEN_LIFETIME


def contribute_claims(contributor: Callable[[Session], Mapping[str, Any]]) -> None:
    """Register a room's claims; called in its `apps.py`."""
    if contributor not in _contributors:
        _contributors.append(contributor)


def claims_of(session: Session) -> dict[str, Any]:
    """What a token of this session says of the person, in the contract's names."""
    user, membership = session.user, session.membership
    # A code to a phone makes a patient: it is too little to run the platform by.
    operates = user.is_operator and session.method != Session.Method.CODE
    claims: dict[str, Any] = {
        "userId": str(user.pk),
        "email": user.email or "",
        "role": membership.role if membership else (None if operates else Role.PATIENT.value),
        "sid": str(session.pk),
    }
    if user.phone:
        claims["phoneNumber"] = user.phone
    if membership:
        claims |= {"membershipId": str(membership.pk), "organizationId": str(membership.organization_id)}
    if operates:
        claims["operator"] = True
    for contributor in _contributors:
        claims |= contributor(session)
    return claims


def access_token(session: Session) -> str:
    """A signed token of 15 minutes."""
    return signed(claims_of(session))


def signed(claims: Mapping[str, Any]) -> str:
    """A token that says these claims."""
    token = AccessToken()
    for name, value in claims.items():
        token[name] = value
    return str(token)


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """The actor that claims of ours describe."""

    def uuid(name: str) -> UUID | None:
        return UUID(claims[name]) if claims.get(name) else None

    return Actor(
        role=Role(claims["role"]) if claims.get("role") else None,
        user_id=uuid("userId"),
        session_id=uuid("sid"),
        membership_id=uuid("membershipId"),
        organization_id=uuid("organizationId"),
        doctor_id=uuid("doctorId"),
        patient_id=uuid("patientId"),
        phone=claims.get("phoneNumber", ""),
        email=claims.get("email", ""),
        is_operator=bool(claims.get("operator")),
    )


def read(raw: str) -> Mapping[str, Any] | None:
    """The claims of a token that is ours and alive, else None."""
    try:
        return AccessToken(raw.encode()).payload  # type: ignore[arg-type]
    except (TokenError, UnicodeEncodeError):
        return None
