"""Which second factors a person has."""

from dataclasses import dataclass

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


def has_any(user: User) -> bool:
    """Whether signing in takes a second step. One query."""
    totp = TotpDevice.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
    passkeys = Passkey.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(totp) | Exists(passkeys), pk=user.pk).exists()
