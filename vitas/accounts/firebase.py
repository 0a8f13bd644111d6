"""Firebase ID tokens (S4), checked against the project's published keys.

Rules: https://firebase.google.com/docs/auth/admin/verify-id-tokens. RS256 only, `kid` among the published keys, issuer
and audience of our project, `exp` to come, `iat` past, a subject.
"""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from vitas.accounts import attempts, phones, signing
from vitas.accounts.mfa import steps
from vitas.accounts.models import Session, User
from vitas.common.errors import NotSignedIn, Unavailable

CLOCKS_DIFFER: Final = 10  # seconds
KEPT_WITHOUT_MAX_AGE: Final = 300  # seconds, where the answer does not say
ASKED_AGAIN_AFTER: Final = 60  # seconds, for a key id that is not among the kept keys
DOWN_FOR: Final = 5  # seconds a failed fetch is not repeated


@dataclass
class _Kept:
    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: float = 0.0
    good_until: float = 0.0
    down_until: float = 0.0


_kept = _Kept()
_lock = threading.Lock()


class BadToken(NotSignedIn):
    """401: not a token of our project, or not of anybody here."""


def sign_in(*, id_token: str, tenant: str | None = None) -> Session:
    """A session for the person a token names.

    Raises BadToken, TooMany, Unavailable, NotAllowed, steps.SecondStepNeeded.
    """
    attempt = attempts.begin()
    with attempt.being_judged():
        try:
            user = _user_of(verified(id_token))
        except BadToken:
            signing.fail(method=Session.Method.FIREBASE)
            raise
        try:
            session = signing.enter(user=user, method=Session.Method.FIREBASE, tenant=tenant)
        except steps.SecondStepNeeded:
            attempt.forgive()
            raise
    attempt.forgive()
    return session


def verified(id_token: str) -> Mapping[str, Any]:
    """The claims of a token that holds. Raises BadToken, Unavailable."""
    project = settings.FIREBASE_PROJECT_ID
    if not project:
        raise BadToken(_("Signing in with Firebase is not set up here."))
    try:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") != "RS256" or not isinstance(header.get("kid"), str):
            raise BadToken(_("The Firebase token is not valid."))
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _key(header["kid"]),
            algorithms=["RS256"],
            audience=project,
            issuer=f"https://securetoken.google.com/{project}",
            leeway=CLOCKS_DIFFER,
            options={"require": ["exp", "iat", "aud", "iss", "sub"], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadToken(_("The Firebase token is not valid.")) from error
    if not 0 < len(str(claims["sub"])) <= 128:
        raise BadToken(_("The Firebase token is not valid."))
    return claims


def forget_keys() -> None:
    """Drop the keys kept in this process."""
    global _kept
    _kept = _Kept()


def _user_of(claims: Mapping[str, Any]) -> User:
    uid = claims["sub"]
    user = User.objects.filter(firebase_uid=uid).first() or _link(_by_verified_claims(claims), uid)
    if user is None or not user.is_active:
        raise BadToken(_("Nobody here has this Firebase account."))
    return user


def _by_verified_claims(claims: Mapping[str, Any]) -> User | None:
    """An e-mail counts only when Firebase has verified it; phone numbers it always has."""
    email, phone = claims.get("email"), claims.get("phone_number")
    if claims.get("email_verified") is True and isinstance(email, str):
        found = User.objects.filter(email=email.strip().lower()).first()
        if found is not None:
            return found
    number = phones.normal(phone) if isinstance(phone, str) else None
    return User.objects.filter(phone=number).first() if number else None


@transaction.atomic
def _link(user: User | None, uid: str) -> User | None:
    """From now on the account is known by its id. A person who is linked to another account is not linked again."""
    if user is None or not User.objects.filter(pk=user.pk, firebase_uid=None).update(firebase_uid=uid):
        return None
    user.firebase_uid = uid
    return user


def _key(kid: str) -> RSAPublicKey:
    kept = _kept
    if kid in kept.keys and time.time() < kept.good_until:
        return kept.keys[kid]
    with _lock:
        _refresh(kid)
        if kid not in _kept.keys:
            raise BadToken(_("The Firebase token is not valid."))
        return _kept.keys[kid]


def _refresh(kid: str) -> None:
    """Fetch the keys where they are too old, or where a key is asked for that came after them."""
    now = time.time()
    if now < _kept.good_until and (kid in _kept.keys or now < _kept.fetched_at + ASKED_AGAIN_AFTER):
        return
    if now < _kept.down_until:
        raise Unavailable()
    try:
        # Half for the connection and half for the answer: together at most what a call to the outside may take.
        answer = requests.get(settings.FIREBASE_KEYS_URL, timeout=settings.OUTSIDE_TIMEOUT / 2, allow_redirects=False)
        answer.raise_for_status()
        keys = _parsed(answer.json())
    except (requests.RequestException, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:
        _kept.down_until = now + DOWN_FOR
        raise Unavailable() from error
    _kept.keys, _kept.fetched_at = keys, now
    _kept.good_until = now + _max_age(answer.headers.get("Cache-Control", ""))


def _parsed(published: Any) -> dict[str, RSAPublicKey]:
    """Certificates by key id, or a JSON Web Key set (RFC 7517)."""
    if not isinstance(published, dict) or not all(isinstance(key, str | list) for key in published.values()):
        raise ValueError("neither certificates nor a key set")
    if isinstance(published.get("keys"), list):
        return {
            key.key_id: key.key
            for key in jwt.PyJWKSet.from_dict(published).keys
            if key.key_id and isinstance(key.key, RSAPublicKey)
        }
    certificates = {kid: x509.load_pem_x509_certificate(pem.encode()).public_key() for kid, pem in published.items()}
    return {kid: key for kid, key in certificates.items() if isinstance(key, RSAPublicKey)}


def _max_age(cache_control: str) -> int:
    found = re.search(r"max-age=(\d+)", cache_control)
    return int(found[1]) if found else KEPT_WITHOUT_MAX_AGE
