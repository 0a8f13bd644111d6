"""Taking and freeing time: the rows that make double booking impossible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg.types.range import TimestamptzRange

from appointments.models import Appointment, TimeClaim
from clinic.models import VisitKind
from vitas.common.inserts import insert_all


@dataclass(frozen=True, slots=True)
class Claim:
    """`resource` (a doctor, a patient, a room) is wanted from `starts_at` until before `ends_at`."""

    appointment_id: UUID
    resource: UUID
    starts_at: datetime
    ends_at: datetime
    held_until: datetime | None


def of(appointment: Appointment, *, buffer_before: int, buffer_after: int) -> list[Claim]:
    """The doctor's time with its buffers (minutes), and the patient's without, in the order of their ids."""
    held_until = appointment.hold_ends_at
    doctor = Claim(
        appointment.pk,
        appointment.doctor_id,
        appointment.starts_at - timedelta(minutes=buffer_before),
        appointment.ends_at + timedelta(minutes=buffer_after),
        held_until,
    )
    patient = Claim(appointment.pk, appointment.patient_id, appointment.starts_at, appointment.ends_at, held_until)
    return sorted([doctor, patient], key=lambda claim: claim.resource)


def wanted(appointment: Appointment) -> list[Claim]:
    """The claims of a visit, with the buffers of its kind as they are now."""
    kind = VisitKind.objects.filter(organization_id=appointment.organization_id, type=appointment.type).first()
    before, after = (kind.buffer_before, kind.buffer_after) if kind else (0, 0)
    return of(appointment, buffer_before=before, buffer_after=after)


def take(claims: Sequence[Claim]) -> bool:
    """Take all of them; true if all were. Measured: with a bare INSERT a hundred rivals deadlock, with this none."""
    return len(taken(claims)) == len(claims)


def taken(claims: Sequence[Claim]) -> set[UUID]:
    """Insert what is free, in one statement and a fixed order; answers with the resources that were."""
    with connection.cursor() as cursor:
        cursor.execute(_take(len(claims)), _values(claims))
        return {row[0] for row in cursor.fetchall()}


def taken_with(
    appointment: Appointment, rows: Sequence[models.Model], claims: Sequence[Claim]
) -> tuple[set[UUID], bool]:
    """The visit, what stands beside it and its claims in one statement: what was taken, and if the patient is known.

    If not all was, the caller rolls back. Known: the organization has a file of the patient.
    """
    [(got, known)] = insert_all(
        [appointment, *rows],
        then=f"claim AS ({_take(len(claims))}) SELECT ARRAY(SELECT resource FROM claim), EXISTS ("
        "SELECT FROM patients_patientfile WHERE organization_id = %s::uuid AND patient_id = %s::uuid)",
        parameters=[*_values(claims), appointment.organization_id, appointment.patient_id],
    )
    return set(got), known


def _take(how_many: int) -> str:
    values = ", ".join(["(%s::uuid, %s::tstzrange, 0, %s::timestamptz, %s::uuid)"] * how_many)
    return (
        "INSERT INTO appointments_timeclaim (resource, span, lane, held_until, appointment_id)"
        f" VALUES {values} ON CONFLICT DO NOTHING RETURNING resource"
    )


def _values(claims: Sequence[Claim]) -> list[Any]:
    parameters: list[Any] = []
    for claim in claims:
        span = TimestamptzRange(claim.starts_at, claim.ends_at, "[)")
        parameters += [claim.resource, span, claim.held_until, claim.appointment_id]
    return parameters


def release(appointment: Appointment) -> None:
    """Free whatever the visit holds."""
    TimeClaim.objects.filter(appointment_id=appointment.pk).delete()


def drop_past(now: datetime) -> int:
    """Time that is over needs no claim: the table stays as small as what is booked ahead."""
    return TimeClaim.objects.filter(span__endswith__lt=now - timedelta(days=1)).delete()[0]


def make_firm(appointment: Appointment) -> bool:
    """The hold's claims no longer end. False if they are gone."""
    return TimeClaim.objects.filter(appointment_id=appointment.pk).update(held_until=None) > 0


def lapsed_in_the_way(claims: Sequence[Claim], now: datetime) -> list[UUID]:
    """The visits whose hold has lapsed, but whose claims still lie over these."""
    found: set[UUID] = set()
    for claim in claims:
        over = TimeClaim.objects.filter(
            resource=claim.resource, held_until__lte=now, span__overlap=(claim.starts_at, claim.ends_at)
        )
        found.update(over.values_list("appointment_id", flat=True))
    return sorted(found)
