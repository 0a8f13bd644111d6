"""A sign-in that waits for its second step: a row and a token that open nothing else.

The token is good for five minutes (half an hour where a second step must be set up first), five tries, once, and for
the browser or program that took the first step.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.models import SignInStep, User
from vitas.common.context import current
from vitas.common.errors import NotSignedIn
from vitas.common.ids import new_id

LIVES: Final = timedelta(minutes=5)
SETUP_LIVES: Final = timedelta(minutes=30)  # an app must be fetched, perhaps


class SecondStepNeeded(NotSignedIn):
    """The first step was good. What goes on with `token` is the second, or setting one up; there is no session yet."""

    sentence = _("A second step is needed to sign in.")

    def __init__(self, step: SignInStep, token: str) -> None:
        self.step, self.token = step, token
        super().__init__()


class DeadStep(NotSignedIn):
    """401: expired, used, tried too often, of another browser, or never ours."""

    sentence = _("This took too long, or was tried too often. Sign in again from the start.")


def ask(*, user: User, wants: str, method: str, tenant: str | None) -> SecondStepNeeded:
    """Write down that the first step was good. The caller raises what it gets."""
    now, secret, step_id = timezone.now(), secrets.token_urlsafe(24), new_id()
    step = SignInStep.objects.create(
        id=step_id,
        user=user,
        wants=wants,
        method=method,
        tenant=(tenant or "")[:60],
        agent=current.get().agent[:300],
        token_hash=_hash(step_id, secret),
        created_at=now,
        expires_at=now + (LIVES if wants == SignInStep.Wants.PROOF else SETUP_LIVES),
    )
    return SecondStepNeeded(step, f"{step_id.hex}-{secret}")


def found(token: str, *, wants: str) -> SignInStep:
    """The sign-in that a token stands for; nothing is used up. Raises DeadStep."""
    step_id, _dash, secret = token.partition("-")
    try:
        rows = SignInStep.objects.live(timezone.now()).select_related("user")
        step = rows.filter(pk=UUID(hex=step_id), wants=wants, tries__lt=SignInStep.TRIES).first()
    except ValueError:
        step = None
    if step is None or not hmac.compare_digest(step.token_hash, _hash(step.pk, secret)):
        raise DeadStep()
    if step.agent != current.get().agent[:300]:
        raise DeadStep()
    return step


def count_try(step: SignInStep) -> None:
    """Before the proof is judged, in one statement: guesses that come at the same moment all count. Raises DeadStep."""
    rows = SignInStep.objects.live(timezone.now()).filter(pk=step.pk, tries__lt=SignInStep.TRIES)
    if not rows.update(tries=F("tries") + 1):
        raise DeadStep()


def use(step: SignInStep) -> None:
    """Within the sign-in's transaction: of two requests with the same token one goes on. Raises DeadStep."""
    if not SignInStep.objects.filter(pk=step.pk, used_at=None).update(used_at=timezone.now()):
        raise DeadStep()


def _hash(step_id: object, secret: str) -> str:
    message = f"second step:{step_id}:{secret}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.CODE_SECRET.encode(), message, hashlib.sha256).hexdigest()
