"""How sound comes in while a visit is being recorded: in pieces of a few seconds, as the browser has them.

Each is stored before it is acknowledged, and may come again: the same is harmless, another under its number is refused.
After a crash the browser records on in a new run, whose pieces go on counting; joining.py puts the runs together. What
is under way stays open for a week, so that a device that was offline can still send what it kept.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from processing import audio_store, consent, joining, recordable, sound_types, tasks, uploads
from processing.audio_store import MOST_BYTES
from processing.models import Recording, RecordingPiece, Stage
from vitas.accounts.actor import Actor
from vitas.common.after_commit import soon
from vitas.common.errors import Conflict, Invalid, NotFound, NotPossibleNow, Problem

OPEN_FOR: Final = timedelta(days=7)
MOST_PIECE: Final = 4 * 1024 * 1024  # bytes; five seconds of sound are a hundredth of it
MOST_PIECES: Final = 20_000  # 27 hours
UNJOINED_KEPT: Final = timedelta(days=90)
JOINING_TAKES: Final = timedelta(minutes=15)  # at most; then whoever comes next does it
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_EMPTY: Final = ("DISCARDED", uploads.MISSING)


class OtherPiece(Conflict):
    """409: another piece stands under this number, or no more are taken."""

    sentence = _("Another piece of the recording was received under this number.")


class NoMorePieces(Conflict):
    """409: the recording is finished, or was given up."""

    code = "RECORDING_CLOSED"
    sentence = _("This recording is finished: no more of it is taken.")


class RecordedElsewhere(Conflict):
    """409: a recording of this visit is under way, here or on another device."""

    code = "RECORDING_UNDER_WAY"
    sentence = _("This visit is being recorded already, in another window or on another device.")


class Lacking(Conflict):
    """409: pieces are missing; `missing` in the answer names the first of them."""

    code = "PIECES_MISSING"
    sentence = _("Not all pieces of the recording have arrived yet.")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A recording that has begun and is not finished: how much of it is here, and when the last of it came."""

    recording: Recording
    count: int
    size: int
    last_at: datetime


def begin(*, appointment_id: UUID, content_type: str, agrees: bool, by: Actor) -> Recording:
    """A recording of the doctor's visit in pieces. One at a time. Raises NotAllowed, ConsentRevoked, ConsentNotAsked,
    NotFound, NotPossibleNow, Invalid, RecordedElsewhere."""
    kind = sound_types.required(content_type=content_type, file_name="")
    with transaction.atomic():
        visit = recordable.visit_of(appointment_id, by=by)
        type(visit).objects.select_for_update(of=("self",), no_key=True).get(pk=visit.pk)  # a double click waits here
        if _open().filter(appointment=visit).exists():
            raise RecordedElsewhere()
        recordable.begin_care(visit)
        return recordable.begin(
            visit,
            consent=consent.required(visit, agrees=agrees, by=by),
            source=Recording.Source.RECORDED,
            content_type=kind,
            ends_at=timezone.now() + OPEN_FOR,
            by=by,
        )


def keep(*, recording_id: UUID, number: int, content: bytes, sha256: str, by: Actor) -> bool:
    """Keep one piece; false if it was here before. Raises NotFound, Invalid, OtherPiece, NoMorePieces, StoreAway."""
    _require_piece(number, content, sha256)
    recording = _own(recording_id, by)
    known = RecordingPiece.objects.filter(recording=recording, number=number).values_list("sha256", flat=True).first()
    if known is not None:
        return _same(known, sha256)
    if not is_open(recording):
        raise NoMorePieces()
    key = f"{recording.key}.pieces/{number:06}-{sha256[:16]}"
    if audio_store.size_of(key) != len(content):  # the same name is the same piece: it was stored, and the row lost
        audio_store.put(key, io.BytesIO(content))
    with transaction.atomic():
        # Whoever finishes the recording just now is waited for.
        if not list(_open().select_for_update(no_key=True).filter(pk=recording.pk)):
            raise NoMorePieces()
        piece = RecordingPiece(recording=recording, number=number, size=len(content), sha256=sha256, key=key)
        RecordingPiece.objects.bulk_create([piece], ignore_conflicts=True)
    return _same(RecordingPiece.objects.get(recording=recording, number=number).sha256, sha256, fresh=True)


def finish(*, recording_id: UUID, count: int, by: Actor) -> Recording:
    """No more will come: `count` pieces, from 0. They are put together soon. Twice is once.

    Raises NotFound, NotPossibleNow (there are none), Lacking.
    """
    with transaction.atomic():
        recording = _own(recording_id, by, lock=True)
        if not is_open(recording):
            return recording
        here = set(recording.pieces.values_list("number", flat=True))
        if not here:
            raise NotPossibleNow(_("Nothing of this recording has arrived. Discard it, or record."))
        missing = sorted(set(range(count)) - here)
        if missing:
            raise Lacking(extra={"missing": missing[:100]})
        recording.upload_ends_at = timezone.now()
        recording.save(update_fields=["upload_ends_at"])
        recordable.note(by, "FINISH_RECORDING", recording, pieces=len(here))
        soon(tasks.join_recordings)
    return recording


def discard(*, recording_id: UUID, by: Actor) -> Recording:
    """Give a recording up of which no whole was made yet: what came of it is deleted. Twice is once.

    Raises NotFound, NotPossibleNow (it is on its way already).
    """
    with transaction.atomic():
        recording = _own(recording_id, by, lock=True)
        if recording.stage == Stage.FAILED and recording.failed_at == Stage.AWAITING:
            return recording
        if recording.stage != Stage.AWAITING or recording.claim is not None:
            raise NotPossibleNow(_("This recording is complete and on its way to a draft."))
        recording.stage, recording.failed_at, recording.error_code = Stage.FAILED, Stage.AWAITING, "DISCARDED"
        recording.audio_deleted_at = timezone.now()
        recording.save(update_fields=["stage", "failed_at", "error_code", "audio_deleted_at"])
        recordable.note(by, "DISCARD_RECORDING", recording)
        transaction.on_commit(lambda: _forget_pieces(recording), robust=True)
    return recording


def under_way(appointment_id: UUID, *, by: Actor) -> UnderWay | None:
    """The recording of this visit that was begun and not finished, on whatever device."""
    row = (
        _open(Recording.objects.visible_to(by))
        .filter(appointment_id=appointment_id)
        .annotate(count=Count("pieces"), bytes=Sum("pieces__size"), last_at=Max("pieces__created_at"))
        .order_by("-created_at")
        .first()
    )
    return UnderWay(row, row.count, row.bytes or 0, row.last_at or row.created_at) if row else None


def numbers_of(recording: Recording) -> list[int]:
    """Which pieces are here, so that a browser sends only the others."""
    return list(recording.pieces.order_by("number").values_list("number", flat=True))


def is_open(recording: Recording) -> bool:
    """Whether more pieces are taken."""
    return recording.stage == Stage.AWAITING and recording.upload_ends_at > timezone.now()


def join_due(now: datetime, *, limit: int = 20) -> int:
    """Put together what is finished, and what nobody has sent anything of for a week; how many were settled."""
    due = Recording.objects.filter(
        Q(claim=None) | Q(claimed_until__lt=now),
        stage=Stage.AWAITING,
        source=Recording.Source.RECORDED,
        upload_ends_at__lte=now,
    ).filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    return sum(_join(recording, now) for recording in due.order_by("upload_ends_at")[:limit])


def sweep_leftovers(now: datetime, *, limit: int = 100) -> int:
    """Pieces of recordings that are whole, or given up: rows and files that a process left when it died.

    What could not be put together is the only sound there is of its visit: it stays as a failed recording does.
    """
    long_ago = now - UNJOINED_KEPT
    done = Recording.objects.filter(
        Q(uploaded_at__isnull=False) | Q(error_code__in=_EMPTY) | Q(stage=Stage.FAILED, created_at__lt=long_ago)
    )
    rows = list(done.filter(Exists(RecordingPiece.objects.filter(recording=OuterRef("pk"))))[:limit])
    for recording in rows:
        _forget_pieces(recording)
    return len(rows)


def _join(recording: Recording, now: datetime) -> bool:
    """One of several workers does it: who has the claim. What fails is tried again later."""
    mine = uuid4()
    free = Recording.objects.filter(Q(claim=None) | Q(claimed_until__lt=now), pk=recording.pk, stage=Stage.AWAITING)
    if not free.update(claim=mine, claimed_until=now + JOINING_TAKES, tries=recording.tries + 1):
        return False
    rows = list(recording.pieces.order_by("number"))
    if not rows:
        return uploads.close(recording, uploads.MISSING)
    try:
        with joining.joined(_contents(rows)) as whole:
            if whole.size > MOST_BYTES:
                return uploads.close(recording, "TOO_LARGE")
            audio_store.put(recording.key, whole.file)
            Recording.objects.filter(pk=recording.pk, claim=mine).update(content_type=whole.content_type)
            settled = uploads.take_up(recording, sha256=whole.sha256)
    except (joining.Unreadable, FileNotFoundError):
        return uploads.close(recording, "DAMAGED")
    except BaseException:
        later = now + timedelta(seconds=min(30 * 2**recording.tries, 3600))
        held = Recording.objects.filter(pk=recording.pk, claim=mine)
        held.update(claim=None, claimed_until=None, next_try_at=later)
        raise
    _forget_pieces(recording)
    return settled


def _contents(rows: Iterable[RecordingPiece]) -> Iterator[bytes]:
    for row in rows:
        with audio_store.opened(row.key) as file:
            yield file.read()


def _forget_pieces(recording: Recording) -> None:
    """The files first: rows say where they are."""
    if audio_store.forget_folder(f"{recording.key}.pieces"):
        recording.pieces.all().delete()


def _own(recording_id: UUID, by: Actor, *, lock: bool = False) -> Recording:
    """A recording in pieces of the doctor's own visit."""
    rows = Recording.objects.visible_to(by).filter(source=Recording.Source.RECORDED)
    rows = rows.filter(doctor_id=by.doctor_id) if by.doctor_id else rows.none()
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found: Recording | None = rows.filter(pk=recording_id).first()
    if found is None:
        raise NotFound(_("There is no such recording."))
    return found


def _open(rows: QuerySet[Recording] | None = None) -> QuerySet[Recording]:
    """Those that still take pieces."""
    found = Recording.objects.all() if rows is None else rows
    return found.filter(stage=Stage.AWAITING, source=Recording.Source.RECORDED, upload_ends_at__gt=timezone.now())


def _require_piece(number: int, content: bytes, sha256: str) -> None:
    """Raises Invalid, TooLarge."""
    if number >= MOST_PIECES or len(content) > MOST_PIECE:
        raise uploads.TooLarge()
    if not content:
        raise Invalid(problems=[Problem("body", _("The piece is empty."))])
    if not _HASH.fullmatch(sha256) or hashlib.sha256(content).hexdigest() != sha256:
        raise Invalid(problems=[Problem("x_content_sha256", _("The piece is not what its hash says: send it again."))])


def _same(known: str, sha256: str, *, fresh: bool = False) -> bool:
    if known != sha256:
        raise OtherPiece()
    return fresh
