"""How sound comes in as one file: by an address of the store, signed for a quarter of an hour (S0 "Audio Upload").

With a bucket the file goes straight there; without one, to an address of ours with the same rules. That it came is
told by the store's event, by an announce call, or found by a sweep: all go through `take_up`, and twice is once.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from processing import audio_store, consent, news, recordable, sound_types, tasks
from processing.audio_store import MOST_BYTES
from processing.models import Recording, Stage
from vitas.accounts.actor import PROCESSING, Actor
from vitas.common.acting import acting_as
from vitas.common.after_commit import soon
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossibleNow, Refused

log = logging.getLogger(__name__)

ADDRESS_LIVES: Final = timedelta(minutes=15)
WAITED_FOR: Final = timedelta(days=1)  # after its address ended; then the recording is closed
MISSING: Final = "UPLOAD_MISSING"
_SALT: Final = "vitas.recording.upload"
Source = Recording.Source


class AddressDead(NotAllowed):
    """403: the address has run out, was altered, or was made for nothing that is here."""

    sentence = _("This address for uploading is no longer valid. Ask for a new one.")


class OtherType(Refused):
    """415: not the type that the address was made for."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    sentence = _("The file has another type than the one that was announced.")


class TooLarge(Refused):
    """413: more than 500 MB, or than what was announced."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"
    sentence = _("The recording is larger than 500 MB, or than was announced.")


class BrokenOff(Invalid):
    """400: not all of it came. Nothing was kept."""

    sentence = _("The upload broke off, or the file is empty. Nothing was kept: send it again.")


class OtherBytes(Conflict):
    """409: a recording stands there already."""

    sentence = _("Another file was uploaded to this address before. Ask for a new one.")


class Nothing(NotPossibleNow):
    """422: it was announced, and nothing is in the store."""

    sentence = _("The file has not arrived yet.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a file is sent: by PUT, with these headers, until `seconds` from now."""

    recording: Recording
    url: str
    headers: Mapping[str, str]
    seconds: int


def address_for(
    *,
    appointment_id: UUID,
    file_name: str,
    by: Actor,
    doctor_id: UUID | None = None,
    patient_id: UUID | None = None,
    content_type: str = "",
    size: int | None = None,
    agrees: bool | None = None,
    root: str = "",
) -> Address:
    """An address for the sound of a visit, bound to its type and, where it is told, its length in bytes.

    `root` is where we are, for the address of ours: `https://vitas.example/`. Raises NotAllowed, ConsentRevoked,
    NotFound, NotPossibleNow, Invalid, StoreAway.
    """
    kind = sound_types.required(content_type=content_type, file_name=file_name)
    require_size(size)
    ends_at = timezone.now() + ADDRESS_LIVES
    with transaction.atomic():
        visit = recordable.visit_of(appointment_id, by=by, doctor_id=doctor_id, patient_id=patient_id)
        recordable.begin_care(visit)
        made = recordable.begin(
            visit,
            consent=consent.sent_with(visit, agrees=agrees, by=by),
            source=Source.UPLOADED,
            content_type=kind,
            ends_at=ends_at,
            by=by,
        )
    told = content_type.strip() or kind
    seconds = int(ADDRESS_LIVES.total_seconds())
    if audio_store.is_local():
        url = f"{root}api/v1/recordings/upload/{_token(made, told, size)}"
    else:
        url = audio_store.presigned(made.key, content_type=told, size=size, seconds=seconds)
    return Address(made, url, {"Content-Type": told}, seconds)


def require_size(size: int | None) -> None:
    """Raises Invalid."""
    if size is not None and not 0 < size <= MOST_BYTES:
        raise Invalid.field("size", _("A recording has at most 500 MB."))


def take_in(token: str, *, content_type: str, length: int | None, read: Callable[[int], bytes]) -> Recording:
    """What comes by an address of ours, streamed to the disk. The same bytes again are taken as what they are.

    Raises AddressDead, OtherType, TooLarge, BrokenOff, OtherBytes, StoreAway.
    """
    asked = _asked(token)
    most = asked["size"] or MOST_BYTES
    if content_type and sound_types.known(content_type) != sound_types.known(asked["type"]):
        raise OtherType()
    if length is not None and (length > most or (asked["size"] and length != asked["size"])):
        raise TooLarge()
    with acting_as(PROCESSING):  # the address is the right; nobody is signed in
        recording = Recording.objects.filter(pk=asked["recording"]).first()
        if recording is None or not audio_store.is_local():
            raise AddressDead()
        return keep(recording, _received(read, length=length or asked["size"], most=most))


def take_in_form(
    *,
    visit: Appointment,
    content_type: str,
    agrees: bool,
    read: Callable[[int], bytes],
    length: int,
    by: Actor,
) -> Recording:
    """A file that came by a form of a page. Raises ConsentRevoked, ConsentNotAsked, TooLarge, BrokenOff, StoreAway."""
    with transaction.atomic():
        recordable.begin_care(visit)
        made = recordable.begin(
            visit,
            consent=consent.required(visit, agrees=agrees, by=by),
            source=Source.UPLOADED,
            content_type=content_type,
            ends_at=timezone.now() + ADDRESS_LIVES,
            by=by,
        )
    try:
        _store(made, read, length)
    except Refused:
        close(made, MISSING)
        raise
    return made


def _store(recording: Recording, read: Callable[[int], bytes], length: int) -> None:
    if audio_store.is_local():
        keep(recording, _received(read, length=length, most=MOST_BYTES))
        return
    with tempfile.TemporaryFile(prefix="vitas-upload-") as spool:
        digest = hashlib.sha256()
        while piece := read(audio_store.CHUNK):
            digest.update(piece)
            spool.write(piece)
        audio_store.put(recording.key, spool)
    take_up(recording, sha256=digest.hexdigest())


def _received(read: Callable[[int], bytes], *, length: int | None, most: int) -> audio_store.Received:
    """Raises BrokenOff, TooLarge, StoreAway."""
    try:
        return audio_store.receive(read, length=length, most=most)
    except audio_store.Broken:
        raise BrokenOff() from None
    except audio_store.TooLong:
        raise TooLarge() from None


def keep(recording: Recording, received: audio_store.Received) -> Recording:
    """Put what came in its place, and take it up. Raises OtherBytes, StoreAway."""
    recording.refresh_from_db()
    if recording.stage == Stage.AWAITING and audio_store.place(received, recording.key):
        take_up(recording, sha256=received.sha256)
        return recording
    audio_store.drop(received)
    recording.refresh_from_db()
    if received.sha256 != (recording.sha256 or _sha256_of(recording.key)):
        raise OtherBytes()
    take_up(recording, sha256=received.sha256)  # whoever placed it may have died before
    return recording


def announce(*, recording_id: UUID, by: Actor) -> Recording:
    """The doctor's program says that the file is there. Twice is once. Raises NotFound, Nothing, StoreAway."""
    recording = Recording.objects.visible_to(by).filter(pk=recording_id).first()
    if recording is None:
        raise NotFound(_("There is no such recording."))
    if recording.stage == Stage.AWAITING and not take_up(recording):
        raise Nothing()
    recording.refresh_from_db()
    return recording


def take_up(recording: Recording, *, sha256: str = "") -> bool:
    """What lies under the recording's key is its sound: its way to a draft begins, once. False if nothing is there.

    The one way in, for whoever told that it came. Raises StoreAway.
    """
    size = audio_store.size_of(recording.key)
    if size is None:
        return False
    if not 0 < size <= MOST_BYTES:
        close(recording, "TOO_LARGE" if size else "EMPTY")
        audio_store.forget(recording.key)
        return True
    now = timezone.now()
    with transaction.atomic(), acting_as(PROCESSING):
        waiting = Recording.objects.filter(pk=recording.pk, stage=Stage.AWAITING)
        fresh = {"stage": Stage.UPLOADED, "size": size, "sha256": sha256, "uploaded_at": now}
        if waiting.update(**fresh, claim=None, claimed_until=None, next_try_at=None, tries=0):
            recordable.note(PROCESSING, "RECEIVE_RECORDING", recording, size=size)
            soon(tasks.work)
    recording.refresh_from_db()
    return True


def close(recording: Recording, code: str) -> bool:
    """No sound will come, or none that is taken; whether it was still waited for."""
    with transaction.atomic(), acting_as(PROCESSING):
        waiting = Recording.objects.filter(pk=recording.pk, stage=Stage.AWAITING)
        closed = waiting.update(
            stage=Stage.FAILED, failed_at=Stage.AWAITING, error_code=code, claim=None, claimed_until=None
        )
        if closed:
            recordable.note(PROCESSING, "CLOSE_RECORDING", recording, because=code)
            recording.refresh_from_db()
            if code != MISSING:  # who asked for an address and then sent nothing knows it
                news.ended(recording, claim=recording.pk)
    return bool(closed)


def sweep(now: datetime, *, limit: int = 500) -> int:
    """Find what came and nobody told of, and close what will not come; how many were settled."""
    settled = 0
    rows = Recording.objects.filter(stage=Stage.AWAITING, source=Source.UPLOADED).order_by("-created_at")
    for recording in rows[:limit]:
        if take_up(recording):
            settled += 1
        elif recording.upload_ends_at + WAITED_FOR < now:
            settled += close(recording, MISSING)
    return settled


def _token(recording: Recording, content_type: str, size: int | None) -> str:
    asked = {"recording": str(recording.pk), "type": content_type, "size": size}
    return signing.dumps(asked, key=settings.CODE_SECRET, salt=_SALT)


def _asked(token: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(token, key=settings.CODE_SECRET, salt=_SALT, max_age=ADDRESS_LIVES)
    except signing.BadSignature:
        raise AddressDead() from None
    return found


def _sha256_of(key: str) -> str:
    try:
        return audio_store.sha256_of(key)
    except FileNotFoundError:
        return ""
