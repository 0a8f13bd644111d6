"""What was said at a visit, for who may read it; each reading is noted in the audit trail."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from processing.models import Transcript
from processing.said import SPEAKERS
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import NotFound


@transaction.atomic
def one(transcript_id: UUID, by: Actor, *, form: str = "json") -> Transcript:
    """`form`: in which it leaves, for the trail. Raises NotFound."""
    rows = Transcript.objects.visible_to(by).select_related("recording")
    found: Transcript | None = rows.filter(pk=transcript_id).first()
    if found is None:
        raise NotFound(_("There is no such transcript."))
    crypto.load_keys({found.words_subject})
    trail.record(
        by,
        "READ_TRANSCRIPT",
        category=trail.Category.HEALTH_DATA,
        resource="recordings",
        resource_id=found.recording_id,
        patient_id=found.patient_id,
        organization_id=found.organization_id,
        form=form,
    )
    return found


def as_text(transcript: Transcript) -> str:
    """A line a segment: `[0:01:05] Doctor: …`."""
    return "".join(
        f"[{_clock(segment['start'])}] {_who(segment)}: {segment['text']}\n" for segment in transcript.body["segments"]
    )


def as_srt(transcript: Transcript) -> str:
    """Subtitles (SubRip): numbered, with times in milliseconds, and a blank line after each."""
    return "".join(
        f"{number}\n{_moment(segment['start'])} --> {_moment(segment['end'])}\n{_who(segment)}: {segment['text']}\n\n"
        for number, segment in enumerate(transcript.body["segments"], start=1)
    )


def _who(segment: dict[str, str]) -> str:
    return str(SPEAKERS.get(segment["speaker"], SPEAKERS["other"]))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def _moment(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
