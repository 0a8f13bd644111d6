"""Whoever's way to sign in changes is told by e-mail, and the trail knows, in the act's transaction."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vitas.accounts import signing
from vitas.accounts.models import Session, User
from vitas.accounts.signing import Happening, What
from vitas.common.ids import new_id
from vitas.messaging import outbox

LIVES: Final = timedelta(days=7)

CHANGES: Final[Mapping[What, Promise]] = {
    What.TOTP_ADDED: _("an authenticator app was set up for it"),
    What.TOTP_REMOVED: _("the authenticator app was removed from it"),
    What.PASSKEY_ADDED: _("a passkey was added to it"),
    What.PASSKEY_REMOVED: _("a passkey was removed from it"),
    What.RECOVERY_CODES_MADE: _("new recovery codes were made for it; those before do not work any more"),
    What.RECOVERY_CODE_USED: _("one of its recovery codes was used to sign in"),
    What.FACTORS_TAKEN_AWAY: _("an administrator removed its authenticator app, passkeys and recovery codes"),
}


def tell(what: What, *, user: User, session: Session | None = None, method: str = "") -> None:
    """Within the act's transaction."""
    signing.tell(Happening(what=what, method=method, session=session, user=user))
    if what in CHANGES:
        _mail(user, "sign_in_changed", key=f"sign_in_changed:{new_id()}", change=_said(what, user))


def warn(user: User) -> None:
    """Somebody gives wrong second steps after a right password: once a day."""
    _mail(user, "second_step_failing", key=f"second_step_failing:{user.pk}:{timezone.now().date()}")


def _said(what: What, user: User) -> str:
    with translation.override(user.language or translation.get_language()):
        return str(CHANGES[what])


def _mail(user: User, template: str, *, key: str, **variables: str) -> None:
    if not user.email:
        return
    link = settings.PUBLIC_URL.rstrip("/") + reverse("forgotten-password")
    outbox.put(
        key=key,
        channel="email",
        address=user.email,
        template=template,
        language=user.language or translation.get_language() or "",
        variables={"name": user.full_name or user.email, "link": link, **variables},
        stale_after=timezone.now() + LIVES,
    )
