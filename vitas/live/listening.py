"""Who is at the other end of a socket: signed in by header, subprotocol or cookie; checked as long as it is open.

A page of ours signs in by its own session's cookie, and says so by the subprotocol `page`, for a browser may hold a
token's cookie as well, of another person perhaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from vitas.accounts import page_sessions, signing, tokens
from vitas.accounts.actor import Actor
from vitas.accounts.authentication import ACCESS_COOKIE
from vitas.accounts.models import Session

NOT_SIGNED_IN = 4401
NOT_YOURS = 4403


class Shut(Exception):
    """The socket closes with `code`."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


@dataclass(frozen=True, slots=True)
class Proof:
    """What a client shows: a token, the value of a page session's cookie, or neither."""

    token: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens, until when that may be believed. A page's session then says it anew, a token does not."""

    actor: Actor
    until: datetime
    by_page: bool = False

    @property
    def seconds_left(self) -> float:
        return (self.until - timezone.now()).total_seconds()


def subprotocol_of(scope: Mapping[str, Any]) -> str | None:
    """`bearer, <token>`: the first is answered, the second never. `page` is answered as it is."""
    return next((known for known in ("bearer", "page") if known in scope.get("subprotocols", [])), None)


def proof_of(scope: Mapping[str, Any]) -> Proof:
    """What the client shows, never taken from the address. Raises Shut: a cookie sent by a page that is not ours."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _space, token = headers.get(b"authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Proof(token=token.strip())
    offered = scope.get("subprotocols", [])
    if "bearer" in offered:
        return Proof(token=next((other for other in offered if other != "bearer"), ""))
    cookies = _cookies(headers.get(b"cookie", ""))
    shown = Proof(
        token="" if "page" in offered else cookies.get(ACCESS_COOKIE, ""),
        page=cookies.get(settings.SESSION_COOKIE_NAME, ""),
    )
    if (shown.token or shown.page) and not _is_ours(headers.get(b"origin", ""), headers.get(b"host", "")):
        raise Shut(NOT_YOURS)
    return shown


def sign_in(proof: Proof) -> Listener:
    """By the token, else by the page's session. Raises Shut for what is not ours, or dead, or has ended."""
    claims = tokens.read(proof.token) if proof.token else None
    if claims is None:
        return _of_page(page_sessions.session_named_by(proof.page) if proof.page else None)
    listener = Listener(tokens.actor_of(claims), datetime.fromtimestamp(claims["exp"], UTC))
    require_live(listener)
    return listener


def require_live(listener: Listener) -> Session:
    """Raises Shut when the token has run out, or the session, the person or the membership is not alive any more."""
    rows = Session.objects.select_related("user", "membership__organization")
    session = rows.filter(pk__in=[listener.actor.session_id]).first()
    over = listener.seconds_left <= 0 and not listener.by_page
    if over or session is None or not signing.is_live(session, timezone.now()):
        raise Shut(NOT_SIGNED_IN)
    return session


def still(listener: Listener) -> Listener:
    """The same listener, or who they are by now: a page's claims are believed as long as a token would be.

    Raises Shut as `require_live` does.
    """
    session = require_live(listener)
    return listener if listener.seconds_left > 0 else _of_page(session)


def _of_page(session: Session | None) -> Listener:
    now = timezone.now()
    if session is None or not signing.is_live(session, now):
        raise Shut(NOT_SIGNED_IN)
    actor = tokens.actor_of(tokens.claims_of(session))
    return Listener(actor, now + settings.ACCESS_TOKEN_LIFETIME, by_page=True)


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _is_ours(origin: str, host: str) -> bool:
    """The page is of this host, or of an origin that settings allow."""
    if origin in {*settings.CORS_ALLOWED_ORIGINS, settings.PUBLIC_URL, settings.FRONTEND_URL}:
        return True
    name, _port = split_domain_port(host)
    return bool(host) and urlsplit(origin).netloc == host and validate_host(name, settings.ALLOWED_HOSTS)
