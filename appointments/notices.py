"""Who is told what: visits and payments as live events, and messages to the patient's phone.

Receivers of domain events. Each is harmless when called twice: live events and messages have keys of their own.
A message tells doctor, time and place, never why: phones are shared.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from appointments.models import FIRM, Appointment, AppointmentStep, Status
from appointments.payments.models import Payment
from vitas.accounts.models import User
from vitas.common import events, money
from vitas.live import topics
from vitas.live.publish import publish
from vitas.messaging import outbox

# The day in words, on the wall clock of the clinic.
_WHEN: Final = {"es": r"l j \d\e F, H:i", "pt-br": r"l, j \d\e F, H:i", "en": "l, F j, g:i A"}
_NEWS_FOR: Final = timedelta(days=1)  # how long word of a cancelled visit is worth having


def on_firm(event: events.AppointmentFirm) -> None:
    """A visit stands: the doctor and the desk hear of it, the patient gets a message."""
    appointment = _read(event)
    publish(
        "appointment:new",
        key=f"appointment:new:{appointment.pk}",
        topics=_doctor_and_desk(appointment),
        ids={"appointment": str(appointment.pk), "by": str(appointment.booked_by or "")},
    )
    _say_when(appointment, "booking_confirmed")


def on_step(event: events.AppointmentStepped) -> None:
    """A visit has another status. A cancelled one takes back what was not sent yet, and says so."""
    appointment = _read(event)
    by = AppointmentStep.objects.filter(pk=event.step_id).values_list("by", flat=True).first()
    _publish_update(appointment, key=f"step:{event.step_id}", status=event.after, by=by)
    if event.after == Status.CANCELLED:
        _withdraw_news(appointment)
        _say_cancelled(appointment, step_id=event.step_id)
    elif event.before == Status.CANCELLED:
        outbox.withdraw(f"booking_cancelled:{appointment.pk}")
        _say_when(appointment, "booking_confirmed")


def on_moved(event: events.AppointmentMoved) -> None:
    """A visit has another time: what was not sent of the old one is taken back."""
    appointment = _read(event)
    moves = AppointmentStep.objects.filter(appointment=appointment, before=F("after")).order_by("-id")
    by = moves.values_list("by", flat=True).first()
    _publish_update(appointment, key=f"version:{appointment.version}", status=appointment.status, by=by, moved=True)
    _withdraw_news(appointment)
    _say_when(appointment, "booking_moved")


def on_payment(event: events.PaymentChanged) -> None:
    """A payment has another status: the doctor and the desk hear of it."""
    payment = Payment.objects.select_related("appointment").get(pk=event.payment_id)
    heard_by = [topics.desk(payment.organization_id)]
    if payment.appointment:
        heard_by.append(topics.doctor(payment.appointment.doctor_id))
    publish(
        "payment:update",
        key=f"payment:{payment.pk}:{event.status}:{event.at}",
        topics=heard_by,
        ids={"payment": str(payment.pk), "status": event.status, "by": str(payment.recorded_by or "")},
    )


def on_paid_too_late(event: events.PaidTooLate) -> None:
    """The money goes back, and the patient is shown other times."""
    appointment = _read(event)
    payment = Payment.objects.get(pk=event.payment_id)
    language = appointment.patient.language
    with translation.override(language):
        digits, major = money.decimals(payment.currency), money.major(payment.amount, payment.currency)
        amount = f"{payment.currency} {formats.number_format(major, digits, force_grouping=True)}"
    _put(
        appointment,
        "payment_late_refunded",
        key=f"payment_late_refunded:{payment.pk}",
        stale_after=None,
        amount=amount,
        when=_when(appointment, language),
        link=_other_times(appointment),
    )


_OfVisit = events.AppointmentFirm | events.AppointmentStepped | events.AppointmentMoved | events.PaidTooLate


def _read(event: _OfVisit) -> Appointment:
    rows = Appointment.objects.select_related("doctor", "clinic", "patient")
    return rows.get(pk=event.appointment_id)


def _doctor_and_desk(appointment: Appointment) -> list[str]:
    return [topics.doctor(appointment.doctor_id), topics.desk(appointment.organization_id)]


def _publish_update(appointment: Appointment, *, key: str, status: str, by: UUID | None, **more: bool) -> None:
    publish(
        "appointment:update",
        key=f"appointment:update:{appointment.pk}:{key}",
        topics=[*_doctor_and_desk(appointment), topics.patient(appointment.patient_id)],
        ids={"appointment": str(appointment.pk), "status": status.upper(), "by": str(by or ""), **more},
    )


def _withdraw_news(appointment: Appointment) -> None:
    for template in ("booking_confirmed", "booking_moved"):
        outbox.withdraw(f"{template}:{appointment.pk}")


def _say_when(appointment: Appointment, template: str) -> None:
    """The visit and its time, if it stands and is still to come."""
    if appointment.status not in FIRM or appointment.starts_at <= timezone.now():
        return
    language = appointment.patient.language
    _put(
        appointment,
        template,
        key=f"{template}:{appointment.pk}:{appointment.version}",
        stale_after=appointment.starts_at,
        when=_when(appointment, language),
        where=_where(appointment, language),
    )


def _say_cancelled(appointment: Appointment, *, step_id: int) -> None:
    """Only of a visit that stood, and that has not passed."""
    if appointment.firm_at is None or appointment.starts_at <= timezone.now():
        return
    _put(
        appointment,
        "booking_cancelled",
        key=f"booking_cancelled:{appointment.pk}:{step_id}",
        stale_after=appointment.starts_at + _NEWS_FOR,
        when=_when(appointment, appointment.patient.language),
        link=_other_times(appointment),
    )


def _put(appointment: Appointment, template: str, *, key: str, stale_after: datetime | None, **variables: str) -> None:
    phone = _phone(appointment)
    if not phone:
        return
    outbox.put(
        key=key,
        address=phone,
        template=template,
        language=appointment.patient.language,
        variables={"patient": appointment.patient.first_name, "doctor": str(appointment.doctor), **variables},
        organization_id=appointment.organization_id,
        stale_after=stale_after,
    )


def _phone(appointment: Appointment) -> str:
    """The patient's own; without one, that of the person who booked and acts for them."""
    if appointment.patient.phone:
        return appointment.patient.phone
    acting = User.objects.filter(
        pk=appointment.booked_by, patient_access__patient=appointment.patient, patient_access__ended_at=None
    )
    return acting.values_list("phone", flat=True).first() or ""


def _when(appointment: Appointment, language: str) -> str:
    local = appointment.starts_at.astimezone(ZoneInfo(appointment.clinic.zone))
    with translation.override(language):
        words = formats.date_format(local, _WHEN.get(language, _WHEN["es"]))
    # Days and months are small in Spanish and Portuguese; Django's are not everywhere.
    return words if language == "en" else words.lower()


def _where(appointment: Appointment, language: str) -> str:
    clinic = appointment.clinic
    if appointment.is_virtual:
        with translation.override(language):
            return _("%(clinic)s (by video)") % {"clinic": clinic.name}
    return ", ".join(part for part in (clinic.name, clinic.address, clinic.city) if part)


def _other_times(appointment: Appointment) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse("times", args=[appointment.place_id])
