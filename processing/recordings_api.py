"""Recordings over the API: how they come in (S0 "Audio Upload and Processing"), where they stand, how they sound."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from processing import playing, recording_answers, uploads
from processing import recording_shapes as shapes
from processing.models import Recording
from processing.recordable import MAY_RECORD
from vitas.accounts.permissions import PUBLIC
from vitas.accounts.rest import ApiView
from vitas.audit import trail
from vitas.common.api.pagination import listed
from vitas.common.errors import NotFound

_PAGE: Final = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}
_ADDRESS: Final = {
    "presignedUrl": "https://vitas.example.org/api/v1/recordings/upload/eyJyZWNvcmRpbmciOiI…",
    "s3Key": shapes.KEY,
    "recordingId": shapes.ID,
    "expiresIn": 900,
    "method": "PUT",
    "headers": {"Content-Type": "audio/mpeg"},
}


class UploadAddress(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_RECORD}

    @extend_schema(
        summary="Ask for an address to upload the sound of a visit to",
        description="By the visit's doctor, while it is scheduled to completed. The file goes by one PUT straight to "
        "the store, or, where no bucket is configured, to an address of ours with the same rules: 15 minutes, the "
        "type, the length where it was told. mp3, m4a, ogg, webm, wav, flac, up to 500 MB. Whoever sends a recording "
        "attests that the patient agreed; where they took that back it is 403 `CONSENT_REVOKED`.",
        request=shapes.AddressIn,
        responses=shapes.AddressOut,
        examples=[
            OpenApiExample(
                "As S0 asks",
                {
                    "fileName": f"{shapes.VISIT}.mp3",
                    "doctorId": shapes.DOCTOR,
                    "patientId": shapes.PATIENT,
                    "appointmentId": shapes.VISIT,
                },
                request_only=True,
            ),
            OpenApiExample("An address", _ADDRESS, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.read(shapes.AddressIn)
        agrees = asked.pop("patient_agrees")
        root = request._request.build_absolute_uri("/")
        found = uploads.address_for(**asked, agrees=agrees, by=self.actor, root=root)
        return Response(
            {
                "presigned_url": found.url,
                "s3_key": found.recording.key,
                "recording_id": found.recording.pk,
                "expires_in": found.seconds,
                "method": "PUT",
                "headers": dict(found.headers),
            }
        )


class Upload(ApiView):
    """The address of ours. Its signature is the right: it asks for no token, no cookie and no CSRF token."""

    access: ClassVar[dict[str, Any]] = {"PUT": PUBLIC}
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(
        summary="Upload the sound of a visit",
        description="To the address that `audio-to-s3-presigned-url` gave, as the whole body. It announces itself. The "
        "same bytes again are 200, others 409; an expired or altered address is 403.",
        request={"audio/mpeg": OpenApiTypes.BINARY},
        responses=shapes.ReceivedOut,
        examples=[
            OpenApiExample(
                "Received",
                {"recordingId": shapes.ID, "size": 8123456, "sha256": "9f86d081884c7d65" * 4},
                response_only=True,
            )
        ],
    )
    def put(self, request: Request, token: str) -> Response:
        sent = request._request
        length = sent.META.get("CONTENT_LENGTH") or ""
        found = uploads.take_in(
            token,
            content_type=sent.META.get("CONTENT_TYPE") or "",
            length=int(length) if length.isdigit() else None,
            read=sent.read,
        )
        return Response({"recording_id": found.pk, "size": found.size, "sha256": found.sha256})


class Recordings(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="List recordings",
        description="Of the patients whom the doctor cares for, newest first; with where each stands.",
        parameters=[shapes.ListQuery],
        responses=shapes.RecordingsOut,
        examples=[OpenApiExample("A page", {"data": [shapes.RECORDING], "pagination": _PAGE}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(shapes.ListQuery)
        named = {name: asked[name] for name in ("appointment_id", "patient_id", "stage") if name in asked}
        rows = Recording.objects.visible_to(self.actor).filter(**named).order_by("-created_at", "-pk")
        return listed(request, recording_answers.with_transcript(rows), self._shown, exact=False)

    def _shown(self, rows: Any) -> list[dict[str, Any]]:
        trail.record(
            self.actor,
            "READ_RECORDINGS",
            category=trail.Category.HEALTH_DATA,
            resource="recordings",
            count=len(rows),
            ids=[str(row.pk) for row in rows],
        )
        return recording_answers.recordings(rows)


class OneRecording(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="Where a recording stands",
        description="Its stage, how far the work is, and why it failed if it did.",
        responses=shapes.RecordingOut,
        examples=[OpenApiExample("At work", shapes.RECORDING, response_only=True)],
    )
    def get(self, request: Request, recording_id: UUID) -> Response:
        return Response(recording_answers.recording(_seen(self, recording_id)))


class Uploaded(ApiView):
    access: ClassVar[dict[str, Any]] = {"POST": MAY_RECORD}

    @extend_schema(
        summary="Announce that a recording was uploaded",
        description="Where the bucket tells nothing by itself this saves half a minute. Twice is once; 422 if nothing "
        "is there.",
        request=None,
        responses=shapes.RecordingOut,
        examples=[
            OpenApiExample("Taken up", {**shapes.RECORDING, "stage": "uploaded", "percent": 0}, response_only=True)
        ],
    )
    def post(self, request: Request, recording_id: UUID) -> Response:
        uploads.announce(recording_id=recording_id, by=self.actor)
        return Response(recording_answers.recording(_seen(self, recording_id)))


class Audio(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="Listen to a recording",
        description="Streamed, also in ranges (206, 416). 404 once the organization's rule has deleted the sound.",
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=0-1023`, one range.")],
        responses={
            (200, "audio/mpeg"): OpenApiTypes.BINARY,
            206: OpenApiResponse(description="The part that was asked for."),
            416: OpenApiResponse(description="The range begins behind the end; `Content-Range` says how long it is."),
        },
    )
    def get(self, request: Request, recording_id: UUID) -> HttpResponseBase:
        return playing.answer(request._request, _seen(self, recording_id), by=self.actor)


def _seen(view: ApiView, recording_id: UUID) -> Any:
    rows = recording_answers.with_transcript(Recording.objects.visible_to(view.actor))
    found = rows.filter(pk=recording_id).first()
    if found is None:
        raise NotFound(_("There is no such recording."))
    return found
