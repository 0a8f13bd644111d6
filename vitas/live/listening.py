"""Who is at the other end of a socket: signed in by cookie, header or subprotocol; checked as long as it is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from vitas.accounts import signing, tokens
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
class Listener:
    """Who listens, until when their token lives."""

    actor: Actor
    until: datetime

    @property
    def seconds_left(self) -> float:
        return (self.until - timezone.now()).total_seconds()


def subprotocol_of(scope: Mapping[str, Any]) -> str | None:
    """`bearer, <token>`: the first is answered, the second never."""
    return "bearer" if "bearer" in scope.get("subprotocols", []) else None


def token_of(scope: Mapping[str, Any]) -> str:
    """The token, never taken from the address. Raises Shut: none, or a cookie sent by a page that is not ours."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _space, token = headers.get(b"authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    offered = scope.get("subprotocols", [])
    if "bearer" in offered:
        return next((other for other in offered if other != "bearer"), "")
    token = _cookie(headers.get(b"cookie", ""))
    if token and not _is_ours(headers.get(b"origin", ""), headers.get(b"host", "")):
        raise Shut(NOT_YOURS)
    return token


def sign_in(token: str) -> Listener:
    """Raises Shut for a token that is not ours, or dead, or whose session has ended."""
    claims = tokens.read(token) if token else None
    if claims is None:
        raise Shut(NOT_SIGNED_IN)
    listener = Listener(tokens.actor_of(claims), datetime.fromtimestamp(claims["exp"], UTC))
    require_live(listener)
    return listener


def require_live(listener: Listener) -> None:
    """Raises Shut when the token has run out, or the session, the person or the membership is not alive any more."""
    rows = Session.objects.select_related("user", "membership__organization")
    session = rows.filter(pk__in=[listener.actor.session_id]).first()
    if listener.seconds_left <= 0 or session is None or not signing.is_live(session, timezone.now()):
        raise Shut(NOT_SIGNED_IN)


def _cookie(header: str) -> str:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return ""
    return cookies[ACCESS_COOKIE].value if ACCESS_COOKIE in cookies else ""


def _is_ours(origin: str, host: str) -> bool:
    """The page is of this host, or of an origin that settings allow."""
    if origin in {*settings.CORS_ALLOWED_ORIGINS, settings.PUBLIC_URL, settings.FRONTEND_URL}:
        return True
    name, _port = split_domain_port(host)
    return bool(host) and urlsplit(origin).netloc == host and validate_host(name, settings.ALLOWED_HOSTS)
