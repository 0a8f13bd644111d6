"""Medical records over the API: S3 1.3, and what doctors and nurses need to write them."""

from typing import Any, ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from records import answers, attachments, examples, paper, reading, writing
from records import serializers as shapes
from records.files import giving
from records.files.checking import FileTooLarge
from records.permissions import MAY_READ, MAY_WRITE
from vitas.accounts.rest import ApiView
from vitas.common.api.pagination import listed
from vitas.common.errors import Invalid
from vitas.common.uploads import was_too_large


class Records(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ, "POST": MAY_WRITE}

    @extend_schema(
        summary="List medical records",
        description="A patient's own, newest first, or those of the profile `patientId`; doctors and nurses: of those "
        "in their care.",
        parameters=[shapes.ListQuery],
        responses=shapes.RecordsOut,
        examples=[examples.page(examples.RECORD)],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(shapes.ListQuery)
        rows = reading.records_of(
            self.actor,
            patient_id=asked.get("patient_id"),
            type=asked.get("type", ""),
            first=asked.get("start_date"),
            last=asked.get("end_date"),
            with_errors=asked["include_errors"],
        )
        return listed(
            request,
            reading.for_list(rows),
            lambda found: [answers.record(row, self.actor) for row in reading.listed(found, by=self.actor)],
            exact=self.actor.is_patient,
        )

    @extend_schema(
        summary="Write a medical record",
        description="A lab result, note or imaging report may carry `observations`; a prescription has `medications`.",
        parameters=[examples.KEY],
        request=shapes.RecordIn,
        responses={201: shapes.RecordDetailOut, 200: shapes.RecordDetailOut},
        examples=[
            examples.request(
                {
                    "patientId": examples.PATIENT,
                    "type": "lab_result",
                    "date": "2025-01-10",
                    "title": "Annual Blood Work",
                    "observations": [examples.RESULT_IN],
                }
            ),
            examples.answer(examples.DETAIL, "200", "201"),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.read(shapes.RecordIn)
        made = writing.write_once(
            **{"observations": (), "medications": (), **asked},
            by=self.actor,
            key=request.headers.get("Idempotency-Key", ""),
        )
        return Response(_shown(made.record.pk, self), status=201 if made.fresh else 200)


class OneRecord(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Read a medical record",
        description="With its results, medicines, addenda and files. Read by the patient, it is new no more.",
        responses=shapes.RecordDetailOut,
        examples=[examples.answer(examples.DETAIL)],
    )
    def get(self, request: Request, record_id: UUID) -> Response:
        return Response(_shown(record_id, self))


class Addenda(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_WRITE}

    @extend_schema(
        summary="Add to a record",
        description="The record itself stays as it was written.",
        parameters=[examples.KEY],
        request=shapes.AddendumIn,
        responses={201: shapes.AddendumOut},
        examples=[
            examples.request({"text": "The sample was not fasting."}),
            examples.answer(examples.ADDENDUM, "201"),
        ],
    )
    def post(self, request: Request, record_id: UUID) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        made = writing.addend(record_id=record_id, by=self.actor, key=key, **self.read(shapes.AddendumIn))
        return Response(answers.addendum(made), status=201)


class EnteredInError(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_WRITE}

    @extend_schema(
        summary="Mark a record as entered in error",
        description="Nothing is deleted: it stays, with the reason, and so do its results and medicines.",
        request=shapes.ErrorIn,
        responses=shapes.RecordDetailOut,
        examples=[
            examples.request({"reason": "Belongs to another patient"}),
            examples.answer(
                {**examples.DETAIL, "status": "entered_in_error", "errorReason": "Belongs to another patient"}
            ),
        ],
    )
    def post(self, request: Request, record_id: UUID) -> Response:
        writing.mark_error(record_id=record_id, by=self.actor, **self.read(shapes.ErrorIn))
        return Response(_shown(record_id, self))


class Attachments(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_WRITE}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Attach a file to a record",
        description="A PDF, JPEG, PNG or WebP of at most 25 MB, as `multipart/form-data`. Pictures are drawn anew, "
        "PDFs with scripts or files within are refused. It is downloaded once it was checked (`state`: clean).",
        request={"multipart/form-data": shapes.FileIn},
        responses={201: shapes.AttachmentOut},
        examples=[examples.answer({**examples.FILE, "state": "quarantined", "url": None}, "201")],
    )
    def post(self, request: Request, record_id: UUID) -> Response:
        sent: Any = request.data
        upload = sent.get("file")
        if was_too_large(request):
            raise FileTooLarge()
        if not hasattr(upload, "chunks"):
            raise Invalid.field("file", _("This field is required."))
        made = attachments.attach(record_id=record_id, file_name=upload.name, content=upload, by=self.actor)
        return Response(answers.attachment(made), status=201)


class Download(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Download a file of a record",
        description="Streamed, also in ranges (206, 416; `If-Range` takes the `ETag`). Every byte was checked before "
        "the first one is sent. 422 while the file is being checked.",
        parameters=[
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=0-1023`, one range."),
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            206: OpenApiResponse(description="The part that was asked for."),
            416: OpenApiResponse(description="The range begins behind the end; `Content-Range` says how long it is."),
        },
    )
    def get(self, request: Request, record_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        given = attachments.give(
            record_id=record_id,
            attachment_id=attachment_id,
            by=self.actor,
            anew=giving.begins_anew(request._request),
        )
        return giving.answer(request._request, given)


class Paper(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_READ}

    @extend_schema(
        summary="Read a prescription as PDF",
        description="In the organization's language, with a check code and QR by which anyone may verify it at "
        "`/verify/<code>` without learning what is prescribed.",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, record_id: UUID) -> HttpResponseBase:
        return paper.answer(paper.paper_of(record_id=record_id, by=self.actor))


def _shown(record_id: UUID, view: ApiView) -> dict[str, Any]:
    row = reading.detail(record_id, view.actor)
    reading.opened(row, view.actor)
    return answers.detail(row, view.actor)
