"""Bodies and answers of the second step's addresses."""

from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from vitas.accounts.models import Factor
from vitas.accounts.serializers import SignedInOut, TextField

# WebAuthn's own names, which our reader of bodies has turned into snake_case on the way.
_WEBAUTHN: Final = {
    "raw_id": "rawId",
    "client_data_j_s_o_n": "clientDataJSON",
    "client_data_json": "clientDataJSON",
    "attestation_object": "attestationObject",
    "authenticator_data": "authenticatorData",
    "user_handle": "userHandle",
    "authenticator_attachment": "authenticatorAttachment",
    "client_extension_results": "clientExtensionResults",
}


class CredentialField(serializers.DictField):
    """What the browser's `PublicKeyCredential.toJSON()` gives."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**({"allow_empty": False} | given))

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found = super().to_internal_value(data)
        response = found.get("response")
        if isinstance(response, dict):
            found["response"] = _named(response)
        return _named(found)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {_WEBAUTHN.get(name, name): value for name, value in given.items()}


def _token(**given: Any) -> TextField:
    return TextField(**({"max_length": 200, "required": False, "allow_blank": True} | given))


class SecondStepOut(serializers.Serializer[Any]):
    mfa_required = serializers.BooleanField(help_text="Always true: there is no session yet.")
    mfa_setup_required = serializers.BooleanField(
        help_text="The organization asks for a second step and there is none: `auth/mfa/setup` makes one."
    )
    mfa_token = serializers.CharField(help_text="For `auth/mfa/verify` or `auth/mfa/setup`; opens nothing else.")
    methods = serializers.ListField(child=serializers.ChoiceField(choices=Factor.values))
    expires_in = serializers.IntegerField(help_text="Seconds.")


SECOND_STEP_EXAMPLE = {
    "mfaRequired": True,
    "mfaSetupRequired": False,
    "mfaToken": "0195f2a07c1e7d3b9b1e0d9a3c1f2b4a-kq3V…",
    "methods": ["passkey", "totp", "recoveryCode"],
    "expiresIn": 300,
}


def signed_in_or_second_step(serializer: Any = SignedInOut) -> PolymorphicProxySerializer:
    """What a sign-in answers, for the API's description."""
    return PolymorphicProxySerializer(
        component_name=f"{serializer.__name__.removesuffix('Out')}OrSecondStep",
        serializers=[serializer, SecondStepOut],
        resource_type_field_name=None,
    )


class VerifyIn(serializers.Serializer[Any]):
    mfa_token = _token(help_text="Of the first step; without it only a passkey signs in, by itself.")
    code = TextField(max_length=20, required=False, help_text="Six digits of the authenticator app.")
    recovery_code = TextField(max_length=40, required=False)
    passkey = CredentialField(required=False)


class TokenIn(serializers.Serializer[Any]):
    mfa_token = _token(help_text="Of a sign-in that waits; else by the access token.")


class CodeIn(TokenIn):
    code = TextField(max_length=20)


class NewPasskeyIn(TokenIn):
    passkey = CredentialField()
    name = TextField(max_length=60, required=False, allow_blank=True)


class NameIn(serializers.Serializer[Any]):
    name = TextField(max_length=60)


class ConfirmIn(serializers.Serializer[Any]):
    password = TextField(max_length=256, required=False, trim_whitespace=False)
    code = TextField(max_length=20, required=False)
    passkey = CredentialField(required=False)


class OptionsOut(serializers.Serializer[Any]):
    public_key = serializers.DictField(help_text="WebAuthn's options in JSON, binary values as base64url.")
    expires_in = serializers.IntegerField(help_text="Seconds the challenge lives.")


class SetupOut(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Base32, for who types it.")
    uri = serializers.CharField(help_text="`otpauth://…`, what the QR code says.")
    qr_code = serializers.CharField(help_text="The QR code as SVG.")


class RecoveryCodesOut(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="Shown this once; empty where there were some already."
    )
    signed_in = SignedInOut(allow_null=True, help_text="The sign-in that waited for this.")


class PasskeyOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    backed_up = serializers.BooleanField()


class NewPasskeyOut(RecoveryCodesOut):
    passkey = PasskeyOut()


class TotpOut(serializers.Serializer[Any]):
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class MfaOut(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    totp = TotpOut(allow_null=True)
    passkeys = PasskeyOut(many=True)
    recovery_codes_left = serializers.IntegerField()
    required_from = serializers.DateTimeField(allow_null=True, help_text="Null where nobody asks for a second step.")
    confirmed_until = serializers.DateTimeField(
        help_text="Changes are open until then; later `auth/mfa/confirm` first."
    )


class ConfirmedOut(serializers.Serializer[Any]):
    confirmed_until = serializers.DateTimeField()
