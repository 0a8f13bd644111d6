"""Addresses of one-time codes (S0) and of a person's profiles."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from patients import numbers, profiles, sign_in
from patients.identity import patient_object
from patients.serializers import (
    AddProfileIn,
    ChangeNumberIn,
    ChooseProfileIn,
    ChosenOut,
    CodeSentOut,
    ProfilesOut,
    SendCodeIn,
    VerifiedOut,
    VerifyCodeIn,
)
from vitas.accounts import answers, codes, refresh_tokens
from vitas.accounts.api import SignInView, session_row
from vitas.accounts.models import Role
from vitas.accounts.permissions import Access
from vitas.accounts.rest import ApiView

ONLY_PATIENTS: Access = frozenset({Role.PATIENT})

_PROFILE = {"id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4d", "name": "João Silva", "relation": "self", "needs": None}
_CHOSEN = {
    "token": "eyJhbGciOiJIUzI1NiIs…",
    "patient": {
        "patient_id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4d",
        "patient_name": "João Silva",
        "first_name": "João",
        "last_name": "Silva",
        "phone_number": "+5511999999999",
        "email": None,
        "birth_date": None,
        "city": None,
        "language": "pt-br",
        "status": "registered_via_whatsapp",
        "created_at": "2025-01-15T14:00:00Z",
    },
    "profiles": [_PROFILE],
    "accessToken": "eyJhbGciOiJIUzI1NiIs…",
    "expiresIn": 900,
    "csrfToken": "pX0c…",
    "user": {
        "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4e",
        "email": None,
        "phoneNumber": "+5511999999999",
        "name": "João Silva",
        "language": None,
        "role": "patient",
        "isOperator": False,
        "organizationId": None,
        "organization": None,
        "doctorId": None,
        "patientId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4d",
        "profiles": [_PROFILE],
    },
}


class SendCode(SignInView):
    """Send a one-time code by WhatsApp. The answer never tells whether the number is known."""

    @extend_schema(
        summary="Send a one-time code",
        description="Six digits, for 5 minutes and 5 tries. One a minute and three an hour for a number.",
        request=SendCodeIn,
        responses={200: CodeSentOut},
        examples=[
            OpenApiExample(
                "João", value={"phoneNumber": "+5511999999999", "patientName": "João Silva"}, request_only=True
            ),
            OpenApiExample("Sent", value={"success": True, "message": "OTP sent"}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(SendCodeIn)
        codes.send(phone=body["phone_number"], patient_name=body.get("patient_name", ""))
        return Response({"success": True, "message": _("OTP sent")})


class VerifyCode(SignInView):
    """Sign in by a code: finds the patient, or makes one for a phone that is new."""

    @extend_schema(
        summary="Sign in by a one-time code",
        description="A person with several profiles acts for the one used last; `auth/profile` chooses another. "
        "`patient` is null while the only profiles are such as need a birth date or a document.",
        request=VerifyCodeIn,
        responses={200: VerifiedOut},
        examples=[
            OpenApiExample("João", value={"phoneNumber": "+5511999999999", "otpCode": "123456"}, request_only=True),
            OpenApiExample("Signed in", value={**_CHOSEN, "refreshToken": "T1x9f2…"}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(VerifyCodeIn)
        session = sign_in.sign_in_with_code(
            phone=body["phone_number"], code=body["otp_code"], patient_name=body.get("patient_name", "")
        )
        refresh = refresh_tokens.issue(session)
        answer = answers.signed_in(request, session, refresh, with_token=True, patient=patient_object(session))
        return _with_profiles(answer)


class ChooseProfile(ApiView):
    """Act for another of one's profiles."""

    access: ClassVar[dict[str, Any]] = {"POST": ONLY_PATIENTS}

    @extend_schema(
        summary="Choose a profile",
        description="Answers with a new access token that acts for it. A profile that `needs` proof opens after its "
        "birth date or a document number.",
        request=ChooseProfileIn,
        responses={200: ChosenOut},
        examples=[
            OpenApiExample(
                "Closed profile", value={"patientId": _PROFILE["id"], "birthDate": "1990-05-17"}, request_only=True
            ),
            OpenApiExample("Chosen", value=_CHOSEN, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(ChooseProfileIn)
        session = profiles.choose(
            session=session_row(self),
            patient_id=body["patient_id"],
            birth_date=body.get("birth_date"),
            document=body.get("document", ""),
        )
        return _with_profiles(answers.new_access(request, session, patient=patient_object(session)))


class ChangeNumber(ApiView):
    """A new phone number, while the old one is at hand."""

    access: ClassVar[dict[str, Any]] = {"POST": ONLY_PATIENTS}

    @extend_schema(
        summary="Change my phone number",
        description="Within 15 minutes of signing in by the present number, with a code that `otp/send` sent to "
        "the new one. Every other session ends, and the old number is told.",
        request=ChangeNumberIn,
        responses={200: ChosenOut},
        examples=[
            OpenApiExample("New", value={"phoneNumber": "+5511988888888", "otpCode": "123456"}, request_only=True),
            OpenApiExample("Changed", value=_CHOSEN, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(ChangeNumberIn)
        session = numbers.change(session=session_row(self), phone=body["phone_number"], code=body["otp_code"])
        return _with_profiles(answers.new_access(request, session, patient=patient_object(session)))


class Profiles(ApiView):
    """The profiles one may act for."""

    access: ClassVar[dict[str, Any]] = {"GET": ONLY_PATIENTS, "POST": ONLY_PATIENTS}

    @extend_schema(
        summary="My profiles",
        responses={200: ProfilesOut},
        examples=[OpenApiExample("One", value={"data": [_PROFILE]}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response({"data": [profile.shown() for profile in profiles.of(session_row(self).user)]})

    @extend_schema(
        summary="Add a profile",
        description="A child, a person in one's care, or oneself where the phone knew others only. "
        "The session acts for it.",
        request=AddProfileIn,
        responses={201: ChosenOut},
        examples=[
            OpenApiExample(
                "A child",
                value={"patientName": "Ana Silva", "relation": "child", "birthDate": "2019-03-02"},
                request_only=True,
            ),
            OpenApiExample("Added", value=_CHOSEN, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(AddProfileIn)
        session = sign_in.add_profile(
            session=session_row(self),
            name=body["patient_name"],
            relation=body["relation"],
            birth_date=body.get("birth_date"),
        )
        answer = _with_profiles(answers.new_access(request, session, patient=patient_object(session)))
        answer.status_code = 201
        return answer


def _with_profiles(answer: Response) -> Response:
    answer.data["profiles"] = answer.data["user"].get("profiles", [])
    return answer
