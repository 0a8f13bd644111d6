"""How visits and payments are told behind the bell: to the patient, the doctor, the desk. No clinical word."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from appointments.payments.models import Payment, PaymentStatus
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common.shown import money_text
from vitas.live.news import Said
from vitas.live.presenting import Ids

Sayings = Sequence[Said | None]

_MOVED: Final = Q(ids__moved=True)
# Statuses a patient is told of; staff see most of them happen.
_PATIENTS: Final = {
    Status.CONFIRMED: ("circle-check", "green"),
    Status.CANCELLED: ("circle-x", "red"),
    Status.EXPIRED: ("clock-off", "amber"),
    Status.NO_SHOW: ("user-x", "amber"),
}
_MONEY: Final = {
    PaymentStatus.COMPLETED: ("wallet", "green"),
    PaymentStatus.REFUNDED: ("arrow-back-up", "amber"),
}


def changes_for(actor: Actor) -> Q:
    """Which changes of a visit are news: to staff only those that they must act on."""
    statuses = [*_PATIENTS] if actor.is_patient else [Status.CANCELLED]
    return _MOVED | Q(ids__status__in=[status.upper() for status in statuses])


def payments_for(_actor: Actor) -> Q:
    return Q(ids__status__in=[*_MONEY])


def of_new(actor: Actor, asked: Sequence[Ids]) -> Sayings:
    """A visit was booked; staff hear of it."""
    rows = _visible(actor, asked)
    return [
        _said(actor, row, _("New visit: %(patient)s") % {"patient": row.patient.full_name}, "calendar-plus", "blue")
        if (row := rows.get(UUID(ids["appointment"])))
        else None
        for ids in asked
    ]


def of_change(actor: Actor, asked: Sequence[Ids]) -> Sayings:
    """A visit has another time or status."""
    rows = _visible(actor, asked)
    return [_change(actor, row, ids) if (row := rows.get(UUID(ids["appointment"]))) else None for ids in asked]


def of_payment(actor: Actor, asked: Sequence[Ids]) -> Sayings:
    """Money came, or went back."""
    seen = Payment.objects.visible_to(actor).select_related("patient", "appointment__clinic", "appointment__doctor")
    rows = seen.in_bulk([ids["payment"] for ids in asked])
    _note(actor, [row.appointment for row in rows.values()])
    return [_payment(actor, row, ids) if (row := rows.get(UUID(ids["payment"]))) else None for ids in asked]


def _change(actor: Actor, row: Appointment, ids: Ids) -> Said | None:
    status = Status(ids["status"].lower())
    own_act = ids.get("by") == str(actor.user_id)
    if ids.get("moved"):
        icon, colour = "switch-horizontal", "blue"
        sentence = _your(_("Your visit has a new time."), row, actor, _("New time: %(patient)s"))
    elif not actor.is_patient:
        if row.firm_at is None:
            return None  # a hold that came to nothing
        icon, colour = "circle-x", "red"
        sentence = _("Cancelled: %(patient)s") % {"patient": row.patient.full_name}
    else:
        if status not in _PATIENTS:
            return None
        icon, colour = _PATIENTS[status]
        sentence = _status_words(row, status, own_act=own_act)
    return _said(actor, row, sentence, icon, colour)


def _your(words: str, row: Appointment, actor: Actor, to_staff: str) -> str:
    return words if actor.is_patient else to_staff % {"patient": row.patient.full_name}


def _status_words(row: Appointment, status: Status, *, own_act: bool) -> str:
    if status == Status.CANCELLED:
        said = _("You cancelled your visit.") if own_act else _("Your visit was cancelled.")
        returned = any(payment.status == PaymentStatus.REFUNDED for payment in row.payments.all())
        return " ".join([said, _("The payment was returned.")]) if returned else said
    if status == Status.CONFIRMED and row.payment_in_advance:
        return _("Your payment has arrived. The visit is confirmed.")
    if status == Status.CONFIRMED:
        return _("Your visit is confirmed.")
    if status == Status.EXPIRED:
        return _("The visit was not paid in time, so its time is free again.")
    return _("The clinic noted that you did not come.")


def _payment(actor: Actor, row: Payment, ids: Ids) -> Said | None:
    status = PaymentStatus(ids["status"])
    if status not in _MONEY:
        return None
    words = {"amount": money_text(row.amount, row.currency), "patient": row.patient.full_name}
    returned = status == PaymentStatus.REFUNDED
    sentence = (_("Returned %(amount)s: %(patient)s") if returned else _("Paid %(amount)s: %(patient)s")) % words
    return _said(actor, row.appointment, sentence, *_MONEY[status])


def _said(actor: Actor, row: Appointment, sentence: str, icon: str, colour: str) -> Said:
    about = [str(row.doctor)] if not actor.doctor_id else []
    if actor.is_patient and row.patient_id != actor.patient_id:
        about.insert(0, row.patient.first_name)  # another profile of the family
    return Said(
        sentence=sentence,
        about=" · ".join(about),
        moment=row.starts_at,
        zone=row.clinic.zone,
        address=_address(actor, row),
        icon=icon,
        colour=colour,
    )


def _address(actor: Actor, row: Appointment) -> str:
    name = "visit" if actor.is_patient else "doctor-visit"
    if actor.is_desk:
        name = "admin:appointments_appointment_change"
    try:
        return reverse(name, args=[row.pk])
    except NoReverseMatch:
        return ""


def _visible(actor: Actor, asked: Sequence[Ids]) -> Mapping[UUID, Appointment]:
    rows = Appointment.objects.visible_to(actor).select_related("patient", "doctor", "clinic")
    if actor.is_patient:
        rows = rows.prefetch_related("payments")
    found: dict[UUID, Appointment] = rows.in_bulk([ids["appointment"] for ids in asked])
    _note(actor, list(found.values()))
    return found


def _note(actor: Actor, rows: Sequence[Appointment]) -> None:
    """Who saw whose visits: one entry for a list."""
    if not rows:
        return
    details: dict[str, Any] = {"by": "notifications", "count": len(rows), "ids": [str(row.pk) for row in rows]}
    trail.record(
        actor,
        "READ_APPOINTMENTS",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        patient_id=actor.patient_id,
        organization_id=actor.organization_id,
        **details,
    )
