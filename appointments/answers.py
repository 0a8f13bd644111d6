"""Visits as the API shows them (S3 1.1), as plain dicts with the contract's names.

The statement is written out because it stands behind the busiest addresses (docs/performance.md). It reads what it is
told to: whose visits may be read is `Appointment.objects.visible_to`, asked before.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from appointments.models import Appointment
from appointments.permissions import reads_clinical_words
from clinic import photos
from clinic.search import specialty_name
from vitas.accounts.actor import Actor
from vitas.common import crypto, money, wall_time
from vitas.common.api.renderers import AsIs
from vitas.common.errors import NotFound

log = logging.getLogger(__name__)


class _Row(NamedTuple):
    id: UUID
    patient_id: UUID
    words_subject: UUID
    patient_first: str
    patient_last: str
    doctor_id: UUID
    doctor_first: str
    doctor_last: str
    title: str
    specialty: str
    photo_url: str
    phone: str
    email: str
    npi: str | None
    starts_at: datetime
    ends_at: datetime
    wall: datetime
    zone: str
    type: str
    status: str
    hold_ends_at: datetime | None
    reason: bytes
    notes: bytes
    is_virtual: bool
    virtual_meeting_url: str
    clinic_id: UUID
    clinic_name: str
    address: str
    city: str
    state: str
    fee: int
    currency: str
    payment_in_advance: bool
    check_in_time: datetime | None
    check_out_time: datetime | None
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime
    booked_by: UUID | None
    key: bytes | None
    master: str | None


READ: Final = """
SELECT visit.id, visit.patient_id, coalesce(visit.sealed_for, visit.patient_id), patient.first_name, patient.last_name,
    visit.doctor_id, doctor.first_name, doctor.last_name, doctor.title, doctor.specialty, doctor.photo_url,
    coalesce(nullif(doctor.phone, ''), clinic.phone), doctor.email,
    (SELECT number FROM clinic_doctorlicence WHERE doctor_id = doctor.id AND kind = 'npi' LIMIT 1),
    visit.starts_at, visit.ends_at, visit.starts_at AT TIME ZONE clinic.zone, clinic.zone, visit.type, visit.status,
    visit.hold_ends_at, visit.reason, visit.notes, visit.is_virtual, visit.virtual_meeting_url, visit.clinic_id,
    clinic.name, clinic.address, clinic.city, clinic.state, visit.fee, visit.currency, visit.payment_in_advance,
    visit.check_in_time, visit.check_out_time, visit.cancelled_at, visit.created_at, visit.updated_at, visit.booked_by,
    key.wrapped, key.master
FROM (VALUES {asked}) asked(id, nth)
JOIN appointments_appointment visit ON visit.id = asked.id
JOIN clinic_doctor doctor ON doctor.id = visit.doctor_id
JOIN clinic_clinic clinic ON clinic.id = visit.clinic_id
JOIN patients_patient patient ON patient.id = visit.patient_id
LEFT JOIN common_datakey key ON key.subject = coalesce(visit.sealed_for, visit.patient_id) AND key.destroyed_at IS NULL
ORDER BY nth
"""


def appointments(ids: Sequence[UUID], *, actor: Actor) -> list[AsIs]:
    """These visits in this order, as the person may read them. Money in major units, instants in UTC."""
    if not ids:
        return []
    # One text a number of rows: of an array PostgreSQL would make a plan each time, which costs more than the reading.
    asked = ", ".join(f"(%s::uuid, {nth})" for nth in range(len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(READ.format(asked=asked), ids)
        return [_shown(_Row(*row), actor) for row in cursor.fetchall()]


def appointment(appointment_id: UUID, *, actor: Actor) -> AsIs:
    """One of them. Raises NotFound."""
    found = appointments([appointment_id], actor=actor)
    if not found:
        raise NotFound()
    return found[0]


def _shown(row: _Row, actor: Actor) -> AsIs:
    clinical = reads_clinical_words(actor, row.booked_by)
    return AsIs(
        id=row.id,
        patientId=row.patient_id,
        patientName=f"{row.patient_first} {row.patient_last}".strip(),
        providerId=row.doctor_id,
        provider=_provider(row),
        date=row.wall.date(),
        time=wall_time.spoken(row.wall),
        startsAt=row.starts_at,
        endsAt=row.ends_at,
        timeZone=row.zone,
        duration=int((row.ends_at - row.starts_at).total_seconds() // 60),
        type=row.type,
        status=row.status,
        holdEndsAt=row.hold_ends_at,
        reason=_opened("reason", row) if clinical else None,
        notes=_opened("notes", row) if clinical else None,
        isVirtual=row.is_virtual,
        virtualMeetingUrl=row.virtual_meeting_url or None,
        clinicId=row.clinic_id,
        clinicName=row.clinic_name,
        location=", ".join(part for part in (row.address, row.city, row.state) if part),
        fee=money.major(row.fee, row.currency),
        currency=row.currency,
        paymentInAdvance=row.payment_in_advance,
        checkInTime=row.check_in_time,
        checkOutTime=row.check_out_time,
        cancelledAt=row.cancelled_at,
        createdAt=row.created_at,
        updatedAt=row.updated_at,
    )


def _provider(row: _Row) -> dict[str, Any]:
    return {
        "id": row.doctor_id,
        "firstName": row.doctor_first,
        "lastName": row.doctor_last,
        "title": row.title,
        "specialty": specialty_name(row.specialty),
        "npi": row.npi,
        "photoUrl": photos.address(row.photo_url),
        "phone": row.phone or None,
        "email": row.email or None,
    }


def _opened(column: str, row: _Row) -> str | None:
    """The text of a sealed column: its key came with the row. None where it can never be read again."""
    sealed = getattr(row, column)
    if not sealed:
        return ""
    if row.key is not None and row.master is not None:
        crypto.offer_key(row.words_subject, row.key, row.master)
    place = f"{Appointment._meta.db_table}.{column}.{row.id}"
    try:
        return crypto.open_sealed(bytes(sealed), subject=row.words_subject, place=place).decode()
    except (crypto.KeyDestroyed, crypto.Tampered) as error:
        # One row that cannot be opened must not hide the others.
        log.error("a sealed text does not open", extra={"visit": str(row.id), "error": type(error).__name__})
        return None


def cancelled(row: Appointment) -> dict[str, Any]:
    """S3's answer to a cancellation."""
    return {
        "id": row.pk,
        "status": row.status,
        "cancelledAt": wall_time.iso(row.cancelled_at),
        "cancellationReason": row.cancellation_reason,
    }
