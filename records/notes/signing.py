"""Signing a note: from then on the database lets nobody change it; only addenda follow."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.models import Appointment, Status
from records import summary, writing
from records.models import Clinical, Condition, MedicalRecord
from records.notes import bodies, layout, saves
from records.notes.differences import survived
from records.notes.models import Diagnosis, Note, NoteSave, NoteVersion
from records.notes.permissions import held
from records.notes.printed import in_words, locale_of, title
from vitas.accounts.actor import Actor
from vitas.accounts.mfa.confirming import ConfirmFirst, require_recent
from vitas.accounts.models import Session
from vitas.common import events
from vitas.common.errors import Conflict, NotAllowed, NotPossibleNow

_BEGUN: Final = (Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED)
_AWAITED: Final = (Status.SCHEDULED, Status.CONFIRMED)
_LONGEST_NAME: Final = 200  # letters of a problem's name


@transaction.atomic
def sign(note_id: UUID, *, seen_version: int, by: Actor) -> Note:
    """The visit's doctor signs what they have seen, within ten minutes of having proven who they are.

    A second click finds it signed. Raises NotFound, NotAllowed (another's visit), ConfirmFirst
    (vitas/accounts/mfa/confirming.py: `confirm`, then again), Conflict (somebody has changed it since), NotPossibleNow
    (signed, empty, flagged sentences not kept, the visit has not begun).
    """
    if done := _signed_just_now(note_id, seen_version, by):
        return done
    note = held(note_id, by)
    if note.doctor_id != by.doctor_id:
        raise NotAllowed(_("Only the doctor of the visit signs its note."))
    if seen_version != note.version:
        raise Conflict(_("The note has changed since you read it. Read it again, then sign."))
    if hindered := hindrances(note):
        raise NotPossibleNow(" ".join(hindered))
    _require_confirmed(by)
    return _sign(note, by)


def hindrances(note: Note) -> list[str]:
    """Sentences that say why the note cannot be signed yet, for the page; empty where it can."""
    found = []
    if bodies.is_empty(note.body):
        found.append(_("The note is empty."))
    if left := len(bodies.left_to_keep(note.body)):
        found.append(
            ngettext(
                "%(count)d sentence is marked: check it, then keep it, change it or take it out.",
                "%(count)d sentences are marked: check each, then keep it, change it or take it out.",
                left,
            )
            % {"count": left}
        )
    if not has_begun(note.appointment):
        found.append(_("The visit has not begun."))
    return found


def has_begun(visit: Appointment) -> bool:
    """The patient is there or was; or it is past the time, and the desk has not said so."""
    return visit.status in _BEGUN or (visit.status in _AWAITED and visit.starts_at <= timezone.now())


def follow_record(record: MedicalRecord) -> None:
    """The record of a signed note was entered in error: so were the note, its diagnoses, and the problems it wrote."""
    if record.type != MedicalRecord.Type.VISIT_NOTE:
        return
    note = Note.objects.standing().select_for_update(no_key=True).filter(record=record).first()
    if note is None:
        return
    layout.in_error(note)
    problems = Condition.objects.filter(pk__in=note.body.get("problems", ()), status=Clinical.Status.CURRENT)
    problems.update(status=Clinical.Status.ENTERED_IN_ERROR, updated_at=timezone.now())


def _sign(note: Note, by: Actor) -> Note:
    now = timezone.now()
    saves.begin_sitting(note, by.user_id)
    accepted = list(
        Diagnosis.objects.standing()
        .filter(appointment=note.appointment_id, state=Diagnosis.State.ACCEPTED)
        .order_by("decided_at", "pk")
    )
    body = {**note.body, "diagnoses": [_snapshot(row) for row in accepted]}
    body["problems"] = [str(row.pk) for row in _problems(note, accepted, by, since=now)]
    note.survived = survived(_drafted(note), body)
    note.record = _record(note, body, by)
    note.body, note.version, note.updated_at = body, note.version + 1, now
    note.state, note.signed_at, note.signed_by = Note.State.SIGNED, now, by.user_id
    note.save(
        update_fields=[
            *("body", "version", "updated_at", "state", "signed_at", "signed_by", "record", "survived"),
        ]
    )
    saves.keep_version(note, NoteVersion.Kind.SIGNED, made_by=by.user_id, made_at=now)
    NoteSave.objects.filter(note=note).delete()
    events.record(events.NoteSigned(note.pk))
    saves.tell(by, "SIGN_NOTE", note, record=str(note.record_id), diagnoses=len(accepted))
    return note


def _signed_just_now(note_id: UUID, seen_version: int, by: Actor) -> Note | None:
    """By the same person, as they saw it."""
    done = Note.objects.visible_to(by).standing().filter(pk=note_id, state=Note.State.SIGNED, signed_by=by.user_id)
    return done.filter(version=seen_version + 1).first()


def _require_confirmed(by: Actor) -> None:
    live = Session.objects.filter(user=by.user_id, revoked_at=None)
    session = live.filter(pk=by.session_id).first() if by.session_id else None
    if session is None:
        raise ConfirmFirst()
    require_recent(session)


def _drafted(note: Note) -> Iterable[bodies.Sentence]:
    """Each sentence as a machine first worded it."""
    found: dict[str, bodies.Sentence] = {}
    for version in note.versions.filter(kind=NoteVersion.Kind.DRAFTED).order_by("number"):
        version.note = note
        for sentence in bodies.sentences(version.body):
            if sentence["by"] == bodies.MACHINE:
                found.setdefault(sentence["id"], sentence)
    return found.values()


def _record(note: Note, body: bodies.Body, by: Actor) -> MedicalRecord:
    """The note in the patient's file, in its own language."""
    visit = note.appointment
    with translation.override(locale_of(note.language)):
        return writing.write(
            patient_id=note.patient_id,
            type=MedicalRecord.Type.VISIT_NOTE,
            date=visit.starts_at.astimezone(ZoneInfo(visit.clinic.zone)).date(),
            title=title(),
            description=in_words(body),
            appointment_id=visit.pk,
            by=by,
        )


def _problems(note: Note, accepted: Sequence[Diagnosis], by: Actor, *, since: datetime) -> list[Condition]:
    """What is sure becomes a problem of the patient; those that were there before are not written again."""
    found = []
    for row in accepted:
        words: dict[str, Any] = row.words
        if words.get("suspected"):
            continue
        made = summary.note_problem(
            patient_id=note.patient_id,
            display=words["display"][:_LONGEST_NAME],
            code=words["code"],
            system=words["system"],
            by=by,
        )
        if made.created_at >= since:
            found.append(made)
    return found


def _snapshot(row: Diagnosis) -> dict[str, Any]:
    words: dict[str, Any] = row.words
    return {
        "id": str(row.pk),
        **{name: words[name] for name in ("code", "system", "table", "display")},
        "suspected": bool(words.get("suspected")),
    }
