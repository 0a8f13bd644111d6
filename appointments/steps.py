"""The steps a visit may take, whose they are, and the one function that takes them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments import claims
from appointments.models import Appointment, AppointmentStep, Status
from patients.models import CareRelationship
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common import events
from vitas.common.errors import Conflict, NotAllowed, NotPossibleNow

SYSTEM = "system"
_DESK = frozenset({Role.RECEPTIONIST, Role.ADMIN})
_DOCTOR_AND_DESK = _DESK | {Role.DOCTOR}
_ALL_THREE = _DOCTOR_AND_DESK | {Role.PATIENT}

# (before, after): who may take the step. What is not here cannot happen.
STEPS: dict[tuple[str, str], frozenset[str]] = {
    (Status.PENDING, Status.CONFIRMED): frozenset({SYSTEM}),
    (Status.PENDING, Status.CANCELLED): _DESK | {Role.PATIENT},
    (Status.PENDING, Status.EXPIRED): frozenset({SYSTEM}),
    (Status.EXPIRED, Status.CONFIRMED): frozenset({SYSTEM}),
    (Status.SCHEDULED, Status.CONFIRMED): _DOCTOR_AND_DESK,
    (Status.SCHEDULED, Status.CANCELLED): _ALL_THREE,
    (Status.SCHEDULED, Status.CHECKED_IN): _DESK,
    (Status.SCHEDULED, Status.NO_SHOW): _DOCTOR_AND_DESK,
    (Status.CONFIRMED, Status.CANCELLED): _ALL_THREE,
    (Status.CONFIRMED, Status.CHECKED_IN): _DESK,
    (Status.CONFIRMED, Status.NO_SHOW): _DOCTOR_AND_DESK,
    (Status.CHECKED_IN, Status.IN_PROGRESS): _DOCTOR_AND_DESK,
    (Status.CHECKED_IN, Status.CANCELLED): _ALL_THREE,
    (Status.CHECKED_IN, Status.NO_SHOW): _DOCTOR_AND_DESK,
    (Status.IN_PROGRESS, Status.COMPLETED): _DOCTOR_AND_DESK,
}

# These happen at the clinic: only on the visit's day there, or after it.
_ON_THE_DAY = {Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW}
_CARE_BEGINS = {Status.CONFIRMED, Status.CHECKED_IN}
_TIME_IS_FREED = {Status.CANCELLED, Status.EXPIRED}
# What moment a status leaves behind.
_MOMENT: dict[str, str] = {
    Status.CHECKED_IN: "check_in_time",
    Status.IN_PROGRESS: "started_at",
    Status.COMPLETED: "check_out_time",
    Status.CANCELLED: "cancelled_at",
}
TAKEN_BACK_WITHIN = timedelta(minutes=10)


def move(appointment: Appointment, to: str, *, by: Actor, reason: str = "") -> Appointment:
    """Take one step, inside the caller's transaction. Raises NotAllowed, NotPossibleNow, Conflict.

    Of two people at once one wins; the other is judged again on the state the first one left.
    """
    while True:
        now = timezone.now()
        before = appointment.status
        taking_back = _is_taking_back(appointment, to, by=by, reason=reason, now=now)
        if not taking_back:
            require_allowed(appointment, to, by=by, now=now)
        if _changed(appointment, to, now=now, reason=reason):
            break
        appointment.refresh_from_db(fields=["status", "version", "starts_at", "ends_at"])
    if to in _TIME_IS_FREED:
        claims.release(appointment)
    elif taking_back and before in _TIME_IS_FREED and not claims.take(claims.wanted(appointment)):
        raise Conflict(_("The time has been taken by someone else meanwhile."))
    _follow(appointment, before, to, by=by, reason=reason, now=now)
    return appointment


def require_allowed(appointment: Appointment, to: str, *, by: Actor, now: datetime) -> None:
    """Raises NotPossibleNow or NotAllowed where `move` would."""
    whose = STEPS.get((appointment.status, to))
    role = SYSTEM if by.system else by.role
    if role == Role.NURSE:
        raise NotAllowed()
    if whose is None:
        raise NotPossibleNow(
            _("This step is not possible. The appointment's status: %(status)s.")
            % {"status": appointment.get_status_display()}
        )
    if role not in whose:
        raise NotAllowed()
    if to in _ON_THE_DAY and _local_day(appointment, now) < _local_day(appointment, appointment.starts_at):
        raise NotPossibleNow(_("This is possible from the day of the visit."))
    if to == Status.NO_SHOW and now < appointment.starts_at:
        raise NotPossibleNow(_("The visit has not begun yet."))


def _local_day(appointment: Appointment, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(appointment.clinic.zone)).date().isoformat()


def _is_taking_back(appointment: Appointment, to: str, *, by: Actor, reason: str, now: datetime) -> bool:
    """The desk takes its own last step back within ten minutes, with a reason."""
    if not by.is_desk or (appointment.status, to) in STEPS:
        return False
    last = AppointmentStep.objects.filter(appointment=appointment).order_by("-id").first()
    if not _was_the_desks(appointment, last) or last is None or last.before != to:
        return False
    if not reason or now - last.at > TAKEN_BACK_WITHIN:
        raise NotPossibleNow(_("A step can be taken back within ten minutes, with a reason."))
    require_takeable_back(appointment)
    return True


def taken_back_to(appointment: Appointment, last: AppointmentStep | None, *, by: Actor, now: datetime) -> str:
    """The status that the desk would give the visit by taking its last step back now; empty where it cannot."""
    if last is None or not by.is_desk or not _was_the_desks(appointment, last):
        return ""
    if (appointment.status, last.before) in STEPS:  # what was taken back is not taken back again: it is a step
        return ""
    return last.before if now - last.at <= TAKEN_BACK_WITHIN else ""


def require_takeable_back(appointment: Appointment) -> None:
    """Raises NotPossibleNow for a cancelled visit that was paid for: the money is on its way."""
    if appointment.status == Status.CANCELLED and appointment.payment_in_advance:
        raise NotPossibleNow(_("The payment is being refunded; book the visit again."))


def _was_the_desks(appointment: Appointment, last: AppointmentStep | None) -> bool:
    """The last step was the desk's, and a step: neither the booking nor a move to another time."""
    if last is None or last.by_role not in _DESK or last.after != appointment.status:
        return False
    return last.before not in ("", last.after)


def _changed(appointment: Appointment, to: str, *, now: datetime, reason: str) -> bool:
    """Compare and set: true for one of two at once."""
    fresh: dict[str, object] = {"status": to, "updated_at": now}
    if to in _MOMENT:
        fresh[_MOMENT[to]] = getattr(appointment, _MOMENT[to]) or now
    if (to, appointment.status) in STEPS and appointment.status in _MOMENT:
        fresh[_MOMENT[appointment.status]] = None  # a step taken back leaves no moment
    if to == Status.CONFIRMED and appointment.firm_at is None:
        fresh["firm_at"] = now
    if to != Status.PENDING:
        fresh["hold_ends_at"] = None
    same = Appointment.objects.filter(pk=appointment.pk, status=appointment.status, version=appointment.version)
    if not same.update(**fresh, version=F("version") + 1):
        return False
    for name, value in fresh.items():
        setattr(appointment, name, value)
    appointment.version += 1
    if to == Status.CANCELLED and reason:
        appointment.cancellation_reason = reason
        appointment.save(update_fields=["cancellation_reason"])
    return True


def _follow(appointment: Appointment, before: str, to: str, *, by: Actor, reason: str, now: datetime) -> None:
    """What stands in the same transaction: the step, the care relationship, the event."""
    step = note_step(appointment, before=before, by=by, reason=reason, now=now)
    if to in _CARE_BEGINS:
        care = CareRelationship(
            organization_id=appointment.organization_id,
            doctor_id=appointment.doctor_id,
            patient_id=appointment.patient_id,
            because="appointment",
        )
        CareRelationship.objects.bulk_create([care], ignore_conflicts=True)
    events.record(
        events.AppointmentStepped(
            appointment_id=appointment.pk, before=before, after=to, by_role=by.role_name, step_id=step.pk
        )
    )
    if to == Status.CONFIRMED and before in (Status.PENDING, Status.EXPIRED):
        events.record(events.AppointmentFirm(appointment_id=appointment.pk))


def note_step(appointment: Appointment, *, before: str, by: Actor, now: datetime, reason: str = "") -> AppointmentStep:
    """Keep that the visit came from `before` to its status."""
    step = step_of(appointment, before=before, by=by, now=now, reason=reason)
    step.save(force_insert=True)
    return step


def step_of(appointment: Appointment, *, before: str, by: Actor, now: datetime, reason: str = "") -> AppointmentStep:
    return AppointmentStep(
        appointment=appointment,
        before=before,
        after=appointment.status,
        by=by.user_id,
        by_role=by.role_name,
        at=now,
        reason=reason,
    )
