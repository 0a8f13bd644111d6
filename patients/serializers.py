"""Bodies of code sign-in and profiles, and the shapes of their answers."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patients.models import PatientAccess
from vitas.accounts.phones import PhoneField
from vitas.accounts.serializers import AccessOut, ProfileOut, SignedInOut, TextField
from vitas.common.api.fields import DateField, PlainTextField


class PastDateField(DateField):
    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        if found.year < 1900 or found > timezone.now().date():
            raise serializers.ValidationError(_("A birth date lies in the past."))
        return found


class CodeField(TextField, serializers.RegexField):
    """Six digits; not a number, for it may begin with zeros."""


class SendCodeIn(serializers.Serializer[Any]):
    phone_number = PhoneField()
    patient_name = PlainTextField(max_length=100, required=False, allow_blank=True)


class VerifyCodeIn(SendCodeIn):
    otp_code = CodeField(r"^[0-9]{6}$", error_messages={"invalid": _("The code has six digits.")})


class ChangeNumberIn(serializers.Serializer[Any]):
    phone_number = PhoneField(help_text="The new number; `otp/send` has sent it a code.")
    otp_code = CodeField(r"^[0-9]{6}$", error_messages={"invalid": _("The code has six digits.")})


class ChooseProfileIn(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()
    birth_date = PastDateField(required=False, allow_null=True)
    document = PlainTextField(max_length=40, required=False, allow_blank=True)


class AddProfileIn(serializers.Serializer[Any]):
    patient_name = PlainTextField(max_length=100)
    relation = serializers.ChoiceField(choices=PatientAccess.Relation.choices, default=PatientAccess.Relation.SELF)
    birth_date = PastDateField(required=False, allow_null=True)


class CodeSentOut(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class PatientOut(serializers.Serializer[Any]):
    """S0's patient; names in snake_case."""

    names_as_is = True

    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone_number = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    birth_date = serializers.DateField(allow_null=True)
    city = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()


class VerifiedOut(SignedInOut):
    token = serializers.CharField(help_text="The access token again (S0).")
    patient = PatientOut(allow_null=True, help_text="Null until a profile is open.")
    profiles = ProfileOut(many=True)


class ChosenOut(AccessOut):
    token = serializers.CharField()
    patient = PatientOut(allow_null=True)
    profiles = ProfileOut(many=True)


class ProfilesOut(serializers.Serializer[Any]):
    data = ProfileOut(many=True)  # type: ignore[assignment]
