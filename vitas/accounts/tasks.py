"""Sweeps of sign-in's rows."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from vitas.accounts import passwords, signing
from vitas.accounts.models import (
    OneTimeCode,
    PasskeyChallenge,
    PasswordLink,
    RefreshToken,
    Session,
    SignInStep,
    TotpDevice,
)

CODES_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=400)  # longer than the 180 days after which an unused profile closes


@shared_task
def mark_revoked_sessions() -> int:
    """Say again which sessions were revoked while an access token of theirs can live: Redis may have been away."""
    since = timezone.now() - settings.ACCESS_TOKEN_LIFETIME
    revoked = list(Session.objects.filter(revoked_at__gt=since).values_list("pk", flat=True))
    if revoked:
        signing.mark_revoked(*revoked)
    return len(revoked)


@shared_task
def send_password_links() -> int:
    """Look up who asked for a new password, and write the letters."""
    return passwords.look_up_due()


@shared_task
def drop_old_sign_ins() -> None:
    """Forget codes and tokens that open nothing any more, and sessions long over."""
    now = timezone.now()
    OneTimeCode.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    RefreshToken.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    PasswordLink.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    SignInStep.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    PasskeyChallenge.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    TotpDevice.objects.filter(confirmed_at=None, created_at__lt=now - CODES_KEPT).delete()
    Session.objects.filter(ends_at__lt=now - SESSIONS_KEPT).delete()
