"""Visits as the API shows them (S3 1.1), as plain dicts with the contract's names."""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from appointments.models import Appointment
from appointments.permissions import reads_clinical_words
from vitas.accounts.actor import Actor
from vitas.common import crypto, money, wall_time
from vitas.common.api.renderers import AsIs


def appointments(rows: Iterable[Appointment], *, actor: Actor) -> Iterator[AsIs]:
    """Many visits; the keys that open their reasons are fetched in one query."""
    rows = list(rows)
    crypto.load_keys({row.patient_id for row in rows if reads_clinical_words(actor, row)})
    return (appointment(row, actor=actor) for row in rows)


def appointment(row: Appointment, *, actor: Actor) -> AsIs:
    """One visit, `for_answer()`, as this person may read it. Money in major units, instants in UTC."""
    zone = ZoneInfo(row.clinic.zone)
    local = row.starts_at.astimezone(zone)
    clinical = reads_clinical_words(actor, row)
    return AsIs(
        id=row.pk,
        patientId=row.patient_id,
        patientName=row.patient.full_name,
        providerId=row.doctor_id,
        provider=_provider(row),
        date=local.date().isoformat(),
        time=wall_time.spoken(local),
        startsAt=wall_time.iso(row.starts_at),
        endsAt=wall_time.iso(row.ends_at),
        timeZone=row.clinic.zone,
        duration=int((row.ends_at - row.starts_at).total_seconds() // 60),
        type=row.type,
        status=row.status,
        holdEndsAt=wall_time.iso(row.hold_ends_at),
        reason=row.reason if clinical else None,
        notes=row.notes if clinical else None,
        isVirtual=row.is_virtual,
        virtualMeetingUrl=row.virtual_meeting_url or None,
        clinicId=row.clinic_id,
        clinicName=row.clinic.name,
        location=_location(row),
        fee=money.major(row.fee, row.currency),
        currency=row.currency,
        paymentInAdvance=row.payment_in_advance,
        checkInTime=wall_time.iso(row.check_in_time),
        checkOutTime=wall_time.iso(row.check_out_time),
        cancelledAt=wall_time.iso(row.cancelled_at),
        createdAt=wall_time.iso(row.created_at),
        updatedAt=wall_time.iso(row.updated_at),
    )


def _provider(row: Appointment) -> dict[str, Any]:
    doctor = row.doctor
    return {
        "id": doctor.pk,
        "firstName": doctor.first_name,
        "lastName": doctor.last_name,
        "title": doctor.title,
        "specialty": doctor.get_specialty_display(),
        "npi": getattr(row, "npi", None),
        "photoUrl": doctor.photo_url or None,
        "phone": doctor.phone or None,
        "email": doctor.email or None,
    }


def _location(row: Appointment) -> str:
    clinic = row.clinic
    return ", ".join(part for part in (clinic.address, clinic.city, clinic.state) if part)


def cancelled(row: Appointment) -> dict[str, Any]:
    """S3's answer to a cancellation."""
    return {
        "id": row.pk,
        "status": row.status,
        "cancelledAt": wall_time.iso(row.cancelled_at),
        "cancellationReason": row.cancellation_reason,
    }
