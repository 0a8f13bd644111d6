"""Refresh tokens: 256 random bits, stored as a keyed hash, exchanged for the next at each use.

The next token is derived from the one it replaces (a keyed hash of it), so that two tabs that ask at the same moment
get the same one, and nothing that could be used is stored.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts import signing
from vitas.accounts.models import RefreshToken, Session
from vitas.common.errors import NotSignedIn

GRACE: Final = timedelta(seconds=30)  # how long the token just replaced still gives its successor


def issue(session: Session) -> str:
    """The first refresh token of a session."""
    raw = secrets.token_urlsafe(32)
    _store(session, raw, timezone.now())
    return raw


def exchange(raw: str) -> tuple[Session, str]:
    """The session of a token, and the token after it. Used before, it revokes the session. Raises NotSignedIn."""
    found = _exchange(raw)
    if found is None:
        raise NotSignedIn(_("The session has ended. Sign in again."))
    return found


def session_of(raw: str) -> Session | None:
    """The session a token belongs to, whatever its state: to sign out by it."""
    token = RefreshToken.objects.select_related("session__user", "session__membership").filter(token_hash=_hash(raw))
    found = token.first()
    return found.session if found else None


@transaction.atomic
def _exchange(raw: str) -> tuple[Session, str] | None:
    """None is an answer and not an exception, for what it finds out (a reuse) must be committed."""
    now = timezone.now()
    token = RefreshToken.objects.select_for_update().filter(token_hash=_hash(raw)).first()
    if token is None:
        return None
    rows = Session.objects.select_for_update(of=("self",)).select_related("user", "membership__organization")
    session = rows.get(pk=token.session_id)
    if not signing.is_live(session, now):
        return None
    successor = _successor(raw)
    if token.used_at is not None:
        if _was_just_replaced(token, now):
            return session, successor
        signing.end_session(session, what=signing.What.REUSED)
        return None
    if token.expires_at <= now:
        return None
    stored = _store(session, successor, now)
    RefreshToken.objects.filter(pk=token.pk).update(used_at=now, replaced_by=stored)
    # A client that sends heartbeats is left alone as a page is; of one that never did the refresh token is the measure.
    idle = signing.idle_time(session) if session.heartbeat_at else settings.REFRESH_TOKEN_LIFETIME
    session.last_seen_at, session.idle_ends_at = now, now + idle
    session.save(update_fields=["last_seen_at", "idle_ends_at"])
    return session, successor


def _was_just_replaced(token: RefreshToken, now: datetime) -> bool:
    """Within the grace, and nobody has gone on from its successor."""
    if token.used_at is None or now - token.used_at > GRACE:
        return False
    return RefreshToken.objects.filter(replaces=token, used_at=None).exists()


def _store(session: Session, raw: str, now: datetime) -> RefreshToken:
    expires = min(now + settings.REFRESH_TOKEN_LIFETIME, session.ends_at)
    return RefreshToken.objects.create(session=session, token_hash=_hash(raw), expires_at=expires)


def _hash(raw: str) -> str:
    return _keyed("refresh", raw).hex()


def _successor(raw: str) -> str:
    return base64.urlsafe_b64encode(_keyed("successor", raw)).rstrip(b"=").decode()


def _keyed(purpose: str, raw: str) -> bytes:
    message = f"{purpose}:{raw}".encode("utf-8", "surrogatepass")
    return hmac.digest(settings.CODE_SECRET.encode(), message, hashlib.sha256)
