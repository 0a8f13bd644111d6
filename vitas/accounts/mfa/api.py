"""Addresses of the second step: taking it, setting one up, and confirming who one is."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts import answers, refresh_tokens
from vitas.accounts.api import SIGNED_IN_EXAMPLE, OpenView, SignInView, session_row
from vitas.accounts.mfa import changing, confirming, factors, passkeys, requirement, steps, totp, verifying
from vitas.accounts.mfa import serializers as shapes
from vitas.accounts.models import Factor, Passkey, Session, SignInStep, User
from vitas.accounts.permissions import OPERATOR, PUBLIC, STAFF
from vitas.accounts.rest import ApiView
from vitas.accounts.serializers import SignedInOut, SuccessOut
from vitas.common.api.renderers import AsIs
from vitas.common.errors import Invalid, NotAllowed, NotSignedIn

MEMBERS = STAFF | {OPERATOR}

PASSKEY_EXAMPLE = {
    "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4a",
    "name": "Chrome, Android",
    "createdAt": "2025-01-15T14:00:00Z",
    "lastUsedAt": None,
    "backedUp": True,
}
CREDENTIAL_EXAMPLE = {
    "id": "kq3V…",
    "rawId": "kq3V…",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ0…", "attestationObject": "o2Nm…"},
}
CODES_EXAMPLE = {"recoveryCodes": ["7kd2m-x9qpa", "…"], "signedIn": None}
OPTIONS_EXAMPLE = {"publicKey": {"rpId": "vitas.example", "challenge": "kq3V…", "userVerification": "preferred"}}


def _example(title: str, value: Any, **more: Any) -> OpenApiExample:
    return OpenApiExample(title, value=value, **({"response_only": True} | more))


class Verify(SignInView):
    """The second step of a sign-in."""

    @extend_schema(
        summary="Take the second step of a sign-in",
        description="`mfaToken` and one of `code`, `recoveryCode`, `passkey`: then the usual answer of a sign-in. A "
        "passkey that checks its holder signs in by itself, without `mfaToken`. A wrong one is 401; five wrong ones "
        "end the sign-in.",
        request=shapes.VerifyIn,
        responses={200: SignedInOut},
        examples=[
            _example("A code", {"mfaToken": "0195…-kq3V…", "code": "123456"}, request_only=True, response_only=False),
            _example("Signed in", SIGNED_IN_EXAMPLE),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.VerifyIn)
        token, passkey = body.get("mfa_token", ""), body.get("passkey")
        if not token:
            if passkey is None:
                raise Invalid.field("mfa_token", _("Give the token of the first step."))
            session = verifying.by_passkey_alone(passkey, tenant=self.tenant)
        else:
            session = verifying.take(
                token=token,
                code=body.get("code", ""),
                recovery_code=body.get("recovery_code", ""),
                passkey=passkey,
            )
        return answers.signed_in(
            request, session, refresh_tokens.issue(session), with_token=True, **answers.also(session)
        )


class PasskeyOptions(OpenView):
    """What a passkey is asked to sign, to sign in."""

    @extend_schema(
        summary="Options to sign in by a passkey",
        description="With `mfaToken` for the second step, without it for a sign-in by the passkey alone.",
        request=shapes.TokenIn,
        responses={200: shapes.OptionsOut},
        examples=[_example("Options", {**OPTIONS_EXAMPLE, "expiresIn": 300})],
    )
    def post(self, request: Request) -> Response:
        return _options(verifying.passkey_options(self.read(shapes.TokenIn).get("mfa_token", "")))


class Mfa(ApiView):
    """One's own second factors."""

    access: ClassVar[dict[str, Any]] = {"GET": MEMBERS}

    @extend_schema(
        summary="One's own second factors",
        responses={200: shapes.MfaOut},
        examples=[
            _example(
                "An app and a passkey",
                {
                    "enabled": True,
                    "totp": {"createdAt": "2025-01-15T14:00:00Z", "lastUsedAt": None},
                    "passkeys": [PASSKEY_EXAMPLE],
                    "recoveryCodesLeft": 9,
                    "requiredFrom": None,
                    "confirmedUntil": "2025-01-15T14:10:00Z",
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        session = session_row(self)
        found = factors.of(session.user)
        return Response(
            {
                "enabled": found.any,
                "totp": {"created_at": found.totp.created_at, "last_used_at": found.totp.last_used_at}
                if found.totp
                else None,
                "passkeys": [_passkey(row) for row in found.passkeys],
                "recovery_codes_left": found.codes_left if found.any else 0,
                "required_from": requirement.of_session(session),
                "confirmed_until": confirming.recent_until(session),
            }
        )


class _Changing(ApiView):
    """Base of what changes the factors of who is signed in and has just proven it, or whose sign-in waits for one."""

    access: ClassVar[dict[str, Any]] = {"POST": PUBLIC}

    def who(self, token: str) -> tuple[User, Session | None, SignInStep | None]:
        """Raises NotSignedIn, NotAllowed, steps.DeadStep, ConfirmFirst."""
        if token:
            step = steps.found(token, wants=SignInStep.Wants.SETUP)
            return step.user, None, step
        if not self.actor.signed_in:
            raise NotSignedIn()
        session = recent_session(self)
        return session.user, session, None

    def finished(self, step: SignInStep | None, factor: Factor, codes: list[str], **more: Any) -> Response:
        """Codes, and where a sign-in waited for this, its tokens as every sign-in gives them."""
        body = {"recovery_codes": codes, **more}
        if step is None:
            return Response({**body, "signed_in": None}, status=201)
        session = verifying.finish(step, factor=factor)
        response = answers.signed_in(self.request, session, refresh_tokens.issue(session), with_token=True)
        response.data = {**body, "signed_in": {**response.data, **answers.also(session)}}
        response.status_code = 201
        return response


def recent_session(view: ApiView) -> Session:
    """The caller's session, as a member of staff who has just proven who they are. Raises as `_Changing.who` does."""
    if not (view.actor.is_staff or view.actor.is_operator):
        raise NotAllowed()
    session = session_row(view)
    confirming.require_recent(session)
    return session


class Setup(_Changing):
    """A new authenticator app."""

    @extend_schema(
        summary="Begin to set up an authenticator app",
        description="It counts once `auth/mfa/setup/confirm` got a code of it. By the access token of who has proven "
        "within ten minutes who they are (else 403 with `confirmationRequired`), or by the `mfaToken` of a sign-in "
        "that waits for a second step to be set up.",
        request=shapes.TokenIn,
        responses={200: shapes.SetupOut},
        examples=[
            _example(
                "An app",
                {
                    "secret": "JBSWY3DPEHPK3PXP…",
                    "uri": "otpauth://totp/Vitas:ana@vitas.example?secret=…",
                    "qrCode": "<svg …>",
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        user, _session, _step = self.who(self.read(shapes.TokenIn).get("mfa_token", ""))
        device = totp.begin(user=user)
        return Response({"secret": str(device.secret), "uri": totp.address(device), "qr_code": totp.picture(device)})


class SetupConfirm(_Changing):
    """The first code of a new authenticator app."""

    @extend_schema(
        summary="Confirm an authenticator app by a code",
        description="Answers with ten recovery codes where there were none, and with the sign-in that waited for this.",
        request=shapes.CodeIn,
        responses={201: shapes.RecoveryCodesOut},
        examples=[
            _example("A code", {"code": "123456"}, request_only=True, response_only=False),
            _example("Set up", CODES_EXAMPLE),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.CodeIn)
        user, session, step = self.who(body.get("mfa_token", ""))
        codes = changing.add_totp(user=user, code=body["code"], session=session)
        return self.finished(step, Factor.TOTP, codes)


class Totp(ApiView):
    """The authenticator app."""

    access: ClassVar[dict[str, Any]] = {"DELETE": MEMBERS}

    @extend_schema(
        summary="Remove the authenticator app",
        request=None,
        responses={200: SuccessOut},
        examples=[_example("Removed", {"success": True})],
    )
    def delete(self, request: Request) -> Response:
        session = recent_session(self)
        changing.remove_totp(user=session.user, session=session)
        return Response({"success": True})


class RecoveryCodes(ApiView):
    """Recovery codes."""

    access: ClassVar[dict[str, Any]] = {"POST": MEMBERS}

    @extend_schema(
        summary="New recovery codes",
        description="Ten, shown this once; those before do not work any more.",
        request=None,
        responses={201: shapes.RecoveryCodesOut},
        examples=[_example("Codes", CODES_EXAMPLE)],
    )
    def post(self, request: Request) -> Response:
        session = recent_session(self)
        codes = changing.new_recovery_codes(user=session.user, session=session)
        return Response({"recovery_codes": codes, "signed_in": None}, status=201)


class PasskeyRegistration(_Changing):
    """What a passkey is made by."""

    @extend_schema(
        summary="Options to make a passkey",
        request=shapes.TokenIn,
        responses={200: shapes.OptionsOut},
        examples=[_example("Options", {**OPTIONS_EXAMPLE, "expiresIn": 300})],
    )
    def post(self, request: Request) -> Response:
        user, session, step = self.who(self.read(shapes.TokenIn).get("mfa_token", ""))
        return _options(passkeys.creation_options(user=user, holder_id=_holder(session, step)))


class Passkeys(_Changing):
    """One's own passkeys."""

    @extend_schema(
        summary="Add a passkey",
        description="What the browser made of the options of `auth/mfa/passkeys/registration`.",
        request=shapes.NewPasskeyIn,
        responses={201: shapes.NewPasskeyOut},
        examples=[
            _example(
                "A passkey",
                {"passkey": CREDENTIAL_EXAMPLE, "name": "My phone"},
                request_only=True,
                response_only=False,
            ),
            _example("Added", {**CODES_EXAMPLE, "passkey": PASSKEY_EXAMPLE}),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.NewPasskeyIn)
        user, session, step = self.who(body.get("mfa_token", ""))
        passkey, codes = changing.add_passkey(
            user=user,
            holder_id=_holder(session, step),
            credential=body["passkey"],
            name=body.get("name", ""),
            session=session,
        )
        return self.finished(step, Factor.PASSKEY, codes, passkey=_passkey(passkey))


class OnePasskey(ApiView):
    """A passkey of one's own."""

    access: ClassVar[dict[str, Any]] = {"PATCH": MEMBERS, "DELETE": MEMBERS}

    @extend_schema(
        summary="Rename a passkey",
        request=shapes.NameIn,
        responses={200: shapes.PasskeyOut},
        examples=[
            _example("A name", {"name": "My phone"}, request_only=True, response_only=False),
            _example("Renamed", PASSKEY_EXAMPLE),
        ],
    )
    def patch(self, request: Request, passkey_id: UUID) -> Response:
        name = self.read(shapes.NameIn)["name"]
        return Response(
            _passkey(changing.rename_passkey(user=session_row(self).user, passkey_id=passkey_id, name=name))
        )

    @extend_schema(
        summary="Remove a passkey",
        request=None,
        responses={200: SuccessOut},
        examples=[_example("Removed", {"success": True})],
    )
    def delete(self, request: Request, passkey_id: UUID) -> Response:
        session = recent_session(self)
        changing.remove_passkey(user=session.user, passkey_id=passkey_id, session=session)
        return Response({"success": True})


class Confirm(ApiView):
    """Proving again who one is."""

    access: ClassVar[dict[str, Any]] = {"POST": MEMBERS}

    @extend_schema(
        summary="Confirm who one is",
        description="By `password`, `code` or `passkey`. For ten minutes changes of how one signs in are open.",
        request=shapes.ConfirmIn,
        responses={200: shapes.ConfirmedOut},
        examples=[_example("Confirmed", {"confirmedUntil": "2025-01-15T14:10:00Z"})],
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.ConfirmIn)
        until = confirming.confirm(session=session_row(self), **body)
        return Response({"confirmed_until": until})


class ConfirmOptions(ApiView):
    """What a passkey is asked to sign, to confirm."""

    access: ClassVar[dict[str, Any]] = {"POST": MEMBERS}

    @extend_schema(
        summary="Options to confirm by a passkey",
        request=None,
        responses={200: shapes.OptionsOut},
        examples=[_example("Options", {**OPTIONS_EXAMPLE, "expiresIn": 300})],
    )
    def post(self, request: Request) -> Response:
        return _options(confirming.passkey_options(session_row(self)))


def _holder(session: Session | None, step: SignInStep | None) -> UUID:
    held = session or step
    assert held is not None  # `who` found one of them
    found: UUID = held.pk
    return found


def _options(public_key: dict[str, Any]) -> Response:
    return Response({"public_key": AsIs(public_key), "expires_in": int(passkeys.LIVES.total_seconds())})


def _passkey(row: Passkey) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "backed_up": row.backed_up,
    }
