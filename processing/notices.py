"""Notices for whoever polls (S0 "Real-time Notifications"): each once to each person who asks, kept until then.

One is written when the work on a recording comes to an end, in that act's own transaction; a service outside may send
some too (`receiving.py`). What it says is put into words when it is asked for, in the language of who asks.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from processing import words
from processing.models import Notice, Recording
from vitas.accounts.actor import Actor
from vitas.common.api.renderers import AsIs
from vitas.common.wall_time import iso

SERVICE: Final = "vitas-scribe"
AT_ONCE: Final = 100

# In one statement, so that of two clients that ask at the same moment one gets each notice.
_TAKE: Final = """
INSERT INTO processing_polled (notice_id, user_id, at)
SELECT notice.id, %(user)s, now() FROM processing_notice notice
WHERE notice.doctor_id = %(doctor)s AND NOT EXISTS (
    SELECT FROM processing_polled polled WHERE polled.notice_id = notice.id AND polled.user_id = %(user)s)
ORDER BY notice.id LIMIT %(most)s
ON CONFLICT DO NOTHING RETURNING notice_id
"""


def put(recording: Recording, *, key: str) -> Notice:
    """The notice that a recording is ready, or has failed for good; the same `key` again changes nothing."""
    failed = bool(recording.error_code)
    notice = Notice(
        key=key,
        organization_id=recording.organization_id,
        doctor_id=recording.doctor_id,
        recording_id=recording.pk,
        appointment_id=recording.appointment_id,
        type=Notice.Type.ERROR if failed else Notice.Type.SUCCESS,
        service=SERVICE,
        error_code=recording.error_code,
        words={},
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return notice


def take(actor: Actor) -> list[Notice]:
    """Those that this person was not given yet, oldest first; they count as given from here on."""
    given = {"user": actor.user_id, "doctor": actor.doctor_id, "most": AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
        ids: Sequence[UUID] = [row[0] for row in cursor.fetchall()]
    return list(Notice.objects.visible_to(actor).filter(pk__in=ids).order_by("pk"))


def shown(notice: Notice) -> dict[str, Any]:
    """As S0 shows it."""
    outside = notice.words or {}
    answer = {
        "id": str(notice.pk),
        "type": notice.type,
        "message": _("Processing is done."),
        "appointment_id": str(notice.appointment_id) if notice.appointment_id else None,
        "service": notice.service,
        "timestamp": iso(notice.at),
        "metadata": AsIs({**_ids(notice), **outside.get("metadata", {})}),
    }
    if notice.type == Notice.Type.ERROR:
        error = outside.get("error") or str(words.of(notice.error_code).happened)
        answer |= {"error": error, "message": _("Error: %(error)s") % {"error": error}}
    return answer


def _ids(notice: Notice) -> dict[str, Any]:
    found: dict[str, Any] = {"doctorId": str(notice.doctor_id)}
    if notice.appointment_id:
        found["appointmentId"] = str(notice.appointment_id)
    if notice.recording_id:
        found["recordingId"] = str(notice.recording_id)
    if notice.error_code:
        found["errorCode"] = notice.error_code
    return found
