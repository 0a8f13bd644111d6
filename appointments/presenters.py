"""What a listener reads of visits and payments as they happen (S4's events and payloads), and no more."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from appointments.models import Appointment
from appointments.payments.models import Payment
from appointments.querysets import patients_of
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common import crypto, money
from vitas.common.wall_time import iso
from vitas.live import topics
from vitas.live.presenting import Ids

Payloads = Sequence[dict[str, Any] | None]


def own_profiles(actor: Actor) -> list[str]:
    """A patient hears of each profile they may act for."""
    if not actor.is_patient:
        return []
    return [topics.patient(patient_id) for patient_id in patients_of(actor).values_list("patient_id", flat=True)]


def appointment_new(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """A visit stands. The desk gets no clinical word: its `reason` is null."""
    rows = _visible(actor, asked)
    clinical = actor.role == Role.DOCTOR
    if clinical:
        crypto.load_keys({row.words_subject for row in rows.values()})
    _audit(actor, list(rows.values()))
    return [
        {
            "appointmentId": str(row.pk),
            "patientName": row.patient.full_name,
            "scheduledAt": iso(row.starts_at),
            "reason": row.reason if clinical else None,
        }
        if (row := rows.get(UUID(ids["appointment"])))
        else None
        for ids in asked
    ]


def appointment_update(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """A visit has another status or time. The status is the one it took then, in S4's upper case."""
    rows = _visible(actor, asked)
    return [
        {"appointmentId": str(row.pk), "status": ids["status"], "scheduledAt": iso(row.starts_at)}
        if (row := rows.get(UUID(ids["appointment"])))
        else None
        for ids in asked
    ]


def payment_update(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """A payment has another status; `amount` in major units."""
    seen = Payment.objects.visible_to(actor).in_bulk([ids["payment"] for ids in asked])
    return [
        {
            "paymentId": str(row.pk),
            "appointmentId": str(row.appointment_id) if row.appointment_id else None,
            "amount": money.major(row.amount, row.currency),
            "status": ids["status"],
        }
        if (row := seen.get(UUID(ids["payment"])))
        else None
        for ids in asked
    ]


def _visible(actor: Actor, asked: Sequence[Ids]) -> dict[UUID, Appointment]:
    rows = Appointment.objects.visible_to(actor).select_related("patient")
    return rows.in_bulk([ids["appointment"] for ids in asked])


def _audit(actor: Actor, rows: Sequence[Appointment]) -> None:
    """Names and reasons leave the house: one entry, of the visit or of how many."""
    if not rows:
        return
    one = rows[0] if len(rows) == 1 else None
    trail.record(
        actor,
        "READ_APPOINTMENT",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        resource_id=one.pk if one else None,
        patient_id=one.patient_id if one else None,
        organization_id=rows[0].organization_id,
        by="live",
        count=len(rows),
        ids=[str(row.pk) for row in rows],
    )
