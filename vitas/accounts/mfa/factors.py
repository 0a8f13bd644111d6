"""Which second factors a person has."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from vitas.accounts.models import Factor, Passkey, RecoveryCode, TotpDevice, User


@dataclass(frozen=True, slots=True)
class Factors:
    totp: TotpDevice | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        return self.totp is not None or bool(self.passkeys)

    @property
    def methods(self) -> list[str]:
        """As the API names them, the strongest first."""
        found = [Factor.PASSKEY.value] if self.passkeys else []
        found += [Factor.TOTP.value] if self.totp else []
        return found + ([Factor.RECOVERY_CODE.value] if found and self.codes_left else [])


def of(user: User) -> Factors:
    return Factors(
        totp=TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).first(),
        passkeys=list(Passkey.objects.filter(user=user).order_by("created_at")),
        codes_left=RecoveryCode.objects.filter(user=user, used_at=None).count(),
    )


def stand_for(path: str = "pk") -> Any:
    """The condition that a second factor stands beside the person whose key is at `path`."""
    totp = TotpDevice.objects.filter(user=OuterRef(path), confirmed_at__isnull=False)
    return Exists(totp) | Exists(Passkey.objects.filter(user=OuterRef(path)))


def has_any(user: User) -> bool:
    """Whether signing in takes a second step. One query."""
    return User.objects.filter(stand_for(), pk=user.pk).exists()
