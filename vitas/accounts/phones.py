"""Phone numbers as people type them, in the one form that is stored (E.164)."""

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


def normal(typed: str, *, country: str | None = None) -> str | None:
    """`+55 11 99999-9999` → `+5511999999999`; None for what is no phone number.

    A number without a prefix is one of `country` (ISO 3166-1 alpha-2), if that is known.
    """
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@extend_schema_field({"type": "string", "example": "+5511999999999"})
class PhoneField(serializers.CharField):
    """A phone number with its country's prefix."""

    default_error_messages = {
        "phone": gettext_lazy("Write the phone number with its country code, such as +5511999999999."),
    }

    def __init__(self, **given: object) -> None:
        super().__init__(**({"max_length": 40} | given))  # type: ignore[arg-type]

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Not a valid string."))
        found = normal(data) if len(data) <= 40 else None
        if found is None:
            self.fail("phone")
        return found
