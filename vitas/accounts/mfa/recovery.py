"""Recovery codes: ten, shown once, kept as keyed hashes, each good once."""

import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from vitas.accounts.models import RecoveryCode, User

COUNT: Final = 10
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another; ten of them are 49 bits


@transaction.atomic
def make(*, user: User) -> list[str]:
    """Ten new ones in place of those before."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    RecoveryCode.objects.filter(user=user).delete()
    codes = [_drawn() for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(user, code)) for code in codes)
    return codes


@transaction.atomic
def make_first(*, user: User) -> list[str]:
    """Ten, for who has none at all; else nothing."""
    return [] if RecoveryCode.objects.filter(user=user).exists() else make(user=user)


def use(*, user: User, code: str) -> bool:
    """Within the act's transaction: whether this is a code of the person's that was not used yet."""
    rows = RecoveryCode.objects.filter(user=user, code_hash=_hash(user, code), used_at=None)
    return bool(rows.update(used_at=timezone.now()))


def left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _drawn() -> str:
    drawn = "".join(secrets.choice(LETTERS) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"


def _hash(user: User, code: str) -> str:
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    message = f"recovery:{user.pk}:{typed}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.CODE_SECRET.encode(), message, hashlib.sha256).hexdigest()
