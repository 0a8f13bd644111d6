"""Sessions of pages and of the admin: the browser's signed cookie names the same Session row that a token would.

The cookie also carries the claims of the session, believed as long as an access token would be; whether the session is
alive says the row, at every request.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils import timezone

from vitas.accounts import signing, tokens
from vitas.accounts.actor import NOBODY, Actor
from vitas.accounts.models import Session
from vitas.common.pages import BY_ITSELF

STAFF_ENDS_AFTER: Final = timedelta(hours=12)
PATIENT_ENDS_AFTER: Final = timedelta(days=7)

_KEY = "vitas"
_STEP = "second-step"

# What higher rooms show of the session on every page (`acting`), kept beside the claims: it costs a page no query.
_shown: list[Callable[[Session], Mapping[str, Any]]] = []


def show(contributor: Callable[[Session], Mapping[str, Any]]) -> None:
    """Register what a room shows; called in its `apps.py`. It is read anew as often as the claims."""
    if contributor not in _shown:
        _shown.append(contributor)


def sign_in_page(request: HttpRequest, session: Session) -> None:
    """The browser is signed in by a session that signing.py has begun."""
    now = timezone.now()
    session.idle_ends_at = now + signing.idle_time(session)
    ends_after = PATIENT_ENDS_AFTER if signing.is_patients(session) else STAFF_ENDS_AFTER
    session.ends_at = min(session.ends_at, now + ends_after)
    session.save(update_fields=["idle_ends_at", "ends_at"])
    request.session.flush()  # nothing of who was here before
    _remember(request, session, now)
    rotate_token(request)
    _act_as(request, session)


def hold_step(request: HttpRequest, token: str, *, wanted: str) -> None:
    """The browser's first step was good: it holds the token of the sign-in that waits, and is signed in by nothing."""
    request.session.flush()
    request.session[_STEP] = {"token": token, "next": wanted}
    request.actor = NOBODY  # type: ignore[attr-defined]


def held_step(request: HttpRequest) -> str:
    return str((request.session.get(_STEP) or {}).get("token", ""))


def wanted(request: HttpRequest) -> str:
    """Where the person whose sign-in waits wanted to go; looked at again before they are sent there."""
    return str((request.session.get(_STEP) or {}).get("next", ""))


def drop_step(request: HttpRequest) -> None:
    request.session.pop(_STEP, None)


def row_of(request: HttpRequest) -> Session:
    """The session that the browser is signed in by, as it was read for this request."""
    found: Session = request.page_session  # type: ignore[attr-defined]
    return found


def seconds_left(session: Session) -> int:
    """Until the session ends when nobody does anything."""
    return max(0, math.ceil((min(session.idle_ends_at, session.ends_at) - timezone.now()).total_seconds()))


def sign_out_page(request: HttpRequest) -> None:
    """End the session that the browser is signed in by."""
    session_id = _session_id(request.session)
    session = Session.objects.select_related("user", "membership").filter(pk=session_id).first() if session_id else None
    if session is not None:
        signing.end_session(session)
    request.session.flush()
    request.actor = NOBODY  # type: ignore[attr-defined]


def forgotten(response: HttpResponse) -> HttpResponse:
    """The answer to a sign-out: the browser keeps nothing of what pages stored in it."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def read_page(request: HttpRequest) -> None:
    """Set `request.actor` and `request.user` by the browser's cookie, if its session is alive. One query."""
    session_id = _session_id(request.session)
    if session_id is None:
        return
    now = timezone.now()
    session = _row(session_id)
    if session is None or not signing.is_live(session, now):
        request.session.flush()
        return
    _act_as(request, session)
    if BY_ITSELF not in request.headers:  # a page that refreshes a part of itself keeps nobody signed in
        _note_seen(session, now)


def session_named_by(cookie: str) -> Session | None:
    """The session that a page's cookie names, for who has no request: a socket. Whether it is alive, they ask."""
    session_id = _session_id(SessionStore(cookie))
    return _row(session_id) if session_id else None


def remember_claims(request: HttpRequest, session: Session) -> None:
    """After a profile was chosen: the next page acts for it."""
    _remember(request, session, timezone.now())
    _act_as(request, session)


def _note_seen(session: Session, now: datetime) -> None:
    if now - session.last_seen_at < min(signing.SEEN_EVERY, signing.idle_time(session) / 10):
        return
    session.last_seen_at, session.idle_ends_at = now, now + signing.idle_time(session)
    Session.objects.filter(pk=session.pk, revoked_at=None).update(last_seen_at=now, idle_ends_at=session.idle_ends_at)


def _act_as(request: HttpRequest, session: Session) -> None:
    request.actor = _actor(request, session)  # type: ignore[attr-defined]
    request.user, request.page_session = session.user, session  # type: ignore[attr-defined]
    request.organization = session.membership.organization if session.membership else None  # type: ignore[attr-defined]


def _actor(request: HttpRequest, session: Session) -> Actor:
    kept: dict[str, Any] = request.session[_KEY]
    if timezone.now().timestamp() - kept["at"] > settings.ACCESS_TOKEN_LIFETIME.total_seconds():
        kept = _remember(request, session, timezone.now())
    request.shown = kept.get("shown", {})  # type: ignore[attr-defined]
    return tokens.actor_of(kept["claims"])


def _remember(request: HttpRequest, session: Session, now: datetime) -> dict[str, Any]:
    shown = {name: value for contributor in _shown for name, value in contributor(session).items()}
    claims = tokens.claims_of(session)
    kept = {"session": str(session.pk), "at": int(now.timestamp()), "claims": claims, "shown": shown}
    request.session[_KEY] = kept
    return kept


def _row(session_id: UUID) -> Session | None:
    return Session.objects.select_related("user", "membership__organization").filter(pk=session_id).first()


def _session_id(kept_by_browser: SessionBase) -> UUID | None:
    kept = kept_by_browser.get(_KEY)
    try:
        return UUID(kept["session"]) if kept else None
    except (KeyError, TypeError, ValueError):
        return None
