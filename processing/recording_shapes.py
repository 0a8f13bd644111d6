"""What requests about recordings may hold, and how answers are documented."""

from typing import Any, Final

from rest_framework import serializers

from processing.models import Recording, Stage
from vitas.common.api.fields import PlainTextField
from vitas.common.api.pagination import PaginationOut

ID: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d40"
VISIT: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d24"
PATIENT: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d21"
DOCTOR: Final = "019a9f5e-6a3c-7c11-8f10-2b8f6f1c7d22"
KEY: Final = "sound/2026/11/3f1f0f6d8a4f4b0f9a3c1d2e4b5a697887766554"
RECORDING: Final[dict[str, Any]] = {
    "id": ID,
    "appointmentId": VISIT,
    "patientId": PATIENT,
    "doctorId": DOCTOR,
    "source": "uploaded",
    "s3Key": KEY,
    "contentType": "audio/mpeg",
    "size": 8123456,
    "seconds": 1015.2,
    "stage": "transcribing",
    "percent": 40,
    "secondsLeft": 75,
    "error": None,
    "retryScheduled": False,
    "nextRetryAt": None,
    "transcriptId": None,
    "audioUrl": f"https://vitas.example.org/api/v1/recordings/{ID}/audio",
    "createdAt": "2026-11-21T14:00:00Z",
    "uploadedAt": "2026-11-21T14:01:10Z",
    "readyAt": None,
    "audioDeletedAt": None,
}


class AddressIn(serializers.Serializer[Any]):
    """S0 "Audio Upload and Processing". The ids must be those of the token and of the visit."""

    appointment_id = serializers.UUIDField()
    file_name = PlainTextField(
        max_length=255, required=False, allow_blank=True, default="", help_text="Its ending says the type."
    )
    doctor_id = serializers.UUIDField(required=False)
    patient_id = serializers.UUIDField(required=False)
    content_type = PlainTextField(
        max_length=100, required=False, allow_blank=True, default="", help_text="Bound: the PUT sends the same."
    )
    size = serializers.IntegerField(required=False, allow_null=True, help_text="Bytes, at most 500 MB. Bound.")
    patient_agrees = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The patient has just said yes. Needed where they took it back; false is a no.",
    )


class AddressOut(serializers.Serializer[Any]):
    presigned_url = serializers.CharField()
    s3_key = serializers.CharField()
    recording_id = serializers.UUIDField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField(), help_text="To be sent with the PUT.")


class ListQuery(serializers.Serializer[Any]):
    appointment_id = serializers.UUIDField(required=False)
    patient_id = serializers.UUIDField(required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    page = serializers.IntegerField(required=False, min_value=1, default=1)
    limit = serializers.IntegerField(required=False, min_value=1, default=20)


class WhyOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField(help_text="What happened, and what helps.")


class RecordingOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    appointment_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    doctor_id = serializers.UUIDField()
    source = serializers.ChoiceField(choices=Recording.Source.choices)  # type: ignore[assignment]
    s3_key = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    seconds = serializers.FloatField(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.choices)
    percent = serializers.IntegerField(help_text="Of the stage.")
    seconds_left = serializers.IntegerField(allow_null=True, help_text="Estimated.")
    error = WhyOut(allow_null=True)
    retry_scheduled = serializers.BooleanField()
    next_retry_at = serializers.DateTimeField(allow_null=True)
    transcript_id = serializers.UUIDField(allow_null=True)
    audio_url = serializers.CharField(
        allow_null=True, help_text="Null while there is no sound, and once it is deleted."
    )
    created_at = serializers.DateTimeField()
    uploaded_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    audio_deleted_at = serializers.DateTimeField(allow_null=True)


class RecordingsOut(serializers.Serializer[Any]):
    data = RecordingOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class ReceivedOut(serializers.Serializer[Any]):
    recording_id = serializers.UUIDField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
