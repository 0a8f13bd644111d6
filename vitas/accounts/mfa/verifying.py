"""The second step of a sign-in: by a code, a recovery code or a passkey; or by a passkey alone, which is both steps."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from vitas.accounts import attempts, signing
from vitas.accounts.mfa import guarded, letters, passkeys, recovery, steps, totp
from vitas.accounts.models import Factor, Passkey, PasskeyChallenge, Session, SignInStep
from vitas.accounts.signing import What
from vitas.common.errors import NotSignedIn

Credential = Mapping[str, Any]
_SIGN_IN = PasskeyChallenge.Purpose.SIGN_IN


class WrongSecondStep(NotSignedIn):
    """401: a wrong code, one that was used before, or a passkey that is none of the person's."""


def passkey_options(token: str = "") -> dict[str, Any]:
    """What the browser asks a passkey by: for the sign-in that waits under `token`, else for one by it alone.

    Raises steps.DeadStep.
    """
    if not token:
        return passkeys.request_options(purpose=_SIGN_IN)
    step = steps.found(token, wants=SignInStep.Wants.PROOF)
    return passkeys.request_options(purpose=_SIGN_IN, holder_id=step.pk, user=step.user)


def take(*, token: str, code: str = "", recovery_code: str = "", passkey: Credential | None = None) -> Session:
    """The session of who also proves the second step.

    Raises WrongSecondStep, steps.DeadStep, TooMany, Unavailable, NotAllowed.
    """
    step = steps.found(token, wants=SignInStep.Wants.PROOF)
    steps.count_try(step)
    if passkey is not None:
        return _by_passkey(step, passkey)
    factor = Factor.RECOVERY_CODE if recovery_code else Factor.TOTP
    session = None
    with guarded.guesses(step.user, method=factor) as guess:
        session = _by_code(step, factor, recovery_code or code)
        guess.good = session is not None
    if session is None:
        raise WrongSecondStep(_wrong(step))
    return session


def by_passkey_alone(credential: Credential, *, tenant: str | None = None) -> Session:
    """Signed in without a password. Raises WrongSecondStep, TooMany, Unavailable, NotAllowed."""
    attempt = attempts.begin()
    with attempt.being_judged():
        passkey = passkeys.proven(credential, purpose=_SIGN_IN)
        if passkey is None:
            signing.fail(method=Session.Method.PASSKEY)
            raise WrongSecondStep(_("This passkey is not known here."))
        session = signing.open_session(
            user=passkey.user, method=Session.Method.PASSKEY, tenant=tenant, second_factor=Factor.PASSKEY
        )
    attempt.forgive()
    return session


@transaction.atomic
def finish(step: SignInStep, *, factor: str) -> Session:
    """The session of a sign-in whose second step was just proven, or set up. Raises steps.DeadStep, NotAllowed."""
    steps.use(step)
    return signing.open_session(user=step.user, method=step.method, tenant=step.tenant or None, second_factor=factor)


@transaction.atomic
def _by_code(step: SignInStep, factor: Factor, typed: str) -> Session | None:
    use = recovery.use if factor == Factor.RECOVERY_CODE else totp.use
    if not use(user=step.user, code=typed):
        return None
    session = finish(step, factor=factor)
    if factor == Factor.RECOVERY_CODE:
        letters.tell(What.RECOVERY_CODE_USED, user=step.user, session=session)
    return session


def _by_passkey(step: SignInStep, credential: Credential) -> Session:
    passkey: Passkey | None = passkeys.proven(credential, purpose=_SIGN_IN, holder_id=step.pk, user=step.user)
    if passkey is None:
        guarded.note_failure(step.user, method=Factor.PASSKEY)
        raise WrongSecondStep(_("This passkey could not be checked. Try again."))
    return finish(step, factor=Factor.PASSKEY)


def _wrong(step: SignInStep) -> str:
    left = SignInStep.TRIES - step.tries - 1
    if left > 0:
        return _("The code is wrong, or was used already. Tries left: %(count)d.") % {"count": left}
    return _("The code is wrong. Sign in again from the start.")
