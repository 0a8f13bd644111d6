"""Booking, moving and cancelling visits, and what becomes of holds."""

import functools
import hashlib
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg.errors
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import claims, slots, steps
from appointments.models import Appointment, Status
from clinic.models import DoctorPlace
from patients.models import CareRelationship, Patient, PatientFile
from vitas.accounts import idempotency
from vitas.accounts.actor import BOOKING, SWEEP, Actor
from vitas.accounts.models import Organization
from vitas.audit import trail
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.acting import acting_as
from vitas.common.errors import Conflict, Invalid, NotPossibleNow
from vitas.common.ids import new_id
from vitas.common.inserts import insert

HOLD = timedelta(minutes=15)
PATIENTS_MOVE_BEFORE = timedelta(hours=2)
_DEADLOCKS_SURVIVED = 3

P = ParamSpec("P")
T = TypeVar("T")


class SlotTaken(Conflict):
    """409: somebody else has the time, or the patient has another visit then."""

    sentence = gettext_lazy("This time is already taken. Choose another one.")
    wanted: Sequence[claims.Claim] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. `id` is the client's own, else ours; `minutes` None means the length of the kind of visit."""

    place: DoctorPlace
    patient: Patient
    starts_at: datetime
    type: str
    reason: str = ""
    notes: str = ""
    is_virtual: bool = False
    minutes: int | None = None
    id: UUID | None = None

    @property
    def fingerprint(self) -> str:
        parts = [self.place.pk, self.patient.pk, self.starts_at.timestamp(), self.minutes]
        return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Booked:
    """`fresh` is false where the same request had booked it before."""

    appointment: Appointment
    fresh: bool


def act(function: Callable[P, T]) -> Callable[P, T]:
    """One transaction, tried again if PostgreSQL chose it to break a deadlock."""

    @functools.wraps(function)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for left in reversed(range(_DEADLOCKS_SURVIVED)):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                in_a_transaction = transaction.get_connection().in_atomic_block
                if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected) or not left or in_a_transaction:
                    raise
        raise AssertionError("unreachable")

    return tried


def book(asked: Request, *, by: Actor, key: str = "") -> Booked:
    """Take the doctor's and the patient's time, for good, or held for 15 minutes where it must be paid in advance.

    Idempotent on the client's id and on `key` (an Idempotency-Key). Raises Invalid (not a time of this doctor),
    SlotTaken, Conflict (the id was used for something else), NotPossibleNow (takes no new patients).
    """
    try:
        return _book(asked, by=by, key=key)
    except (IntegrityError, SlotTaken) as error:
        # The same id at the same moment: the other request has it now.
        earlier = _booked_before(asked, by)
        if earlier is not None:
            return earlier
        if not isinstance(error, SlotTaken) or not _expire_in_the_way(error.wanted):
            raise
    return _book(asked, by=by, key=key)


@act
def _book(asked: Request, *, by: Actor, key: str) -> Booked:
    if key:
        made = idempotency.claim(by, key, asked.fingerprint)
        if made is not None:
            return Booked(Appointment.objects.get(pk=made), fresh=False)
    earlier = _booked_before(asked, by)
    if earlier is not None:
        return earlier
    now = timezone.now()
    visit = require_bookable(asked.place, asked.starts_at, asked.type, asked.minutes, now=now)
    require_welcome(asked.place, asked.patient)
    appointment = _new_appointment(asked, visit, now=now, by=by)
    wanted = claims.of(appointment, buffer_before=visit.buffer_before, buffer_after=visit.buffer_after)
    happened = events.AppointmentHeld if appointment.status == Status.PENDING else events.AppointmentFirm
    beside = [
        steps.step_of(appointment, before="", by=by, now=now),
        events.row_of(happened(appointment.pk)),
        _entry(by, "CREATE_APPOINTMENT", appointment, status=appointment.status),
    ]
    got, known = claims.taken_with(appointment, beside, wanted)
    _require_all(got, wanted, appointment)
    if not known:
        _make_known(appointment)
    if key:
        idempotency.settle(by, key, appointment.pk)
    return Booked(appointment, fresh=True)


def made_before(asked: Request, *, by: Actor, key: str = "") -> Booked | None:
    """What the same request made earlier, if it did; books nothing. Raises Conflict as `book` does."""
    made = idempotency.made(by, key, asked.fingerprint) if key else None
    if made is not None:
        return Booked(Appointment.objects.get(pk=made), fresh=False)
    return _booked_before(asked, by)


def _booked_before(asked: Request, by: Actor) -> Booked | None:
    if asked.id is None:
        return None
    with acting_as(BOOKING):  # a key that somebody else used must be known as used
        earlier = Appointment.objects.filter(pk=asked.id).first()
    if earlier is None:
        return None
    if earlier.booked_by != by.user_id or earlier.request_hash != asked.fingerprint:
        raise Conflict(_("This appointmentId was used for another request."))
    return Booked(earlier, fresh=False)


def require_bookable(
    place: DoctorPlace, starts_at: datetime, type: str, minutes: int | None, *, now: datetime
) -> slots.Visit:
    """Refuse politely what the claims would refuse; else how long the visit is.

    Raises Invalid on `date`, `time` or `duration`, SlotTaken.
    """
    zone = ZoneInfo(place.clinic.zone)
    if starts_at <= now:
        raise Invalid.field("date", _("Choose a time later than now."))
    if starts_at.astimezone(zone).date() > _six_months_after(now.astimezone(zone).date()):
        raise Invalid.field("date", _("Choose a date within the next six months."))
    state, visit = slots.check_start(place, starts_at, minutes, type=type, now=now)
    match state:
        case "closed":
            raise Invalid.field("time", _("The doctor does not receive at this time. Choose one of the free times."))
        case "taken":
            raise SlotTaken()
    return visit


def _six_months_after(day: date) -> date:
    """Six calendar months on (S3 5.3): the same day, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def require_welcome(place: DoctorPlace, patient: Patient) -> None:
    """Raises NotPossibleNow where the doctor takes no new patients and does not care for this one yet."""
    if place.accepts_new_patients:
        return
    if not CareRelationship.objects.filter(doctor_id=place.doctor_id, patient=patient, ended_at=None).exists():
        raise NotPossibleNow(_("This doctor is not taking new patients."))


def _new_appointment(asked: Request, visit: slots.Visit, *, now: datetime, by: Actor) -> Appointment:
    place = asked.place
    to_be_paid = place.payment_in_advance and place.fee > 0
    return Appointment(
        id=asked.id or new_id(),
        organization_id=place.clinic.organization_id,
        clinic=place.clinic,
        doctor_id=place.doctor_id,
        place=place,
        patient=asked.patient,
        starts_at=asked.starts_at,
        ends_at=asked.starts_at + timedelta(minutes=visit.minutes),
        type=asked.type,
        status=Status.PENDING if to_be_paid else Status.SCHEDULED,
        hold_ends_at=now + HOLD if to_be_paid else None,
        firm_at=None if to_be_paid else now,
        fee=place.fee,
        currency=place.clinic.currency,
        payment_in_advance=to_be_paid,
        reason=asked.reason,
        notes=asked.notes,
        is_virtual=asked.is_virtual,
        booked_by=by.user_id,
        booked_by_role=by.role_name,
        request_hash=asked.fingerprint,
        created_at=now,
        updated_at=now,
    )


def _require_all(got: set[UUID], wanted: list[claims.Claim], appointment: Appointment) -> None:
    if len(got) == len(wanted):
        return
    patients_own = appointment.doctor_id in got and appointment.patient_id not in got
    taken = SlotTaken(_("The patient already has an appointment at this time.") if patients_own else None)
    taken.wanted = wanted
    raise taken


def _expire_in_the_way(wanted: Sequence[claims.Claim]) -> bool:
    """Holds that have lapsed and still lie there give way to whoever asks. True if there were any."""
    now = timezone.now()
    lapsed = claims.lapsed_in_the_way(wanted, now)
    for appointment_id in lapsed:
        _expire(appointment_id, now)
    return bool(lapsed)


def _make_known(appointment: Appointment) -> None:
    """The first booking makes the patient known to the organization, under the next file number."""
    Organization.objects.select_for_update(no_key=True).get(pk=appointment.organization_id)
    highest = PatientFile.objects.filter(organization_id=appointment.organization_id).aggregate(Max("number"))
    file = PatientFile(
        organization_id=appointment.organization_id,
        patient_id=appointment.patient_id,
        number=(highest["number__max"] or 0) + 1,
    )
    PatientFile.objects.bulk_create([file], ignore_conflicts=True)


@act
def confirm_paid(*, appointment_id: UUID, by: Actor) -> bool:
    """The visit is paid. True if it stands now, or did before; False if its time is gone and the money must go back."""
    appointment = _locked(appointment_id)
    match appointment.status:
        case Status.PENDING:
            if not claims.make_firm(appointment):
                return False
        case Status.EXPIRED:
            if appointment.starts_at <= timezone.now() or not claims.take(claims.wanted(appointment)):
                claims.release(appointment)
                return False
        case Status.CANCELLED:
            return False
        case _:
            return True
    steps.move(appointment, Status.CONFIRMED, by=by)
    _audit(by, "CONFIRM_APPOINTMENT", appointment)
    return True


def reschedule(
    *, appointment_id: UUID, starts_at: datetime, reason: str, by: Actor, place: DoctorPlace | None = None
) -> Appointment:
    """Move a visit, with its state and payment; a hold keeps its end.

    `place` is another place of the same doctor. Raises Invalid, SlotTaken, NotPossibleNow.
    """
    try:
        return _reschedule(appointment_id, starts_at, reason=reason, by=by, place=place)
    except SlotTaken as taken:
        if not _expire_in_the_way(taken.wanted):
            raise
    return _reschedule(appointment_id, starts_at, reason=reason, by=by, place=place)


@act
def _reschedule(
    appointment_id: UUID, starts_at: datetime, *, reason: str, by: Actor, place: DoctorPlace | None
) -> Appointment:
    now = timezone.now()
    appointment = _locked(appointment_id)
    require_movable(appointment, by=by, now=now)
    place = place or appointment.place
    length = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
    before = (appointment.starts_at, appointment.ends_at)
    claims.release(appointment)
    visit = require_bookable(place, starts_at, appointment.type, length, now=now)
    appointment.starts_at = starts_at
    appointment.ends_at = starts_at + timedelta(minutes=length)
    appointment.place, appointment.clinic = place, place.clinic
    wanted = claims.of(appointment, buffer_before=visit.buffer_before, buffer_after=visit.buffer_after)
    _require_all(claims.taken(wanted), wanted, appointment)
    appointment.version += 1
    appointment.updated_at = now
    appointment.save(update_fields=["starts_at", "ends_at", "place", "clinic", "version", "updated_at"])
    steps.note_step(appointment, before=appointment.status, by=by, reason=reason, now=now)
    events.record(events.AppointmentMoved(appointment.pk))
    events.record(
        events.TimeChanged(appointment.doctor_id, starts_at=before[0].isoformat(), ends_at=before[1].isoformat())
    )
    _audit(by, "RESCHEDULE_APPOINTMENT", appointment)
    return appointment


def require_movable(appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Raises NotPossibleNow where this person may not move the visit now, whatever the new time."""
    if appointment.status not in (Status.PENDING, Status.SCHEDULED, Status.CONFIRMED):
        raise NotPossibleNow(
            _("This appointment cannot be moved. Its status: %(status)s.")
            % {"status": appointment.get_status_display()}
        )
    if appointment.hold_ends_at and appointment.hold_ends_at <= now:
        raise NotPossibleNow(_("The hold has lapsed. Book the time again."))
    if appointment.starts_at <= now:
        raise NotPossibleNow(_("A past appointment cannot be moved."))
    if by.is_patient and appointment.starts_at - now < PATIENTS_MOVE_BEFORE:
        raise NotPossibleNow(_("Appointments can be moved until two hours before they begin. Call the clinic."))


@act
def cancel(*, appointment_id: UUID, reason: str, by: Actor) -> Appointment:
    """Cancel a visit and free its time. Raises NotPossibleNow, NotAllowed; Invalid where a patient gives no reason."""
    now = timezone.now()
    appointment = _locked(appointment_id)
    require_cancellable(appointment, by=by, now=now)
    steps.move(appointment, Status.CANCELLED, by=by, reason=reason)
    _audit(by, "CANCEL_APPOINTMENT", appointment)
    return appointment


def require_cancellable(appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Raises NotPossibleNow for a visit that is past; a patient who waits may still be sent home by staff."""
    if (appointment.status, Status.CANCELLED) not in steps.STEPS:
        return  # steps.move says so
    past = now >= (appointment.starts_at if by.is_patient else appointment.ends_at)
    waits = by.is_staff and appointment.status == Status.CHECKED_IN
    if past and not waits and not by.system:
        raise NotPossibleNow(_("A past appointment cannot be cancelled."))


@act
def step(*, appointment_id: UUID, to: str, reason: str, by: Actor) -> Appointment:
    """Accept, reject, check in, begin, complete, note that nobody came; or take the desk's last step back."""
    if to == Status.CANCELLED:
        return cancel(appointment_id=appointment_id, reason=reason, by=by)
    appointment = _locked(appointment_id)
    before = appointment.status
    steps.move(appointment, to, by=by, reason=reason)
    _audit(by, "UPDATE_APPOINTMENT", appointment, before=before, after=to)
    return appointment


def expire_lapsed_holds(*, limit: int = 500) -> int:
    """The sweep: holds that ran out give their time back. Whoever asks for the time before does not wait for it."""
    now = timezone.now()
    lapsed = list(Appointment.objects.lapsed(now).order_by("hold_ends_at").values_list("pk", flat=True)[:limit])
    for appointment_id in lapsed:
        _expire(appointment_id, now)
    return len(lapsed)


@acting_as(SWEEP)  # whoever's it is
@act
def _expire(appointment_id: UUID, now: datetime) -> None:
    appointment = Appointment.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=appointment_id)
    if appointment.status == Status.PENDING and appointment.hold_ends_at and appointment.hold_ends_at <= now:
        steps.move(appointment, Status.EXPIRED, by=SWEEP)


def _locked(appointment_id: UUID) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("clinic", "doctor", "place", "place__clinic", "patient").get(pk=appointment_id)


def _audit(by: Actor, action: str, appointment: Appointment, **details: str) -> None:
    insert(_entry(by, action, appointment, **details))


def _entry(by: Actor, action: str, appointment: Appointment, **details: str) -> AuditEntry:
    return trail.entry(
        by,
        action,
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        resource_id=appointment.pk,
        patient_id=appointment.patient_id,
        organization_id=appointment.organization_id,
        providerId=str(appointment.doctor_id),
        startsAt=appointment.starts_at.isoformat(),
        **details,
    )
