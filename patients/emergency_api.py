"""Emergency access in the API: a doctor opens and ends, an administrator reviews, the patient sees that it was."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from patients import emergency
from patients.care_serializers import BreakGlassIn, BreakGlassOut, BrokenGlassOut, GlassReviewIn
from patients.models import BreakGlass
from patients.permissions import MAY_BREAK_GLASS, MAY_READ_BROKEN_GLASS, MAY_REVIEW
from vitas.accounts.actor import Actor
from vitas.accounts.permissions import Access
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.api import pagination
from vitas.common.wall_time import iso

_REASON: Final = "Brought in unconscious, nobody else knows the medicines"
_ROW: Final = {
    "id": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b50",
    "patientId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b4d",
    "doctorId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b51",
    "doctor": "Dra. Ana Ruiz",
    "organizationId": "0195f2a0-7c1e-7d3b-9b1e-0d9a3c1f2b40",
    "openedAt": "2027-01-15T13:00:00Z",
    "endsAt": "2027-01-15T14:00:00Z",
    "reason": _REASON,
    "verdict": None,
    "reviewedAt": None,
}
_PAGE: Final = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}


class BreakGlassView(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_BREAK_GLASS}

    @extend_schema(
        summary="Open a patient in an emergency",
        description="A patient of the organization who is not in the doctor's care, for an hour. The patient is told "
        "at once, and an administrator reviews it. Again within the hour it answers the same one.",
        request=BreakGlassIn,
        responses={201: BreakGlassOut},
        examples=[
            OpenApiExample("Why", {"reason": _REASON}, request_only=True),
            OpenApiExample("Open", _ROW, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        reason = self.read(BreakGlassIn)["reason"]
        row = emergency.break_glass(patient_id=patient_id, reason=reason, by=self.actor)
        return Response(_row(row, self.actor), status=201)


class BrokenGlassView(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_READ_BROKEN_GLASS}

    @extend_schema(
        summary="List emergency access",
        description="A doctor's own, an administrator's organization's, and for a patient what was opened of theirs.",
        parameters=[
            OpenApiParameter("page", int, description="From 1."),
            OpenApiParameter("limit", int, description="Rows a page, at most 100."),
        ],
        responses={200: BrokenGlassOut},
        examples=[OpenApiExample("A page", {"data": [_ROW], "pagination": _PAGE}, response_only=True)],
    )
    @transaction.atomic
    def get(self, request: Request) -> Response:
        rows = BreakGlass.objects.visible_to(self.actor).select_related("doctor").order_by("-opened_at", "-id")
        return pagination.listed(request, rows, self._shown, exact=self.actor.is_patient)

    def _shown(self, rows: Sequence[BreakGlass]) -> list[dict[str, Any]]:
        if not self.actor.is_patient:
            crypto.load_keys({row.words_subject for row in rows})
            trail.record(
                self.actor,
                "READ_BREAKGLASS",
                category=trail.Category.BREAK_GLASS,
                resource="break_glass",
                count=len(rows),
                ids=[str(row.pk) for row in rows],
            )
        return [_row(row, self.actor) for row in rows]


class EndBreakGlassView(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_BREAK_GLASS}

    @extend_schema(
        summary="End an emergency access early",
        request=None,
        responses={200: BreakGlassOut},
        examples=[OpenApiExample("Ended", {**_ROW, "endsAt": "2027-01-15T13:20:00Z"}, response_only=True)],
    )
    def post(self, request: Request, glass_id: UUID) -> Response:
        return Response(_row(emergency.end_early(id=glass_id, by=self.actor), self.actor))


class ReviewBreakGlassView(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_REVIEW}

    @extend_schema(
        summary="Review an emergency access",
        description="Once it is over, by an administrator, never one's own.",
        request=GlassReviewIn,
        responses={200: BreakGlassOut},
        examples=[
            OpenApiExample("Justified", {"verdict": "justified"}, request_only=True),
            OpenApiExample(
                "Reviewed",
                {**_ROW, "verdict": "justified", "reviewedAt": "2027-01-16T09:00:00Z"},
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request, glass_id: UUID) -> Response:
        row = emergency.review(id=glass_id, by=self.actor, **self.read(GlassReviewIn))
        return Response(_row(row, self.actor))


def _row(row: BreakGlass, actor: Actor) -> dict[str, Any]:
    return {
        "id": row.pk,
        "patient_id": row.patient_id,
        "doctor_id": row.doctor_id,
        "doctor": str(row.doctor),
        "organization_id": row.organization_id,
        "opened_at": iso(row.opened_at),
        "ends_at": iso(row.ends_at),
        "reason": None if actor.is_patient else row.reason,
        "verdict": row.verdict or None,
        "reviewed_at": iso(row.reviewed_at) if row.reviewed_at else None,
    }
