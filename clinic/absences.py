"""When a doctor is away: for hours, days or weeks; at one place, or everywhere. What is past is not rewritten."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import own_time
from clinic.models import Absence, Doctor, DoctorPlace
from vitas.accounts.actor import Actor
from vitas.common.errors import Invalid, NotFound, NotPossibleNow

LONGEST: Final = timedelta(days=366)


def version(absence: Absence) -> str:
    """What a change must send back, so that a stale one overwrites nothing."""
    starts, ends = absence.starts_at.timestamp(), absence.ends_at.timestamp()
    return own_time.fingerprint([(starts, ends, str(absence.place_id), absence.reason)])


@transaction.atomic
def add(
    *, doctor_id: UUID, starts_at: datetime, ends_at: datetime, place: DoctorPlace | None, reason: str, by: Actor
) -> Absence:
    """The doctor is away then; the same again is the same absence. Visits that are booked stay where they are.

    Raises Invalid on `starts_at`, `ends_at` or `place`, NotAllowed, NotFound.
    """
    doctor = own_time.locked(doctor_id, by=by)
    _require_sane(starts_at, ends_at)
    _require_own(place, doctor)
    absence, fresh = Absence.objects.get_or_create(
        doctor=doctor, place=place, starts_at=starts_at, ends_at=ends_at, defaults={"reason": reason}
    )
    if fresh:
        own_time.changed(doctor, starts_at, ends_at)
        _audit(by, "ADD_ABSENCE", absence)
    return absence


@transaction.atomic
def change(
    *,
    absence_id: int,
    starts_at: datetime,
    ends_at: datetime,
    place: DoctorPlace | None,
    reason: str,
    seen: str,
    by: Actor,
) -> Absence:
    """Other times, another place or reason. One that has begun keeps its start, and ends now at the earliest.

    `seen` is the `version` that the person changed. Raises Invalid, ChangedMeanwhile, NotPossibleNow, NotAllowed,
    NotFound.
    """
    absence = _locked(absence_id, by=by)
    wanted = (starts_at, ends_at, place.pk if place else None, reason)
    if wanted == (absence.starts_at, absence.ends_at, absence.place_id, absence.reason):
        return absence
    own_time.require_unchanged(seen, version(absence))
    _require_not_over(absence)
    if absence.starts_at <= timezone.now() and starts_at != absence.starts_at:
        raise Invalid.field("starts_at", _("This absence has begun: only its end can be changed."))
    _require_sane(starts_at, ends_at)
    _require_own(place, absence.doctor)
    first, last = min(starts_at, absence.starts_at), max(ends_at, absence.ends_at)
    absence.starts_at, absence.ends_at, absence.place, absence.reason = starts_at, ends_at, place, reason
    absence.save()
    own_time.changed(absence.doctor, first, last)
    _audit(by, "CHANGE_ABSENCE", absence)
    return absence


@transaction.atomic
def remove(*, absence_id: int, seen: str, by: Actor) -> None:
    """The doctor is there after all; of an absence that has begun, from now on.

    Raises ChangedMeanwhile, NotPossibleNow, NotAllowed, NotFound.
    """
    absence = _locked(absence_id, by=by)
    own_time.require_unchanged(seen, version(absence))
    _require_not_over(absence)
    own_time.changed(absence.doctor, absence.starts_at, absence.ends_at)
    _audit(by, "REMOVE_ABSENCE", absence)
    now = timezone.now()
    if absence.starts_at < now:
        Absence.objects.filter(pk=absence.pk).update(ends_at=now)
    else:
        absence.delete()


def _locked(absence_id: int, *, by: Actor) -> Absence:
    """Read after the doctor is locked, so that it is as the last change left it."""
    doctor_id = Absence.objects.visible_to(by).filter(pk=absence_id).values_list("doctor_id", flat=True).first()
    if doctor_id is None:
        raise NotFound()
    doctor = own_time.locked(doctor_id, by=by)
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None:
        raise own_time.ChangedMeanwhile()
    absence.doctor = doctor
    return absence


def _require_not_over(absence: Absence) -> None:
    if absence.ends_at <= timezone.now():
        raise NotPossibleNow(_("A past absence cannot be changed."))


def _require_sane(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid.field("ends_at", _("The end must be later than the beginning."))
    if ends_at - starts_at > LONGEST:
        raise Invalid.field("ends_at", _("An absence lasts at most a year. Enter the next year as another one."))
    if ends_at <= timezone.now():
        raise Invalid.field("ends_at", _("This absence would be over already."))


def _require_own(place: DoctorPlace | None, doctor: Doctor) -> None:
    if place is not None and place.doctor_id != doctor.pk:
        raise Invalid.field("place", _("The doctor does not receive at this place."))


def _audit(by: Actor, action: str, absence: Absence) -> None:
    own_time.audit(
        by,
        action,
        absence.doctor,
        absenceId=absence.pk,
        placeId=str(absence.place_id) if absence.place_id else None,
        startsAt=absence.starts_at.isoformat(),
        endsAt=absence.ends_at.isoformat(),
    )
