"""Addresses of sessions: refresh, sign-out, Firebase, heartbeat, and who I am."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts import answers, firebase, own_sessions, people, refresh_tokens, signing, tokens
from vitas.accounts.authentication import REFRESH_COOKIE, TokenAuthentication, require_csrf
from vitas.accounts.mfa.serializers import SECOND_STEP_EXAMPLE, signed_in_or_second_step
from vitas.accounts.mfa.steps import SecondStepNeeded
from vitas.accounts.models import Session
from vitas.accounts.permissions import PUBLIC, SIGNED_IN
from vitas.accounts.rest import ApiView
from vitas.accounts.serializers import (
    EndedOut,
    FirebaseIn,
    HeartbeatOut,
    RefreshIn,
    SessionsOut,
    SignedInOut,
    SuccessOut,
    UserOut,
)
from vitas.common.api import pagination
from vitas.common.errors import NotSignedIn, Unavailable

SIGNED_IN_EXAMPLE = {
    "accessToken": "eyJhbGciOiJIUzI1NiIs…",
    "refreshToken": "T1x9f2…",
    "expiresIn": 900,
    "csrfToken": "pX0c…",
    "user": {
        "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4a",
        "email": "sarah.johnson@demo.vitas.test",
        "phoneNumber": None,
        "name": "Sarah Johnson",
        "language": "en",
        "role": "doctor",
        "isOperator": False,
        "organizationId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4b",
        "organization": None,
        "doctorId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4c",
        "patientId": None,
    },
}


SESSION_EXAMPLE = {
    "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4a",
    "device": "Chrome, Android",
    "handheld": True,
    "method": "password",
    "secondFactor": "totp",
    "address": "203.0.113.9",
    "organization": "Harbor Family Clinic",
    "createdAt": "2025-01-15T14:00:00Z",
    "lastSeenAt": "2025-01-15T14:05:00Z",
    "expiresAt": "2025-01-22T14:00:00Z",
    "current": True,
}


class OpenView(ApiView):
    """Base of addresses that look at no access token: whoever was signed in before does not matter."""

    authentication_classes = ()
    access: ClassVar[dict[str, Any]] = {"POST": PUBLIC}


class SignInView(OpenView):
    """Base of addresses where one signs in. Whom a second step is asked of gets a token for it, and no session."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SecondStepNeeded):
            return answers.second_step(exc)
        return super().handle_exception(exc)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if getattr(request, "counted", None) is None:
            raise Unavailable()  # without Redis nobody can count failures: closed, and told so at once

    @property
    def tenant(self) -> str | None:
        return self.request.headers.get("X-Tenant-ID", "")[:60] or None


class Refresh(OpenView):
    """A new access token for a refresh token, which is replaced (S2, S3)."""

    @extend_schema(
        summary="Refresh the session",
        description="The refresh token stands in the body, or in the http-only cookie `refreshToken`; by cookie "
        "`X-CSRF-Token` is needed. It is replaced at each use; one that was used before ends the session.",
        request=RefreshIn,
        responses={200: SignedInOut},
        examples=[
            OpenApiExample("By body", value={"refreshToken": "T1x9f2…"}, request_only=True),
            OpenApiExample("Refreshed", value=SIGNED_IN_EXAMPLE, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        raw = _refresh_token(self)
        if not raw:
            raise NotSignedIn()
        session, successor = refresh_tokens.exchange(raw)
        return answers.refreshed(request, session, successor)


class LenientAuthentication(TokenAuthentication):
    """To sign out: a dead access token is no obstacle, the refresh token may still name the session."""

    def authenticate(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except NotSignedIn:
            return None


class Logout(ApiView):
    """The session ends: its refresh token at once, its access token with the next request."""

    authentication_classes = (LenientAuthentication,)
    access: ClassVar[dict[str, Any]] = {"POST": PUBLIC}

    @extend_schema(
        summary="Sign out",
        description="By the access token, or by the refresh token where that one has expired.",
        request=RefreshIn,
        responses={200: SuccessOut},
        examples=[OpenApiExample("Signed out", value={"success": True}, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        session = self._session()
        if session is None:
            raise NotSignedIn()
        signing.end_session(session)
        return answers.signed_out()

    def _session(self) -> Session | None:
        if self.actor.session_id:
            rows = Session.objects.select_related("user", "membership")
            return rows.filter(pk=self.actor.session_id).first()
        raw = _refresh_token(self)
        return refresh_tokens.session_of(raw) if raw else None


class Firebase(SignInView):
    """Sign in with a Firebase ID token (S4)."""

    @extend_schema(
        summary="Sign in with a Firebase ID token",
        description="Checked against the project's published keys. The person is found by the Firebase account, else "
        "by a verified e-mail or phone number. Of staff a second step may be asked, as after a password.",
        request=FirebaseIn,
        responses={200: signed_in_or_second_step()},
        examples=[
            OpenApiExample("Firebase", value={"idToken": "eyJhbGciOiJSUzI1NiIs…"}, request_only=True),
            OpenApiExample("Signed in", value=SIGNED_IN_EXAMPLE, response_only=True),
            OpenApiExample("A second step is needed", value=SECOND_STEP_EXAMPLE, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(FirebaseIn)
        session = firebase.sign_in(id_token=body["id_token"], tenant=self.tenant)
        return answers.signed_in(request, session, refresh_tokens.issue(session), with_token=True)


class Heartbeat(ApiView):
    """A browser says every five minutes that it is still there (S1)."""

    access: ClassVar[dict[str, Any]] = {"POST": SIGNED_IN}

    @extend_schema(
        summary="Session heartbeat",
        description="Keeps the session from ending while nobody does anything: staff's after `SESSION_TIMEOUT` (15 "
        "minutes), a patient's after a day. A client that has sent one must go on sending them; where none came for so "
        "long, the session is over, and a refresh is refused.",
        request=None,
        responses={200: HeartbeatOut},
        examples=[
            OpenApiExample(
                "Alive",
                value={
                    "sessionId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4a",
                    "lastSeenAt": "2025-01-15T14:00:00Z",
                    "expiresAt": "2025-01-15T14:15:00Z",
                },
                response_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        session = session_row(self)
        signing.beat(session)
        ends = min(session.idle_ends_at, session.ends_at)
        return Response({"session_id": session.pk, "last_seen_at": session.last_seen_at, "expires_at": ends})


class Me(ApiView):
    """The signed-in person."""

    access: ClassVar[dict[str, Any]] = {"GET": SIGNED_IN}

    @extend_schema(
        summary="The signed-in person",
        responses={200: UserOut},
        examples=[OpenApiExample("A doctor", value=SIGNED_IN_EXAMPLE["user"], response_only=True)],
    )
    def get(self, request: Request) -> Response:
        session = session_row(self)
        return Response(people.described(session, tokens.claims_of(session)))


class Sessions(ApiView):
    """Where one is signed in."""

    access: ClassVar[dict[str, Any]] = {"GET": SIGNED_IN, "DELETE": SIGNED_IN}

    @extend_schema(
        summary="Where one is signed in",
        description="One's own sessions that go on, the one used last first.",
        parameters=[
            OpenApiParameter("page", int, description="From 1."),
            OpenApiParameter("limit", int, description="Rows a page, at most 100."),
        ],
        responses={200: SessionsOut},
        examples=[
            OpenApiExample(
                "A phone",
                value={
                    "data": [SESSION_EXAMPLE],
                    "pagination": {"page": 1, "limit": 20, "total": 1, "totalPages": 1},
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> Response:
        session = session_row(self)
        return pagination.listed(
            request,
            own_sessions.live(session.user_id),
            lambda rows: own_sessions.described(rows, here=session.pk),
        )

    @extend_schema(
        summary="Sign out everywhere else",
        request=None,
        responses={200: EndedOut},
        examples=[OpenApiExample("Ended", value={"success": True, "ended": 2}, response_only=True)],
    )
    def delete(self, request: Request) -> Response:
        session = session_row(self)
        return Response({"success": True, "ended": own_sessions.end_others(session.user_id, here=session.pk)})


class OneSession(ApiView):
    """A session of one's own."""

    access: ClassVar[dict[str, Any]] = {"DELETE": SIGNED_IN}

    @extend_schema(
        summary="End a session of one's own",
        request=None,
        responses={200: SuccessOut},
        examples=[OpenApiExample("Ended", value={"success": True}, response_only=True)],
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        own_sessions.end(session_row(self).user_id, session_id)
        return Response({"success": True})


def session_row(view: ApiView) -> Session:
    """The caller's session, alive in the database too: a token alone may be older than its end. Raises NotSignedIn."""
    session = signing.see(view.actor.session_id) if view.actor.session_id else None
    if session is None:
        raise NotSignedIn()
    return session


def _refresh_token(view: ApiView) -> str:
    """Of the body, else of the cookie; then the request must prove that it is of our page."""
    given: str = view.read(RefreshIn).get("refresh_token", "")
    if given:
        return given
    kept: str = view.request.COOKIES.get(REFRESH_COOKIE, "")
    if kept:
        require_csrf(view.request)
    return kept
