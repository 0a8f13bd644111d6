"""How a recording is told of in the API."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from processing import words
from processing.models import Recording, Stage
from vitas.common.wall_time import iso


def with_transcript(rows: QuerySet[Recording]) -> QuerySet[Recording]:
    """With the id of what was written down, and not a word of it."""
    return rows.annotate(transcript_pk=F("transcript__pk"))


def recordings(rows: Sequence[Recording]) -> list[dict[str, Any]]:
    return [recording(row) for row in rows]


def recording(row: Any) -> dict[str, Any]:
    again = row.stage != Stage.FAILED and bool(row.error_code) and row.next_try_at is not None
    has_sound = row.uploaded_at is not None and row.audio_deleted_at is None
    return {
        "id": row.pk,
        "appointment_id": row.appointment_id,
        "patient_id": row.patient_id,
        "doctor_id": row.doctor_id,
        "source": row.source,
        "s3_key": row.key,
        "content_type": row.content_type,
        "size": row.size,
        "seconds": row.seconds,
        "stage": row.stage,
        "percent": row.percent,
        "seconds_left": row.seconds_left,
        "error": _why(row) if row.stage == Stage.FAILED or again else None,
        "retry_scheduled": again,
        "next_retry_at": iso(row.next_try_at) if again else None,
        "transcript_id": row.transcript_pk,
        "audio_url": f"{settings.PUBLIC_URL}/api/v1/recordings/{row.pk}/audio" if has_sound else None,
        "created_at": iso(row.created_at),
        "uploaded_at": iso(row.uploaded_at),
        "ready_at": iso(row.ready_at),
        "audio_deleted_at": iso(row.audio_deleted_at),
    }


def _why(row: Recording) -> dict[str, str]:
    found = words.of(row.error_code)
    parts = [str(found.happened), str(found.advice), words.next_try(row)]
    return {"code": row.error_code, "message": " ".join(part for part in parts if part)}
