"""Changes of one's second factors, each told by e-mail and in the trail. Whoever calls has asked for a fresh proof."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts import signing
from vitas.accounts.actor import Actor
from vitas.accounts.mfa import factors, letters, passkeys, recovery, requirement, totp
from vitas.accounts.models import Factor, Passkey, RecoveryCode, Role, Session, TotpDevice, User
from vitas.accounts.signing import What
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow


@transaction.atomic
def add_totp(*, user: User, code: str, session: Session | None = None) -> list[str]:
    """The app that is being set up counts from now on; ten recovery codes, where the person had none.

    Raises Invalid for a wrong code.
    """
    if not totp.confirm(user=user, code=code):
        raise Invalid.field("code", _("The code is wrong. Look at the app again: it shows a new one every 30 seconds."))
    return _added(user, session, What.TOTP_ADDED, Factor.TOTP)


@transaction.atomic
def _added(user: User, session: Session | None, what: What, factor: str) -> list[str]:
    if session is not None and not session.second_factor:
        session.second_factor = factor  # it has just been proven
        session.save(update_fields=["second_factor"])
    letters.tell(what, user=user, session=session)
    return recovery.make_first(user=user)


def add_passkey(
    *, user: User, holder_id: UUID, credential: Mapping[str, Any], name: str, session: Session | None = None
) -> tuple[Passkey, list[str]]:
    """The new passkey, and ten recovery codes where the person had none. Raises BadPasskey, NotPossibleNow."""
    with transaction.atomic():
        passkey = passkeys.register(user=user, holder_id=holder_id, credential=credential, name=name)
        return passkey, _added(user, session, What.PASSKEY_ADDED, Factor.PASSKEY)


def rename_passkey(*, user: User, passkey_id: UUID, name: str) -> Passkey:
    """Raises NotFound, Invalid."""
    passkey = Passkey.objects.filter(user=user, pk=passkey_id).first()
    if passkey is None:
        raise NotFound()
    if not name.strip():
        raise Invalid.field("name", _("Write a name."))
    passkey.name = name.strip()[:60]
    passkey.save(update_fields=["name"])
    return passkey


@transaction.atomic
def remove_totp(*, user: User, session: Session) -> None:
    """Raises NotFound, NotPossibleNow."""
    _require_another(user, session, leaves=lambda found: bool(found.passkeys))
    if not TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).delete()[0]:
        raise NotFound()
    _removed(user, session, What.TOTP_REMOVED)


@transaction.atomic
def remove_passkey(*, user: User, passkey_id: UUID, session: Session) -> None:
    """Raises NotFound, NotPossibleNow."""
    _require_another(
        user, session, leaves=lambda found: bool(found.totp) or any(row.pk != passkey_id for row in found.passkeys)
    )
    if not Passkey.objects.filter(user=user, pk=passkey_id).delete()[0]:
        raise NotFound()
    _removed(user, session, What.PASSKEY_REMOVED)


@transaction.atomic
def new_recovery_codes(*, user: User, session: Session) -> list[str]:
    """Ten in place of those before. Raises NotPossibleNow."""
    if not factors.has_any(user):
        raise NotPossibleNow(_("Set up an authenticator app or a passkey first."))
    codes = recovery.make(user=user)
    letters.tell(What.RECOVERY_CODES_MADE, user=user, session=session)
    return codes


@transaction.atomic
def take_away(*, user: User, by: Actor) -> bool:
    """For who lost all of them: nothing is left, every session ends. False where there was nothing.

    By the operator, or by the administrator of the only organization where the person works; nobody's own: for that
    there are recovery codes. Raises NotAllowed.
    """
    elsewhere = user.memberships.live().exclude(organization_id__in=[by.organization_id]).exists()
    theirs = by.role == Role.ADMIN and not user.is_operator and not elsewhere
    if user.pk == by.user_id or not (by.is_operator or theirs):
        raise NotAllowed(_("The second step of this person is not yours to remove. Ask the platform's operator."))
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    had = factors.has_any(user)
    TotpDevice.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    signing.end_every_session(user)
    if had:
        letters.tell(What.FACTORS_TAKEN_AWAY, user=user)
    return had


def _removed(user: User, session: Session, what: What) -> None:
    if not factors.has_any(user):
        RecoveryCode.objects.filter(user=user).delete()
    letters.tell(what, user=user, session=session)


def _require_another(user: User, session: Session, *, leaves: Any) -> None:
    """The last one stays while the organization asks for it, and while the password is too short to stand alone."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = factors.of(user)
    if not found.any or leaves(found):
        return
    begins = requirement.of_session(session)
    if begins is not None and begins <= timezone.now():
        raise NotPossibleNow(_("Your organization asks for a second step. Add another one before you remove this one."))
    if User.objects.filter(pk=user.pk, short_password=True).exists():
        raise NotPossibleNow(
            _("Your password is too short to stand alone. Choose one of at least 15 characters first.")
        )
