"""Polling for what became of recordings (S0 "Real-time Notifications"), and beginning again with one that failed."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from processing import notices, pipeline, receiving, recording_answers
from processing import recording_shapes as shapes
from processing.models import Notice, Recording
from processing.recordable import MAY_RECORD
from vitas.accounts.models import Role
from vitas.accounts.permissions import PUBLIC, Access
from vitas.accounts.rest import ApiView
from vitas.common.errors import NotAllowed
from vitas.common.wall_time import iso

_NOTICE: dict[str, Any] = {
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d60",
    "type": "success",
    "message": "Processing is done.",
    "appointmentId": shapes.VISIT,
    "service": notices.SERVICE,
    "timestamp": "2026-11-21T14:05:00Z",
    "metadata": {"doctorId": shapes.DOCTOR, "appointmentId": shapes.VISIT, "recordingId": shapes.ID},
}
_TOLD = {
    "type": "error",
    "service": "transcription",
    "error": "NO_SPEECH",
    "timestamp": "2026-11-21T14:05:00Z",
    "metadata": {"doctorId": shapes.DOCTOR, "appointmentId": shapes.VISIT},
}


class PollQuery(serializers.Serializer[Any]):
    doctor_id = serializers.UUIDField(required=False, help_text="Your own.")


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Notice.Type.choices)
    message = serializers.CharField()
    error = serializers.CharField(required=False, help_text="Of an error: what happened.")
    appointment_id = serializers.UUIDField(allow_null=True)
    service = serializers.CharField()
    timestamp = serializers.DateTimeField()
    metadata = serializers.DictField(help_text="`doctorId`, `appointmentId`, `recordingId`, `errorCode`.")


class PolledOut(serializers.Serializer[Any]):
    notifications = NoticeOut(many=True, required=False)
    count = serializers.IntegerField(required=False)
    timestamp = serializers.DateTimeField(required=False)
    status = serializers.CharField(required=False, help_text="`ok`, alone, where no `doctorId` was asked for.")


class TakenOut(serializers.Serializer[Any]):
    success = serializers.BooleanField()


class ProcessingWebhook(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": frozenset({Role.DOCTOR}), "POST": PUBLIC}

    def get_authenticators(self) -> list[Any]:
        """A notice is believed for its signature: it asks for no token."""
        asked = getattr(self.request, "method", "")  # none while the API is described
        return [] if asked == "POST" else super().get_authenticators()

    def get_throttles(self) -> list[Any]:
        return [] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(
        summary="Ask what became of my recordings",
        description="What was done or has failed for good, each once to each person who asks; progress goes by socket.",
        parameters=[PollQuery],
        responses={200: PolledOut},
        examples=[
            OpenApiExample(
                "One is done",
                {"notifications": [_NOTICE], "count": 1, "timestamp": "2026-11-21T14:05:04Z"},
                response_only=True,
            ),
            OpenApiExample("Without doctorId", {"status": "ok"}, response_only=True),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(PollQuery)
        if "doctor_id" not in asked:
            return Response({"status": "ok"})
        if asked["doctor_id"] != self.actor.doctor_id:
            raise NotAllowed(_("These are another doctor's notifications."))
        found = [notices.shown(notice) for notice in notices.take(self.actor)]
        return Response({"notifications": found, "count": len(found), "timestamp": iso(timezone.now())})

    @extend_schema(
        summary="Tell what became of a recording (for services outside)",
        description="Signed: `X-Signature: sha256=<hex of HMAC-SHA256(PROCESSING_WEBHOOK_SECRET, X-Timestamp + '.' + "
        "body)>`. The same body twice makes one notification.",
        parameters=[
            OpenApiParameter("X-Timestamp", str, OpenApiParameter.HEADER, description="Unix seconds."),
            OpenApiParameter("X-Signature", str, OpenApiParameter.HEADER),
        ],
        request={"application/json": {"type": "object"}},
        responses={200: TakenOut},
        examples=[
            OpenApiExample("A failure", _TOLD, request_only=True),
            OpenApiExample("Kept", {"success": True}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        body = request._request.body
        receiving.require_signature(
            timestamp=request.headers.get("X-Timestamp", ""),
            signature=request.headers.get("X-Signature", ""),
            body=body,
        )
        receiving.take_in(body)
        return Response({"success": True})


class RecordingRetry(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": MAY_RECORD}

    @extend_schema(
        summary="Work on a recording again",
        description="At the stage that failed, or at once where it waits for its next try; else 422.",
        request=None,
        responses={200: shapes.RecordingOut},
        examples=[OpenApiExample("It is worked on again", shapes.RECORDING, response_only=True)],
    )
    def post(self, request: Request, recording_id: UUID) -> Response:
        pipeline.retry(recording_id=recording_id, by=self.actor)
        row = recording_answers.with_transcript(Recording.objects.visible_to(self.actor)).get(pk=recording_id)
        return Response(recording_answers.recording(row))
