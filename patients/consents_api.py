"""Consents in the API: read by who sees the patient, given and taken back by the patient's side alone."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from patients import consents
from patients.care_serializers import (
    ConsentListIn,
    ConsentOut,
    ConsentsOut,
    ConsentTextIn,
    ConsentTextOut,
    GiveConsentIn,
)
from patients.consents import Asked
from patients.models import Consent
from patients.permissions import MAY_CONSENT, MAY_READ_CONSENTS
from vitas.accounts.actor import Actor
from vitas.accounts.permissions import Access
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common.api import pagination
from vitas.common.errors import NotAllowed
from vitas.common.wall_time import iso

_TEXT: Final = {
    "version": "2026-11",
    "language": "en",
    "text": "I allow Harbor Family Clinic to write to me by WhatsApp, SMS or e-mail to look after my health.",
}
_ASKED: Final = {"organizationId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b40", "kind": "messages"}
_ROW: Final = {
    "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b41",
    "patientId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4d",
    "organizationId": _ASKED["organizationId"],
    "organization": "Harbor Family Clinic",
    "kind": "messages",
    "recipientId": None,
    "recipient": None,
    **_TEXT,
    "givenAt": "2027-01-15T13:00:00Z",
    "revokedAt": None,
}
_PAGE: Final = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}


class ConsentsView(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_READ_CONSENTS, "POST": MAY_CONSENT}

    @extend_schema(
        summary="List consents",
        description="A patient's side: of the profiles they may act for. Staff: of patients they see, what concerns "
        "their organization.",
        parameters=[
            ConsentListIn,
            OpenApiParameter("page", int, description="From 1."),
            OpenApiParameter("limit", int, description="Rows a page, at most 100."),
        ],
        responses={200: ConsentsOut},
        examples=[OpenApiExample("A page", {"data": [_ROW], "pagination": _PAGE}, response_only=True)],
    )
    @transaction.atomic
    def get(self, request: Request) -> Response:
        asked = self.read_query(ConsentListIn)
        live = asked.pop("live", False)
        rows = Consent.objects.visible_to(self.actor).select_related("organization", "recipient")
        rows = (rows.live() if live else rows).filter(**asked).order_by("-given_at", "-id")
        return pagination.listed(request, rows, self._shown, exact=self.actor.is_patient)

    def _shown(self, rows: Sequence[Consent]) -> list[dict[str, Any]]:
        patients = {row.patient_id for row in rows}
        trail.record(
            self.actor,
            "READ_CONSENTS",
            category=trail.Category.CONSENT,
            resource="consents",
            patient_id=patients.pop() if len(patients) == 1 else None,
            count=len(rows),
            ids=[str(row.pk) for row in rows],
        )
        return [_row(row) for row in rows]

    @extend_schema(
        summary="Allow something",
        description="With the version and language of the text that the person read (`consents/text`). The same again "
        "answers the same consent; 409 where the text has changed since.",
        request=GiveConsentIn,
        responses={201: ConsentOut},
        examples=[
            OpenApiExample("Messages", {**_ASKED, "version": "2026-11", "language": "en"}, request_only=True),
            OpenApiExample("Allowed", _ROW, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(GiveConsentIn)
        shown = {name: body.pop(name) for name in ("version", "language")}
        return Response(_row(consents.give(_asked(body, self.actor), by=self.actor, **shown)), status=201)


class ConsentTextView(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_CONSENT}

    @extend_schema(
        summary="The text to read before allowing something",
        description="In the caller's language (`Accept-Language`).",
        parameters=[ConsentTextIn],
        responses={200: ConsentTextOut},
        examples=[OpenApiExample("Messages", _TEXT, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        asked = _asked(self.read_query(ConsentTextIn), self.actor)
        shown = consents.text_of(asked, language=get_language() or "es", by=self.actor)
        return Response({"version": shown.version, "language": shown.language, "text": shown.text})


class RevokeConsentView(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_CONSENT}

    @extend_schema(
        summary="Take a consent back",
        description="It ends at once. Twice is once.",
        request=None,
        responses={200: ConsentOut},
        examples=[
            OpenApiExample("Taken back", {**_ROW, "revokedAt": "2027-02-01T09:00:00Z"}, response_only=True),
        ],
    )
    def post(self, request: Request, consent_id: UUID) -> Response:
        return Response(_row(consents.revoke(consent_id=consent_id, by=self.actor)))


def _asked(given: dict[str, Any], actor: Actor) -> Asked:
    patient_id = given.get("patient_id") or actor.patient_id
    if patient_id is None:
        raise NotAllowed(_("Choose one of your profiles first."))
    return Asked(
        patient_id=patient_id,
        organization_id=given["organization_id"],
        kind=given["kind"],
        recipient_id=given.get("recipient_id"),
    )


def _row(row: Consent) -> dict[str, Any]:
    return {
        "id": row.pk,
        "patient_id": row.patient_id,
        "organization_id": row.organization_id,
        "organization": row.organization.name,
        "kind": row.kind,
        "recipient_id": row.recipient_id,
        "recipient": row.recipient.name if row.recipient else None,
        "version": row.version,
        "language": row.language,
        "text": row.text,
        "given_at": iso(row.given_at),
        "revoked_at": iso(row.revoked_at) if row.revoked_at else None,
    }
