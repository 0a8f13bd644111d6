"""Signing in and out: sessions begin and end here, and whoever must know is told in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts import attempts
from vitas.accounts.authentication import revoked_key
from vitas.accounts.backends import PasswordBackend
from vitas.accounts.mfa import factors, requirement, steps
from vitas.accounts.models import Membership, Session, SignInStep, User
from vitas.common import limits
from vitas.common.context import current
from vitas.common.errors import NotAllowed, NotSignedIn

PATIENT_IDLE: Final = timedelta(hours=24)
SESSION_ENDS_AFTER: Final = timedelta(days=30)  # however busy it is
KNOWN_FOR: Final = timedelta(days=30)  # how long an address is one that a person signs in from
SEEN_EVERY: Final = timedelta(minutes=1)  # how often a session's row says that it was used


class What(StrEnum):
    """What happened to a session, as the audit trail names it."""

    SIGNED_IN = "SIGN_IN"
    FAILED = "SIGN_IN_FAILED"
    SIGNED_OUT = "SIGN_OUT"
    REUSED = "REFRESH_TOKEN_REUSED"
    REVOKED = "REVOKE_SESSION"
    NUMBER_CHANGED = "CHANGE_PHONE"
    PASSWORD_ASKED = "FORGET_PASSWORD"
    PASSWORD_LINK_SENT = "SEND_PASSWORD_LINK"
    PASSWORD_CHANGED = "CHANGE_PASSWORD"
    PASSWORD_REFUSED = "CHANGE_PASSWORD_FAILED"
    PROFILE_CHOSEN = "CHOOSE_PROFILE"
    PROFILE_REFUSED = "CHOOSE_PROFILE_FAILED"
    SECOND_STEP_FAILED = "SECOND_STEP_FAILED"
    CONFIRMED = "CONFIRM_IDENTITY"
    TOTP_ADDED = "ADD_AUTHENTICATOR_APP"
    TOTP_REMOVED = "REMOVE_AUTHENTICATOR_APP"
    PASSKEY_ADDED = "ADD_PASSKEY"
    PASSKEY_REMOVED = "REMOVE_PASSKEY"
    RECOVERY_CODES_MADE = "MAKE_RECOVERY_CODES"
    RECOVERY_CODE_USED = "USE_RECOVERY_CODE"
    FACTORS_TAKEN_AWAY = "TAKE_AWAY_SECOND_STEP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Told to observers. A failed sign-in has no session, and a user only where there is one of that name."""

    what: What
    method: str = ""
    session: Session | None = None
    user: User | None = None
    patient_id: UUID | None = None


Observer = Callable[[Happening], None]
Profile = Callable[[User], UUID | None]

_observers: list[Observer] = []
_profile_finders: list[Profile] = []


class WrongCredentials(NotSignedIn):
    """401, the same for an unknown e-mail and a wrong password."""


def observe(observer: Observer) -> None:
    """Register who is told of every happening, in its transaction; called in an `apps.py`."""
    if observer not in _observers:
        _observers.append(observer)


def find_profiles_by(finder: Profile) -> None:
    """Register how the patient is found for whom a person without a membership acts; called in an `apps.py`."""
    if finder not in _profile_finders:
        _profile_finders.append(finder)


def sign_in_with_password(*, email: str, password: str, tenant: str | None = None) -> Session:
    """A new session. `tenant` (id or slug) names the organization, for who works at several.

    Raises WrongCredentials, TooMany, Unavailable, NotAllowed, steps.SecondStepNeeded.
    """
    email = email.strip().lower()
    attempt = attempts.begin(account=email, known=lambda: _was_here(email))
    with attempt.being_judged():
        user = PasswordBackend().authenticate(None, email=email, password=password)
        if user is None:
            fail(method=Session.Method.PASSWORD, user=User.objects.filter(email=email).first())
            raise WrongCredentials(_("The e-mail or the password is wrong."))
        try:
            session = enter(user=user, method=Session.Method.PASSWORD, tenant=tenant)
        except steps.SecondStepNeeded:
            attempt.forgive()
            raise
    attempt.forgive()
    return session


def enter(*, user: User, method: str, tenant: str | None = None) -> Session:
    """The session of whose first step was good, where that is enough.

    Staff who have a second factor, or must have one, get none before it. Raises NotAllowed, steps.SecondStepNeeded.
    """
    membership = _membership_of(user, tenant)
    if membership or user.is_operator:
        if factors.has_any(user):
            raise steps.ask(user=user, wants=SignInStep.Wants.PROOF, method=method, tenant=tenant)
        if requirement.is_due(user=user, membership=membership, now=timezone.now()):
            raise steps.ask(user=user, wants=SignInStep.Wants.SETUP, method=method, tenant=tenant)
    return _open(user, method, membership)


def open_session(*, user: User, method: str, tenant: str | None = None, second_factor: str = "") -> Session:
    """Begin the session of a person who has proven who they are: as staff, else as a patient. Raises NotAllowed."""
    return _open(user, method, _membership_of(user, tenant), second_factor)


@transaction.atomic
def _open(user: User, method: str, membership: Membership | None, second_factor: str = "") -> Session:
    patient_id = None if membership or user.is_operator else _profile_of(user)
    if membership is None and patient_id is None and not user.is_operator:
        raise NotAllowed(_("This account has no place in Vitas at the moment. Ask your administrator."))
    return begin(user=user, method=method, membership=membership, patient_id=patient_id, second_factor=second_factor)


@transaction.atomic
def begin(
    *,
    user: User,
    method: str,
    membership: Membership | None = None,
    patient_id: UUID | None = None,
    second_factor: str = "",
) -> Session:
    """Write the session's row and tell the observers. Proving and choosing were done before."""
    now, context = timezone.now(), current.get()
    session = Session.objects.create(
        user=user,
        membership=membership,
        acting_patient_id=patient_id,
        method=method,
        address=context.address,
        agent=context.agent,
        created_at=now,
        last_seen_at=now,
        idle_ends_at=now + settings.REFRESH_TOKEN_LIFETIME,
        ends_at=now + SESSION_ENDS_AFTER,
        second_factor=second_factor,
    )
    by = f"{method}+{second_factor}" if second_factor else method
    tell(Happening(what=What.SIGNED_IN, method=by, session=session, user=user, patient_id=patient_id))
    return session


@transaction.atomic
def end_session(session: Session, *, what: What = What.SIGNED_OUT) -> bool:
    """Revoke the session: its refresh tokens are dead, its access token at the next request. False if it was over."""
    if not Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    tell(Happening(what=what, method=session.method, session=session, user=session.user))
    transaction.on_commit(lambda: mark_revoked(session.pk))
    return True


@transaction.atomic
def end_every_session(user: User, *, but: UUID | None = None) -> None:
    """Sign a person out everywhere: after a changed password, a lost phone, a person who left."""
    for session in (
        Session.objects.filter(user=user, revoked_at=None)
        .exclude(pk__in=[but] if but else [])
        .select_related("membership")
    ):
        end_session(session, what=What.REVOKED)


@transaction.atomic
def fail(*, method: str, user: User | None = None) -> None:
    """A sign-in that was refused is written down; the caller then raises."""
    tell(Happening(what=What.FAILED, method=method, user=user))


def tell(happening: Happening) -> None:
    """Within the act's transaction."""
    for observer in _observers:
        observer(happening)


def mark_revoked(*session_ids: UUID) -> None:
    """Tell every process through Redis, for as long as an access token could live. A sweep repeats it."""
    try:
        pipeline = limits.server().pipeline(transaction=False)
        for session_id in session_ids:
            pipeline.set(revoked_key(session_id), 1, ex=int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()) + 60)
        pipeline.execute()
    except limits.OUT_OF_REACH:
        limits.log.warning("redis out of reach, a revoked session was not marked")


def is_live(session: Session, now: datetime) -> bool:
    """Neither revoked nor run out, the person still has the place that the session is of, and proved enough for it."""
    member = session.membership
    return (
        session.revoked_at is None
        and session.idle_ends_at > now
        and session.ends_at > now
        and session.user.is_active
        and (member is None or (member.active and member.organization.active))
        and requirement.is_met(session, now)
    )


def idle_time(session: Session) -> timedelta:
    """How long a browser may be left alone: staff's `SESSION_TIMEOUT`, a patient's a day."""
    return PATIENT_IDLE if is_patients(session) else timedelta(milliseconds=settings.SESSION_TIMEOUT_MS)


def is_patients(session: Session) -> bool:
    return session.membership_id is None and not session.user.is_operator


def beat(session: Session) -> None:
    """A client says that it is still there (S1). From the first time on it must go on saying so, as a page must."""
    now = timezone.now()
    if session.heartbeat_at and now - session.heartbeat_at < SEEN_EVERY:
        return
    session.heartbeat_at, session.idle_ends_at = now, now + idle_time(session)
    Session.objects.filter(pk=session.pk, revoked_at=None).update(heartbeat_at=now, idle_ends_at=session.idle_ends_at)


def see(session_id: UUID) -> Session | None:
    """The session's row, if it is alive; notes at most once a minute that it was seen."""
    now = timezone.now()
    session = Session.objects.select_related("user", "membership__organization").filter(pk=session_id).first()
    if session is None or not is_live(session, now):
        return None
    if now - session.last_seen_at >= SEEN_EVERY:
        Session.objects.filter(pk=session.pk, revoked_at=None).update(last_seen_at=now)
        session.last_seen_at = now
    return session


def _was_here(email: str) -> bool:
    """Whether this account was signed in from this address before."""
    since = timezone.now() - KNOWN_FOR
    return Session.objects.filter(user__email=email, address=current.get().address, created_at__gt=since).exists()


def _membership_of(user: User, tenant: str | None) -> Membership | None:
    """Of the tenant that was asked for; else the one used last, else the oldest."""
    live = list(user.memberships.live().select_related("organization").order_by("pk"))
    if tenant and live:
        wanted = tenant.strip().lower()
        live = [found for found in live if wanted in (str(found.organization_id), found.organization.slug)]
        if not live:
            raise NotAllowed(_("You do not belong to this organization."))
    if len(live) < 2:
        return live[0] if live else None
    last = Session.objects.filter(user=user, membership__in=live).order_by("-pk").values_list("membership", flat=True)
    used = last.first()
    return next((found for found in live if found.pk == used), live[0])


def _profile_of(user: User) -> UUID | None:
    return next((found for find in _profile_finders if (found := find(user))), None)
