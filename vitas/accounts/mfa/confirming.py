"""Proving again who one is before an act that weighs more: a change of how one signs in, a signature.

A sign-in counts for ten minutes, so does a confirmation. Other rooms: `require_recent(session)` before the act, or
`confirm(session=…, password=… or code=… or passkey=…)` as a part of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitas.accounts import attempts, signing
from vitas.accounts.mfa import factors, guarded, passkeys, totp
from vitas.accounts.models import PasskeyChallenge, Session
from vitas.accounts.signing import Happening, What
from vitas.common.errors import Invalid, NotAllowed

RECENT: Final = timedelta(minutes=10)


class ConfirmFirst(NotAllowed):
    """403: the person must prove again who they are."""

    sentence = gettext_lazy("Confirm first that it is you.")

    def __init__(self) -> None:
        super().__init__(extra={"confirmation_required": True})


def recent_until(session: Session) -> datetime:
    return max(session.created_at, session.confirmed_at or session.created_at) + RECENT


def is_recent(session: Session) -> bool:
    return recent_until(session) > timezone.now()


def require_recent(session: Session) -> None:
    """Raises ConfirmFirst."""
    if not is_recent(session):
        raise ConfirmFirst()


def methods(session: Session) -> list[str]:
    """By what the person may confirm."""
    found = [name for name in factors.of(session.user).methods if name != "recoveryCode"]
    return [*(["password"] if session.user.has_usable_password() else []), *found]


def passkey_options(session: Session) -> dict[str, Any]:
    """What the browser asks one of the person's passkeys by."""
    return passkeys.request_options(purpose=PasskeyChallenge.Purpose.CONFIRM, holder_id=session.pk, user=session.user)


def confirm(
    *, session: Session, password: str = "", code: str = "", passkey: Mapping[str, Any] | None = None
) -> datetime:
    """By the password, a code of the authenticator app, or a passkey; until when it counts.

    Raises Invalid on the field that is wrong, TooMany, Unavailable.
    """
    if passkey is not None:
        _by_passkey(session, passkey)
    elif code:
        _by_code(session, code)
    else:
        _by_password(session, password)
    session.confirmed_at = timezone.now()
    with transaction.atomic():
        Session.objects.filter(pk=session.pk, revoked_at=None).update(confirmed_at=session.confirmed_at)
        signing.tell(Happening(what=What.CONFIRMED, session=session, user=session.user))
    return recent_until(session)


def _by_password(session: Session, password: str) -> None:
    user = session.user
    attempt = attempts.begin(account=user.email or str(user.pk))
    with attempt.being_judged():
        good = bool(password) and user.check_password(password)
        if not good:
            guarded.note_failure(user, session=session, method="password")
            raise Invalid.field("password", _("This is not your password."))
    attempt.forgive()


def _by_code(session: Session, code: str) -> None:
    with guarded.guesses(session.user, session=session, method="totp") as guess:
        guess.good = totp.use(user=session.user, code=code)
    if not guess.good:
        raise Invalid.field("code", _("The code is wrong, or was used already. Wait for the next one."))


def _by_passkey(session: Session, passkey: Mapping[str, Any]) -> None:
    purpose = PasskeyChallenge.Purpose.CONFIRM
    if passkeys.proven(passkey, purpose=purpose, holder_id=session.pk, user=session.user) is None:
        guarded.note_failure(session.user, session=session, method="passkey")
        raise Invalid.field("passkey", _("This passkey could not be checked. Try again."))
