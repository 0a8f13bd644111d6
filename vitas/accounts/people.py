"""The signed-in person as the API shows them: what every sign-in answers as `user`, and `users/me`."""

from collections.abc import Callable, Mapping
from typing import Any

from vitas.accounts.models import Session

Describe = Callable[[Session], Mapping[str, Any]]

_contributors: list[Describe] = []


def contribute(describe: Describe) -> None:
    """Register what a higher room says of a person (`profiles`); called in its `apps.py`."""
    if describe not in _contributors:
        _contributors.append(describe)


def described(session: Session, claims: Mapping[str, Any]) -> dict[str, Any]:
    """`claims` are those of the session's token: what the person is shown to be and what the token says agree."""
    user, membership = session.user, session.membership
    shown: dict[str, Any] = {
        "id": user.pk,
        "email": user.email,
        "phone_number": user.phone,
        "name": user.full_name,
        "language": user.language or None,
        "role": claims.get("role"),
        "is_operator": bool(claims.get("operator")),
        "organization_id": membership.organization_id if membership else None,
        "organization": _organization(membership.organization) if membership else None,
        "doctor_id": claims.get("doctorId"),
        "patient_id": claims.get("patientId"),
    }
    for describe in _contributors:
        shown |= describe(session)
    return shown


def _organization(organization: Any) -> dict[str, Any]:
    return {
        "id": organization.pk,
        "slug": organization.slug,
        "name": organization.name,
        "country": organization.country,
        "language": organization.language,
        "currency": organization.currency,
    }
