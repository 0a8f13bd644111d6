"""What a sign-in answers: tokens in the body, the same as http-only cookies, and the CSRF token that cookies need."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.middleware.csrf import get_token, rotate_token
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts import people, tokens
from vitas.accounts.authentication import ACCESS_COOKIE, REFRESH_COOKIE
from vitas.accounts.mfa import factors
from vitas.accounts.mfa.steps import SecondStepNeeded
from vitas.accounts.models import Session, SignInStep

REFRESH_PATH = "/api"

_contributors: list[Callable[[Session], Mapping[str, Any]]] = []


def signed_in(request: Request, session: Session, refresh: str, *, with_token: bool = False, **more: Any) -> Response:
    """The answer of every sign-in. `with_token` adds S0's `token`, the access token again."""
    rotate_token(request._request)
    return refreshed(request, session, refresh, with_token=with_token, **more)


def refreshed(request: Request, session: Session, refresh: str, *, with_token: bool = False, **more: Any) -> Response:
    """The same within a session: its CSRF token stays, for another tab may hold it."""
    claims = tokens.claims_of(session)
    access = tokens.signed(claims)
    body = {
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
        "csrf_token": get_token(request._request),
        "user": people.described(session, claims),
        **({"token": access} if with_token else {}),
        **more,
    }
    response = Response(body)
    _set(response, ACCESS_COOKIE, access, path="/", seconds=settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    _set(response, REFRESH_COOKIE, refresh, path=REFRESH_PATH, seconds=settings.REFRESH_TOKEN_LIFETIME.total_seconds())
    return response


def contribute(contributor: Callable[[Session], Mapping[str, Any]]) -> None:
    """Register what a higher room's sign-in answers beside the tokens (`doctor`); called in its `apps.py`."""
    if contributor not in _contributors:
        _contributors.append(contributor)


def also(session: Session) -> dict[str, Any]:
    """What higher rooms answer of who signed in."""
    return {name: value for contributor in _contributors for name, value in contributor(session).items()}


def second_step(needed: SecondStepNeeded) -> Response:
    """The first step was good: a token for the second, or for setting one up, and nothing else."""
    step = needed.step
    proof = step.wants == SignInStep.Wants.PROOF
    body = {
        "mfa_required": True,
        "mfa_setup_required": not proof,
        "mfa_token": needed.token,
        "methods": factors.of(step.user).methods if proof else [],
        "expires_in": int((step.expires_at - step.created_at).total_seconds()),
    }
    return Response(body)


def new_access(request: Request, session: Session, **more: Any) -> Response:
    """A fresh access token within the session, after a profile was chosen: the refresh token stays."""
    claims = tokens.claims_of(session)
    access = tokens.signed(claims)
    body = {
        "access_token": access,
        "expires_in": int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
        "csrf_token": get_token(request._request),
        "user": people.described(session, claims),
        "token": access,
        **more,
    }
    response = Response(body)
    _set(response, ACCESS_COOKIE, access, path="/", seconds=settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    return response


def signed_out() -> Response:
    response = Response({"success": True})
    response.delete_cookie(ACCESS_COOKIE, path="/", samesite="Lax")
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Lax")
    return response


def _set(response: Response, name: str, value: str, *, path: str, seconds: float) -> None:
    response.set_cookie(
        name, value, max_age=int(seconds), path=path, httponly=True, samesite="Lax", secure=settings.PRODUCTION
    )
