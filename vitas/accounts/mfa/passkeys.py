"""Passkeys (WebAuthn level 2): registering one, and believing what one has signed.

The challenge is kept here, used once whatever comes of it, within five minutes, and only by who asked for it.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers import structs as kinds
from webauthn.helpers.exceptions import WebAuthnException

from vitas.accounts.models import Passkey, PasskeyChallenge, User
from vitas.common.errors import Invalid, NotPossibleNow

Purpose = PasskeyChallenge.Purpose
Credential = Mapping[str, Any]

LIVES: Final = timedelta(minutes=5)
MOST: Final = 10  # passkeys of a person
TIMEOUT: Final = 120_000  # milliseconds the browser waits for the person
_BAD = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)


class BadPasskey(Invalid):
    """400: not signed by what it says, or not for what was asked."""

    sentence = gettext_lazy("This passkey could not be checked. Try again.")


def domain() -> str:
    """What passkeys are bound to (the relying party's id): the host of our pages, or the domain above it."""
    return settings.PASSKEY_DOMAIN or str(urlsplit(settings.PUBLIC_URL).hostname)


def creation_options(*, user: User, holder_id: UUID) -> dict[str, Any]:
    """What the browser makes a passkey by. Raises NotPossibleNow."""
    known = list(Passkey.objects.filter(user=user))
    if len(known) >= MOST:
        raise NotPossibleNow(_("You have %(count)d passkeys. Remove one first.") % {"count": MOST})
    name = user.email or user.phone or str(user.pk)
    options = webauthn.generate_registration_options(
        rp_id=domain(),
        rp_name="Vitas",
        user_id=user.pk.bytes,
        user_name=name,
        user_display_name=user.full_name or name,
        challenge=_challenge(Purpose.REGISTER, holder_id),
        timeout=TIMEOUT,
        authenticator_selection=kinds.AuthenticatorSelectionCriteria(
            resident_key=kinds.ResidentKeyRequirement.PREFERRED,
            user_verification=kinds.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def register(*, user: User, holder_id: UUID, credential: Credential, name: str) -> Passkey:
    """The person's new passkey. Raises BadPasskey, NotPossibleNow."""
    challenge = _taken(credential, Purpose.REGISTER, holder_id)
    try:
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge or b"",
            expected_rp_id=domain(),
            expected_origin=_origins(),
        )
    except _BAD as error:
        raise BadPasskey() from error
    if challenge is None:
        raise BadPasskey()
    return _kept(user, found, credential, name)


def request_options(*, purpose: Purpose, holder_id: UUID | None = None, user: User | None = None) -> dict[str, Any]:
    """What the browser asks a passkey by: one of `user`'s, or, signing in without a password, any it knows."""
    options = webauthn.generate_authentication_options(
        rp_id=domain(),
        challenge=_challenge(purpose, holder_id),
        timeout=TIMEOUT,
        allow_credentials=_descriptors(Passkey.objects.filter(user=user)) if user else [],
        user_verification=kinds.UserVerificationRequirement.PREFERRED
        if user
        else kinds.UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def proven(
    credential: Credential, *, purpose: Purpose, holder_id: UUID | None = None, user: User | None = None
) -> Passkey | None:
    """The passkey that has signed the challenge; None if none of `user`'s (or of anybody's) has.

    Without a user it stands for both steps: then it must have asked for a finger, a face or a PIN.
    """
    challenge = _taken(credential, purpose, holder_id)
    rows = Passkey.objects.select_related("user").filter(credential_id=_id_of(credential))
    passkey = rows.filter(user=user).first() if user else rows.filter(user__is_active=True).first()
    if challenge is None or passkey is None or not _handle_fits(credential, passkey):
        return None
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=domain(),
            expected_origin=_origins(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=user is None,
        )
    except _BAD:
        return None
    same = Passkey.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    counted = same.update(
        sign_count=found.new_sign_count, backed_up=found.credential_backed_up, last_used_at=timezone.now()
    )
    return passkey if counted else None


def _kept(user: User, found: Any, credential: Credential, name: str) -> Passkey:
    named = _transports(credential)
    try:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if Passkey.objects.filter(user=user).count() >= MOST:
                raise NotPossibleNow(_("You have %(count)d passkeys. Remove one first.") % {"count": MOST})
            return Passkey.objects.create(
                user=user,
                name=name.strip()[:60] or _("Passkey"),
                credential_id=bytes_to_base64url(found.credential_id),
                public_key=found.credential_public_key,
                sign_count=found.sign_count,
                transports=named,
                backed_up=found.credential_backed_up,
            )
    except IntegrityError as error:
        raise BadPasskey(_("This passkey is known already.")) from error


def _challenge(purpose: str, holder_id: UUID | None) -> bytes:
    challenge, now = webauthn.helpers.generate_challenge()[:32], timezone.now()
    PasskeyChallenge.objects.create(
        purpose=purpose,
        holder_id=holder_id,
        challenge=bytes_to_base64url(challenge),
        created_at=now,
        expires_at=now + LIVES,
    )
    return challenge


def _taken(credential: Credential, purpose: str, holder_id: UUID | None) -> bytes | None:
    """The challenge that the browser says was signed, if it is one of ours for this; it is used up by this."""
    try:
        said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))["challenge"]
        challenge = base64url_to_bytes(said)
    except (*_BAD, RecursionError):
        return None
    now = timezone.now()
    rows = PasskeyChallenge.objects.live(now).filter(
        purpose=purpose, holder_id=holder_id, challenge=bytes_to_base64url(challenge)
    )
    return challenge if rows.update(used_at=now) else None


def _handle_fits(credential: Credential, passkey: Passkey) -> bool:
    """The person whom the passkey names, where it names one, is the one we keep it for."""
    try:
        handle = credential["response"].get("userHandle")
        return not handle or base64url_to_bytes(handle) == passkey.user_id.bytes
    except _BAD:
        return False


def _id_of(credential: Credential) -> str:
    given = credential.get("id")
    return given if isinstance(given, str) and re.fullmatch(r"[\w-]{1,1400}", given, re.ASCII) else ""


def _transports(credential: Credential) -> list[str]:
    response = credential.get("response")
    given = response.get("transports") if isinstance(response, Mapping) else None
    known = {kind.value for kind in kinds.AuthenticatorTransport}
    return [each for each in given if each in known] if isinstance(given, list) else []


def _descriptors(passkeys: Any) -> list[kinds.PublicKeyCredentialDescriptor]:
    return [
        kinds.PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(row.credential_id),
            transports=[kinds.AuthenticatorTransport(name) for name in row.transports],
        )
        for row in passkeys
    ]


def _origins() -> list[str]:
    """Of our pages, and of a front end of the same domain."""
    found = {f"{at.scheme}://{at.netloc}" for at in (urlsplit(settings.PUBLIC_URL), urlsplit(settings.FRONTEND_URL))}
    return sorted(found)
