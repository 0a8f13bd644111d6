"""Right bodies for the addresses of the second step, whose proofs must be made for the very request."""

from typing import Any

import pyotp
from django.conf import settings

from vitas import testing
from vitas.accounts.mfa import passkeys, steps, totp
from vitas.accounts.models import SignInStep, User
from vitas.accounts.tests.authenticator import Authenticator, with_app, with_codes
from vitas.testing import ApiClient

CALLED_BY_THE_DOCTOR = {
    "auth/mfa/confirm",
    "auth/mfa/passkeys",
    "auth/mfa/recovery-codes",
    "auth/mfa/setup/confirm",
    "auth/mfa/totp",
}


def body_for(address: str, somebody: ApiClient, doctor: User) -> dict[str, Any] | None:
    """None for the other addresses. What the request needs to be there is made, too."""
    match address.removeprefix("auth/mfa/"):
        case "verify":
            with_app(doctor)
            asked = steps.ask(user=doctor, wants=SignInStep.Wants.PROOF, method="password", tenant=None)
            return {"mfaToken": asked.token, "recoveryCode": with_codes(doctor)[0]}
        case "confirm":
            return {"password": testing.PASSWORD}
        case "passkeys":
            options = passkeys.creation_options(user=doctor, holder_id=somebody.session_row.pk)
            return {"passkey": Authenticator(settings.PUBLIC_URL).create(options)}
        case "setup/confirm":
            return {"code": pyotp.TOTP(str(totp.begin(user=doctor).secret)).now()}
        case "recovery-codes" | "totp":
            with_app(doctor)
            with_codes(doctor)
            return {}
    return None
