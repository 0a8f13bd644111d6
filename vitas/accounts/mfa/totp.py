"""Codes of an authenticator app (RFC 6238): six digits, thirty seconds, one step of clock either way, each once."""

import hmac
from datetime import datetime, timedelta
from typing import Final

import pyotp
import segno
from django.db import transaction
from django.utils import timezone

from vitas.accounts.models import TotpDevice, User

STEP: Final = 30  # seconds
SETUP_LIVES: Final = timedelta(minutes=30)


@transaction.atomic
def begin(*, user: User) -> TotpDevice:
    """A new secret. It counts, and the app before it does not, once a code of it is given."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    TotpDevice.objects.filter(user=user, confirmed_at=None).delete()
    return TotpDevice.objects.create(user=user, secret=pyotp.random_base32())


def waiting(user: User) -> TotpDevice | None:
    """The app that is being set up."""
    since = timezone.now() - SETUP_LIVES
    return TotpDevice.objects.filter(user=user, confirmed_at=None, created_at__gt=since).first()


def address(device: TotpDevice) -> str:
    """What the QR code says: `otpauth://totp/Vitas:ana@…?secret=…`."""
    name = device.user.email or device.user.phone or str(device.user_id)
    return pyotp.TOTP(str(device.secret)).provisioning_uri(name=name, issuer_name="Vitas")


def picture(device: TotpDevice) -> str:
    """The QR code as SVG, dark on white in any theme: cameras want it so."""
    return segno.make(address(device), error="m").svg_inline(scale=5, border=3, light="#fff", omitsize=True)


@transaction.atomic
def confirm(*, user: User, code: str) -> bool:
    """The new app counts from now on, in place of an earlier one. False for a wrong code."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    device = waiting(user)
    step = _step_of(device, code, timezone.now()) if device else None
    if device is None or step is None:
        return False
    TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).delete()
    device.confirmed_at, device.last_step = timezone.now(), step
    device.save(update_fields=["confirmed_at", "last_step"])
    return True


def use(*, user: User, code: str) -> bool:
    """Within the act's transaction: whether this is a code of the person's app that was not used yet."""
    now = timezone.now()
    device = TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).first()
    step = _step_of(device, code, now) if device else None
    if device is None or step is None:
        return False
    unused = TotpDevice.objects.filter(pk=device.pk, last_step__lt=step)
    return bool(unused.update(last_step=step, last_used_at=now))


def _step_of(device: TotpDevice, code: str, now: datetime) -> int | None:
    """Which thirty seconds the code is of: these, those before (people type slowly), those after (clocks differ)."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return None
    made, this = pyotp.TOTP(str(device.secret)), int(now.timestamp()) // STEP
    return next((at for at in (this, this - 1, this + 1) if hmac.compare_digest(made.generate_otp(at), typed)), None)
