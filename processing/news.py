"""What is told of a recording as it goes its way: to its doctor, on the page, behind the bell, and to who polls."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from appointments.models import Appointment
from processing import notices, words
from processing.models import Notice, Recording, Stage
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.live import topics
from vitas.live.models import LiveEvent
from vitas.live.news import Said
from vitas.live.presenting import Ids
from vitas.live.publish import publish

PROGRESS, DONE, FAILED = "processing:progress", "processing:done", "processing:failed"
Payloads = Sequence[dict[str, Any] | None]


def progressed(recording: Recording) -> None:
    """Only the last one is kept: who comes later needs no more than where it stands."""
    topic, key = topics.doctor(recording.doctor_id), f"{PROGRESS}:{recording.pk}"
    LiveEvent.objects.filter(key=key, topic=topic).delete()
    publish(PROGRESS, key=key, topics=[topic], ids=_ids(recording))


def ended(recording: Recording, *, claim: UUID | str) -> None:
    """It is ready, or has failed: told once a claim. One that is tried again by itself is no news to who polls."""
    again = recording.stage not in (Stage.READY, Stage.FAILED)
    name = DONE if recording.stage == Stage.READY else FAILED
    key = f"{name}:{claim}"
    if not again:
        notices.put(recording, key=key)
    publish(name, key=key, topics=[topics.doctor(recording.doctor_id)], ids={**_ids(recording), "again": again})


def told_from_outside(notice: Notice) -> None:
    """A service outside says that its work on a visit came to an end."""
    name = DONE if notice.type == Notice.Type.SUCCESS else FAILED
    ids = {"notice": str(notice.pk), "appointment": str(notice.appointment_id or ""), "again": False}
    publish(name, key=f"{name}:{notice.key}", topics=[topics.doctor(notice.doctor_id)], ids=ids)


def payloads(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """What a socket gets of progress and of a good end."""
    rows = _visible(actor, asked)
    return [_outside(ids) or (_where(row) if (row := _of(rows, ids)) else None) for ids in asked]


def failures(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """What a socket gets of a failure: why, and whether and when it is tried again by itself."""
    rows, codes = _visible(actor, asked), _codes(actor, asked)
    return [
        _outside(ids, codes) or (_failed(row) if (row := _of(rows, ids)) and row.error_code else None) for ids in asked
    ]


def final(_actor: Actor) -> Q:
    """Behind the bell stands what somebody may have to act on."""
    return Q(ids__again=False)


def of_done(actor: Actor, asked: Sequence[Ids]) -> Sequence[Said | None]:
    """The line behind the bell: of whom there is a draft."""
    return _sayings(actor, asked, _("The draft of a note is ready."), "notes", "green", stage="")


def of_failed(actor: Actor, asked: Sequence[Ids]) -> Sequence[Said | None]:
    """One that was tried again since, by hand, is told no more."""
    return _sayings(actor, asked, _("A recording could not be worked on."), "alert-triangle", "red", stage=Stage.FAILED)


def _sayings(
    actor: Actor, asked: Sequence[Ids], sentence: str, icon: str, colour: str, *, stage: str
) -> list[Said | None]:
    rows = _visible(actor, asked)
    visits = Appointment.objects.visible_to(actor).select_related("patient", "clinic")
    found = visits.in_bulk([UUID(ids["appointment"]) for ids in asked if ids["appointment"]])
    _note(actor, [*found.values()])
    said: list[Said | None] = []
    for ids in asked:
        row = _of(rows, ids)
        gone = "recording" in ids and (row is None or (stage and row.stage != stage))
        visit = found.get(UUID(ids["appointment"])) if ids["appointment"] else None
        said.append(None if gone or visit is None else _said(visit, sentence, icon, colour))
    return said


def _said(visit: Appointment, sentence: str, icon: str, colour: str) -> Said:
    return Said(
        sentence=sentence,
        about=visit.patient.full_name,
        moment=visit.starts_at,
        zone=visit.clinic.zone,
        address=_address(visit),
        icon=icon,
        colour=colour,
    )


def _outside(ids: Ids, codes: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """The payload of a notice from outside; nothing for one of ours."""
    if "recording" in ids:
        return None
    plain = {"appointmentId": ids["appointment"] or None, "recordingId": None, "secondsLeft": None}
    if codes is None:
        return {**plain, "stage": Stage.READY, "percent": 100}
    code = codes.get(ids["notice"], words.UNEXPECTED)
    error = {"code": code, "message": str(words.of(code).happened)}
    again = {"retryScheduled": False, "nextRetryIn": None}
    return {**plain, "stage": Stage.FAILED, "percent": 0, "error": error, **again}


def _codes(actor: Actor, asked: Sequence[Ids]) -> dict[str, str]:
    wanted = [UUID(ids["notice"]) for ids in asked if "notice" in ids]
    found = Notice.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", "error_code") if wanted else []
    return {str(pk): code for pk, code in found}


def _where(row: Recording) -> dict[str, Any]:
    return {
        "appointmentId": str(row.appointment_id),
        "recordingId": str(row.pk),
        "stage": row.stage,
        "percent": row.percent,
        "secondsLeft": row.seconds_left,
    }


def _failed(row: Recording) -> dict[str, Any]:
    again = row.stage != Stage.FAILED
    return {
        **_where(row),
        "error": {"code": row.error_code, "message": str(words.of(row.error_code).happened)},
        "retryScheduled": again,
        "nextRetryIn": words.seconds_until(row.next_try_at) if again and row.next_try_at else None,
    }


def _address(visit: Appointment) -> str:
    for name in ("doctor-visit-note", "doctor-visit"):
        try:
            return reverse(name, args=[visit.pk])
        except NoReverseMatch:
            continue
    return ""


def _ids(recording: Recording) -> dict[str, str]:
    return {"recording": str(recording.pk), "appointment": str(recording.appointment_id)}


def _of(rows: Mapping[UUID, Recording], ids: Ids) -> Recording | None:
    return rows.get(UUID(ids["recording"])) if "recording" in ids else None


def _visible(actor: Actor, asked: Sequence[Ids]) -> Mapping[UUID, Recording]:
    wanted = [UUID(ids["recording"]) for ids in asked if "recording" in ids]
    found: dict[UUID, Recording] = Recording.objects.visible_to(actor).in_bulk(wanted)
    return found


def _note(actor: Actor, visits: Sequence[Appointment]) -> None:
    """Who saw whose names: one entry for a list."""
    if visits:
        details: dict[str, Any] = {"by": "notifications", "ids": [str(visit.pk) for visit in visits]}
        trail.record(
            actor,
            "READ_APPOINTMENTS",
            category=trail.Category.APPOINTMENT,
            resource="appointments",
            count=len(visits),
            **details,
        )
