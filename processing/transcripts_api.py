"""Transcripts over the API: what was said, as JSON, as text, as subtitles."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from processing import recording_shapes as shapes
from processing import transcripts
from processing.models import Transcript
from processing.recordable import MAY_RECORD
from vitas.accounts.rest import ApiView
from vitas.common.wall_time import iso

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d50",
    "recordingId": shapes.ID,
    "appointmentId": shapes.VISIT,
    "patientId": shapes.PATIENT,
    "language": "en",
    "transcriber": "faster-whisper base int8",
    "createdAt": "2026-11-21T14:03:00Z",
    "segments": [
        {
            "id": "s0",
            "index": 0,
            "start": 0.0,
            "end": 2.46,
            "speaker": "doctor",
            "text": "What brings you in today?",
            "confidence": 0.97,
        }
    ],
}


class SegmentOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The `evidence` of a note's sentences names it.")
    index = serializers.IntegerField()
    start = serializers.FloatField(help_text="Seconds from the beginning.")
    end = serializers.FloatField()
    speaker = serializers.ChoiceField(choices=["doctor", "patient", "other"])
    text = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1.")


class TranscriptOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    recording_id = serializers.UUIDField()
    appointment_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    language = serializers.CharField()
    transcriber = serializers.CharField()
    created_at = serializers.DateTimeField()
    segments = SegmentOut(many=True)


class OneTranscript(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="Read what was said at a visit",
        description="By doctors of the organization who care for the patient. Each reading is audited.",
        responses=TranscriptOut,
        examples=[OpenApiExample("A transcript", _EXAMPLE, response_only=True)],
    )
    def get(self, request: Request, transcript_id: UUID) -> Response:
        return Response(_answer(transcripts.one(transcript_id, self.actor)))


class TranscriptText(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="Take a transcript out as text",
        description="A line a segment, with its time and its speaker in the caller's language.",
        responses={(200, "text/plain"): OpenApiTypes.STR},
        examples=[
            OpenApiExample("Text", "[0:00:00] Doctor: What brings you in today?\n", media_type="text/plain"),
        ],
    )
    def get(self, request: Request, transcript_id: UUID) -> HttpResponse:
        found = transcripts.one(transcript_id, self.actor, form="text")
        return _file(transcripts.as_text(found), "text/plain", "transcript.txt")


class TranscriptSubtitles(ApiView):
    access: ClassVar[dict[str, Any]] = {"GET": MAY_RECORD}

    @extend_schema(
        summary="Take a transcript out as subtitles",
        description="SubRip (SRT), to be shown with the sound by any player.",
        responses={(200, "application/x-subrip"): OpenApiTypes.STR},
        examples=[
            OpenApiExample(
                "SRT",
                "1\n00:00:00,000 --> 00:00:02,460\nDoctor: What brings you in today?\n\n",
                media_type="application/x-subrip",
            ),
        ],
    )
    def get(self, request: Request, transcript_id: UUID) -> HttpResponse:
        found = transcripts.one(transcript_id, self.actor, form="srt")
        return _file(transcripts.as_srt(found), "application/x-subrip", "transcript.srt")


def _answer(found: Transcript) -> dict[str, Any]:
    kept = ("id", "index", "start", "end", "speaker", "text", "confidence")
    return {
        "id": found.pk,
        "recording_id": found.recording_id,
        "appointment_id": found.recording.appointment_id,
        "patient_id": found.patient_id,
        "language": found.language,
        "transcriber": found.transcriber,
        "created_at": iso(found.created_at),
        "segments": [{name: segment[name] for name in kept} for segment in found.body["segments"]],
    }


def _file(content: str, kind: str, name: str) -> HttpResponse:
    """Named without a word of whose it is; kept by no cache."""
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
