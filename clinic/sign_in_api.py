"""Sign-in by e-mail and password (S0, S2): any member of staff; a doctor's answer holds the doctor."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.sign_in import doctor_object
from vitas.accounts import answers, refresh_tokens, signing
from vitas.accounts.api import SIGNED_IN_EXAMPLE, SignInView
from vitas.accounts.mfa.serializers import SECOND_STEP_EXAMPLE, signed_in_or_second_step
from vitas.accounts.serializers import SignedInOut, SignInIn


class SignedInDoctorOut(serializers.Serializer[Any]):
    """S0's doctor; names in snake_case."""

    names_as_is = True

    doctor_id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    specialty = serializers.CharField()
    specialties = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    phone_number = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    organization_id = serializers.UUIDField()
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class StaffSignedInOut(SignedInOut):
    token = serializers.CharField(help_text="The access token again (S0).")
    doctor = SignedInDoctorOut(allow_null=True)


class SignIn(SignInView):
    """Sign in by e-mail and password."""

    @extend_schema(
        summary="Sign in by e-mail and password",
        description="A wrong e-mail and a wrong password are one answer, 401. `organizationId` (or the header "
        "`X-Tenant-ID`) names the organization, for who works at several. Of whom a second step is asked the answer "
        "holds an `mfaToken` and no session: `auth/mfa/verify` takes it.",
        request=SignInIn,
        responses={200: signed_in_or_second_step(StaffSignedInOut)},
        examples=[
            OpenApiExample(
                "A doctor",
                value={"email": "sarah.johnson@demo.vitas.test", "password": "vitas-demo"},
                request_only=True,
            ),
            OpenApiExample(
                "Signed in",
                value={**SIGNED_IN_EXAMPLE, "token": SIGNED_IN_EXAMPLE["accessToken"], "doctor": None},
                response_only=True,
            ),
            OpenApiExample("A second step is needed", value=SECOND_STEP_EXAMPLE, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(SignInIn)
        session = signing.sign_in_with_password(
            email=body["email"], password=body["password"], tenant=body.get("organization_id") or self.tenant
        )
        refresh = refresh_tokens.issue(session)
        return answers.signed_in(request, session, refresh, with_token=True, doctor=doctor_object(session))
