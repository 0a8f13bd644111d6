"""Who calls the API: a bearer token, or the http-only cookie with a CSRF token; and how often they may."""

from typing import Any

from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from vitas.accounts import tokens
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization, Session
from vitas.common import limits
from vitas.common.context import current
from vitas.common.errors import NotAllowed, NotSignedIn, TooMany

ACCESS_COOKIE = "authToken"
REFRESH_COOKIE = "refreshToken"


def revoked_key(session_id: object) -> str:
    """The Redis key that exists while a revoked session's last access token could still live."""
    return f"revoked:{session_id}"


class TokenAuthentication(BaseAuthentication):
    """Trusts the claims of a live token; one Redis call counts the request and sees whether the session was revoked."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        raw, by_cookie = _token_of(request)
        if not raw:
            return None
        try:
            actor = _live_actor(request, raw)
        except NotSignedIn:
            if by_cookie and not _must_sign_in(request):
                return None  # a dead cookie does not shut a person out of what is open to all, nor out of signing in
            raise
        if by_cookie:
            require_csrf(request)
        _require_own_tenant(request, actor)
        current.get().user_id = str(actor.user_id)
        return actor, raw

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class RequestLimit(BaseThrottle):
    """S3 7.2: so many requests a window, per person when signed in (staff ten times as many), else per address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        counted: limits.Counted | None = getattr(request, "counted", None)
        if counted is None and not isinstance(request.user, Actor):
            count_address(request)
        elif counted is not None and counted.over:
            raise TooMany(retry_after=counted.seconds)
        return True


def count_address(request: Request) -> None:
    """Count a request of somebody we do not know. Raises TooMany."""
    if getattr(request, "counted", None) is not None:
        return  # its session is known, and ended: it was counted under the person
    counted = limits.count(
        f"address:{current.get().address}", limit=settings.RATE_LIMIT_MAX_REQUESTS, window=settings.RATE_LIMIT_WINDOW
    )
    request.counted = counted  # type: ignore[attr-defined]
    if counted is not None and counted.over:
        raise TooMany(retry_after=counted.seconds)


def _token_of(request: Request) -> tuple[str, bool]:
    kind, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip() or "-", False
    return request.COOKIES.get(ACCESS_COOKIE, ""), True


def _must_sign_in(request: Request) -> bool:
    view = request.parser_context.get("view") if request.parser_context else None
    return not (view is not None and getattr(view, "is_public", lambda method: False)(request.method))


def _live_actor(request: Request, raw: str) -> Actor:
    claims = tokens.read(raw)
    if claims is None:
        raise NotSignedIn(_("The session has expired. Sign in again."))
    actor = tokens.actor_of(claims)
    _require_live_session(request, actor)
    return actor


def _require_live_session(request: Request, actor: Actor) -> None:
    factor = settings.RATE_LIMIT_STAFF_FACTOR if actor.is_staff or actor.is_operator else 1
    counted = limits.count(
        f"user:{actor.user_id}",
        limit=settings.RATE_LIMIT_MAX_REQUESTS * factor,
        window=settings.RATE_LIMIT_WINDOW,
        revoked_key=revoked_key(actor.session_id),
    )
    request.counted = counted  # type: ignore[attr-defined]
    # Without Redis the session's row says it: limits fail open, a revoked session never does.
    revoked = (
        counted.revoked
        if counted is not None
        else not Session.objects.filter(pk__in=[actor.session_id], revoked_at=None).exists()
    )
    if revoked:
        raise NotSignedIn(_("The session has ended. Sign in again."))


def _require_own_tenant(request: Request, actor: Actor) -> None:
    tenant = request.META.get("HTTP_X_TENANT_ID", "")
    if not tenant or not actor.organization_id or tenant.lower() == str(actor.organization_id):
        return
    # The slug names it as well as the id does, as at sign-in; ids are what clients send, so only a slug is looked up.
    if not Organization.objects.filter(pk=actor.organization_id, slug=tenant.lower()[:60]).exists():
        raise NotAllowed(_("This session belongs to another organization."))


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: Any, reason: str) -> Any:
        return reason


def require_csrf(request: Request) -> None:
    """With a cookie every unsafe method needs `X-CSRF-Token` (S3 7.4)."""
    check = _CsrfCheck(lambda _request: None)  # type: ignore[arg-type]
    django_request: Any = request._request
    check.process_request(django_request)
    # DRF marks its views exempt; this is where the check is made.
    if check.process_view(django_request, lambda: None, (), {}):  # type: ignore[arg-type,return-value]
        raise NotAllowed(_("The CSRF token is missing or wrong. Send it as X-CSRF-Token."))
