"""The audit trail's addresses (S1): query, compliance report, anomalies, export. Every look at it is in the trail."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.accounts.permissions import OPERATOR, Access
from vitas.accounts.rest import ApiView
from vitas.audit import asking, examples, exports, finding, hours, pdf, presenting, reports, reviewing, tasks, trail
from vitas.audit.asking import Asked
from vitas.audit.downloads import download
from vitas.audit.serializers import (
    AnomaliesQuery,
    AnomalyOut,
    AuditExportIn,
    AuditExportOut,
    AuditQueryIn,
    AuditQueryOut,
    ComplianceReportIn,
    ComplianceReportOut,
    ReviewIn,
)
from vitas.common.after_commit import soon
from vitas.common.api.pagination import Page, page_of
from vitas.common.api.renderers import AsIs

MAY_READ: Final[Access] = frozenset({Role.ADMIN, OPERATOR})
RECENT: Final = 10


class AuditView(ApiView):
    """S1's clients send what is not chosen as null or an empty text."""

    def given(self, serializer: Any) -> dict[str, Any]:
        data = self.request.data
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if value not in (None, "")}
        return self.read(serializer, data)

    def asked(self, given: dict[str, Any]) -> Asked:
        outcome = given.get("outcome")
        return Asked(
            since=given.get("start_time"),
            until=given.get("end_time"),
            categories=given.get("categories", ()),
            actions=given.get("actions", ()),
            outcomes=[outcome] if outcome else (),
            user_id=given.get("user_id"),
            patient_id=given.get("patient_id"),
            organization_id=asking.require_own(self.actor, given.get("tenant_id")),
            ids=given.get("event_ids", ()),
        )


class AuditQuery(AuditView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_READ}

    @extend_schema(
        summary="Query the audit trail",
        description="Entries newest first, with how many there are an hour. An administrator reads the organization's, "
        "the operator what tells of no patient.",
        request=AuditQueryIn,
        responses={200: AuditQueryOut},
        examples=examples.QUERY,
    )
    def post(self, request: Request) -> Response:
        given = self.given(AuditQueryIn)
        asked, wanted = self.asked(given), Page(given["page"], given["limit"])
        found = finding.page(self.actor, asked, wanted)
        first = found.rows[:RECENT]
        if found.total and (wanted.page > 1 or wanted.limit < RECENT):
            first = asking.newest(self.actor, asked, RECENT)
        events = presenting.events([*found.rows, *first])
        note(self.actor, "QUERY_AUDIT_TRAIL", asked.patient_id, count=len(found.rows), page=wanted.page)
        answer = page_of(wanted, [], total=found.total, at_least=found.at_least)
        answer.data = AsIs(
            events=events[: len(found.rows)],
            aggregated_by_hour=presenting.hours(hours.by_hour(self.actor, asked)),
            recent_events=events[len(found.rows) :],
            pagination=answer.data["pagination"],
        )
        return answer


class ComplianceReport(AuditView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_READ}

    @extend_schema(
        summary="Make a compliance report",
        description="As JSON, or with `format` `pdf` as a document.",
        request=ComplianceReportIn,
        responses={
            (200, "application/json"): ComplianceReportOut,
            (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The report as a document."),
        },
        examples=examples.REPORT,
    )
    def post(self, request: Request) -> Response | HttpResponse:
        given = self.given(ComplianceReportIn)
        asking.require_own(self.actor, given.get("tenant_id"))
        made = reports.make(
            given["report_type"],
            by=self.actor,
            since=given.get("start_date"),
            until=given.get("end_date"),
            patient_id=given.get("patient_id"),
        )
        patient_id = given.get("patient_id") if made.kind == "patient_access" else None
        note(self.actor, "REPORT_AUDIT_TRAIL", patient_id, report=made.kind, format=given["format"])
        if given["format"] == "pdf":
            return download(pdf.report(made), name=f"{made.kind}-{made.until:%Y-%m-%d}.pdf", type=exports.TYPES["pdf"])
        return Response(presenting.report(made))


class Anomalies(AuditView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_READ}

    @extend_schema(
        summary="List what in the audit trail should be looked at",
        description="A bare array, at most 100: what is to be reviewed first, then the newest.",
        parameters=[AnomaliesQuery],
        responses={200: AnomalyOut(many=True)},
        examples=examples.ANOMALIES,
    )
    def get(self, request: Request) -> Response:
        found = reviewing.listed(self.actor, reviewed=self.read_query(AnomaliesQuery)["reviewed"])
        return Response(presenting.anomalies(found))


class AnomalyReview(AuditView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_READ}

    @extend_schema(
        summary="Close an anomaly: it is explained, or an incident",
        request=ReviewIn,
        responses={200: AnomalyOut},
        examples=examples.REVIEW,
    )
    def post(self, request: Request, anomaly_id: UUID) -> Response:
        closed = reviewing.review(anomaly_id, verdict=self.given(ReviewIn)["verdict"], by=self.actor)
        return Response(presenting.anomalies([closed])[0])


class AuditExports(AuditView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_READ}

    @extend_schema(
        summary="Ask for a file of entries",
        description="It is made in the background; `GET audit-trail/exports/{id}` says how far it is.",
        request=AuditExportIn,
        responses={202: AuditExportOut},
        examples=examples.EXPORT,
    )
    def post(self, request: Request) -> Response:
        given = self.given(AuditExportIn)
        language = get_language() or "en"
        made = exports.ask(by=self.actor, asked=self.asked(given), format=given["format"], language=language)
        soon(tasks.make_exports)
        return Response(
            presenting.export(made), status=202, headers={"Location": f"/api/v1/audit-trail/exports/{made.pk}"}
        )


class AuditExportView(AuditView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_READ}

    @extend_schema(summary="How far an export is", responses={200: AuditExportOut}, examples=[examples.FINISHED_EXPORT])
    def get(self, request: Request, export_id: UUID) -> Response:
        return Response(presenting.export(exports.of(self.actor, export_id)))


class AuditExportDownload(AuditView):
    access: ClassVar[dict[str, Access]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Fetch the file of an export",
        responses={
            (200, kind.partition(";")[0]): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
            for kind in exports.TYPES.values()
        },
        examples=[
            OpenApiExample("CSV", "id,timestamp,…", response_only=True, media_type="text/csv"),
            OpenApiExample("JSON", "[]", response_only=True, media_type="application/json"),
        ],
    )
    def get(self, request: Request, export_id: UUID) -> HttpResponse:
        found, file = exports.fetch(export_id, by=self.actor)
        name = f"audit-trail-{found.created_at:%Y-%m-%d}.{found.format}"
        return download(file, name=name, type=exports.TYPES[found.format])


def note(actor: Actor, action: str, patient_id: UUID | None, **details: Any) -> None:
    """Who reads the trail is in the trail, and with the patient if it was asked about one."""
    trail.record(
        actor,
        action,
        category=trail.Category.CONFIGURATION,
        resource="audit_trail",
        patient_id=patient_id,
        **details,
    )
