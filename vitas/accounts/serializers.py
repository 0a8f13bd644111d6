"""Bodies of the sign-in family, and the shapes of its answers for the API's documentation."""

from typing import Any

from rest_framework import serializers

from vitas.accounts.models import Role
from vitas.common.api.pagination import PaginationOut


class TextField(serializers.CharField):
    """Text to the letter, such as a password: only a JSON string, so that a number is a wrong type."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class SignInIn(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = TextField(max_length=256, trim_whitespace=False)
    organization_id = TextField(
        max_length=60, required=False, help_text="For who works at several organizations: its id or slug."
    )


class RefreshIn(serializers.Serializer[Any]):
    refresh_token = TextField(
        max_length=200, required=False, allow_blank=True, help_text="Else the http-only cookie `refreshToken`."
    )


class FirebaseIn(serializers.Serializer[Any]):
    id_token = TextField(max_length=8192)


class OrganizationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    language = serializers.CharField()
    currency = serializers.CharField()


class ProfileOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Initials only while the profile is closed.")
    relation = serializers.CharField()
    needs = serializers.ChoiceField(
        choices=["birth_date_or_document"], allow_null=True, help_text="What must be given before it opens."
    )


class UserOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField(allow_null=True)
    phone_number = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    language = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices, allow_null=True)
    is_operator = serializers.BooleanField()
    organization_id = serializers.UUIDField(allow_null=True)
    organization = OrganizationOut(allow_null=True)
    doctor_id = serializers.UUIDField(allow_null=True)
    patient_id = serializers.UUIDField(allow_null=True)
    profiles = ProfileOut(many=True, required=False)


class AccessOut(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")
    csrf_token = serializers.CharField(help_text="To send as X-CSRF-Token when signing by cookie.")
    user = UserOut()


class SignedInOut(AccessOut):
    refresh_token = serializers.CharField()


class SuccessOut(serializers.Serializer[Any]):
    success = serializers.BooleanField()


class HeartbeatOut(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class SessionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    device = serializers.CharField()
    handheld = serializers.BooleanField()
    method = serializers.CharField()
    second_factor = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    organization = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField()


class SessionsOut(serializers.Serializer[Any]):
    data = SessionOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class EndedOut(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    ended = serializers.IntegerField()
