"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from processing import notices_api, recordings_api, transcripts_api

urlpatterns = [
    path("audio-to-s3-presigned-url", recordings_api.UploadAddress.as_view(), name="audio-upload-address"),
    path("recordings", recordings_api.Recordings.as_view(), name="recordings"),
    path("recordings/upload/<str:token>", recordings_api.Upload.as_view(), name="recording-upload"),
    path("recordings/<uuid:recording_id>", recordings_api.OneRecording.as_view(), name="recording"),
    path("recordings/<uuid:recording_id>/uploaded", recordings_api.Uploaded.as_view(), name="recording-uploaded"),
    path("recordings/<uuid:recording_id>/retry", notices_api.RecordingRetry.as_view(), name="recording-retry"),
    path("recordings/<uuid:recording_id>/audio", recordings_api.Audio.as_view(), name="recording-audio"),
    path("transcripts/<uuid:transcript_id>", transcripts_api.OneTranscript.as_view(), name="transcript"),
    path("transcripts/<uuid:transcript_id>/text", transcripts_api.TranscriptText.as_view(), name="transcript-text"),
    path("transcripts/<uuid:transcript_id>/srt", transcripts_api.TranscriptSubtitles.as_view(), name="transcript-srt"),
    path("processing-webhook", notices_api.ProcessingWebhook.as_view(), name="processing-webhook"),
]
