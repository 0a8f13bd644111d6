"""What a password must be, by NIST SP 800-63B-4: long enough, not known from leaks, not the person's own name.

Alone it has at least 15 characters; beside a second step 8. Any characters, spaces among them; no rules about which, no
change for the sake of change. Characters that look the same are the same (NFC).
"""

import unicodedata
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vitas.accounts import leaked

LEAST_ALONE: Final = 15
LEAST_WITH_FACTOR: Final = 8
MOST: Final = 200
FEW: Final = 4  # different characters: `aaaaaaaaaaaaaaa`, `121212121212121`

_OURS: Final = ("vitas",)


def normal(password: str) -> str:
    """The same characters typed on any keyboard."""
    return unicodedata.normalize("NFC", password)


def least(user: Any) -> int:
    """How many characters this person's password has at least."""
    from vitas.accounts.mfa import factors

    known = user is not None and user.pk is not None and not user._state.adding
    return LEAST_WITH_FACTOR if known and factors.has_any(user) else LEAST_ALONE


def is_short(password: str) -> bool:
    """Whether it may only stand beside a second step."""
    return len(normal(password)) < LEAST_ALONE


class LengthValidator:
    """15 characters, or 8 where a second step stands beside them."""

    def validate(self, password: str, user: Any = None) -> None:
        wanted = least(user)
        if len(normal(password)) < wanted:
            raise ValidationError(
                _("Too short: a password has at least %(count)d characters."),
                code="password_too_short",
                params={"count": wanted},
            )

    def get_help_text(self) -> str:
        return _("At least %(count)d characters.") % {"count": LEAST_ALONE}


class LeakedValidator:
    """Not in the list of leaked ones, not a few characters over and over, not the name of the house."""

    def validate(self, password: str, user: Any = None) -> None:
        if leaked.is_leaked(password) or len(set(password.lower())) <= FEW or self._is_ours(password):
            raise ValidationError(
                _("Others use this password, and it is known from leaks."), code="password_too_common"
            )

    def get_help_text(self) -> str:
        return _("Not one that is known from leaks.")

    def _is_ours(self, password: str) -> bool:
        """Nothing is left of it but digits and signs without the name of the house."""
        rest = password.lower()
        for name in _OURS:
            rest = rest.replace(name, "")
        return len(rest) < len(password) and not any(letter.isalpha() for letter in rest)
