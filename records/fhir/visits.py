"""A visit as it was agreed (Appointment) and as it took place (Encounter)."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from appointments.models import Appointment, Status
from records.fhir import systems
from records.fhir.parts import Json, coding, concept, instant, part_of, reference, resource, text

_AGREED: Final = {
    Status.PENDING: "pending",
    Status.SCHEDULED: "booked",
    Status.CONFIRMED: "booked",
    Status.CHECKED_IN: "checked-in",
    Status.IN_PROGRESS: "arrived",
    Status.COMPLETED: "fulfilled",
    Status.CANCELLED: "cancelled",
    Status.NO_SHOW: "noshow",
    Status.EXPIRED: "cancelled",
}
_TOOK_PLACE: Final = {
    Status.CHECKED_IN: "arrived",
    Status.IN_PROGRESS: "in-progress",
    Status.COMPLETED: "finished",
}
_VISIT_TYPE: Final = "urn:vitas:visit-type"
_BY_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


def appointment(row: Appointment) -> Json:
    """`patient`, `doctor`, `clinic`, `organization` are expected to be at hand."""
    agreed = row.status not in (Status.PENDING, Status.EXPIRED)
    return resource(
        "Appointment",
        row.pk,
        meta={"lastUpdated": instant(row.updated_at)},
        status=_AGREED[Status(row.status)],
        cancelationReason=_why_cancelled(row),
        serviceType=[concept(_VISIT_TYPE, row.type, str(row.get_type_display()))],
        reasonCode=[{"text": text(row.reason)}] if text(row.reason) else [],
        start=instant(row.starts_at),
        end=instant(row.ends_at),
        minutesDuration=int((row.ends_at - row.starts_at).total_seconds() // 60) or None,
        created=instant(row.created_at),
        comment=text(row.notes),
        participant=[
            {"actor": reference(row.patient_id, row.patient.full_name), "status": "accepted"},
            {
                "actor": reference(row.doctor_id, str(row.doctor)),
                "status": "needs-action" if row.status == Status.SCHEDULED or not agreed else "accepted",
            },
            {"actor": _place(row), "status": "accepted"},
        ],
    )


def took_place(row: Appointment) -> bool:
    return row.status in _TOOK_PLACE


def encounter_id(row_id: object) -> str:
    return str(part_of(row_id, "Encounter"))  # type: ignore[arg-type]


def encounter(row: Appointment, diagnoses: Iterable[UUID] = ()) -> Json:
    """Only of a visit that took place. `diagnoses`: ids of the Conditions that its signed note tells of."""
    return resource(
        "Encounter",
        part_of(row.pk, "Encounter"),
        meta={"lastUpdated": instant(row.updated_at)},
        status=_TOOK_PLACE[Status(row.status)],
        **{"class": coding(systems.V3_ACT, "VR" if row.is_virtual else "AMB")},
        type=[concept(_VISIT_TYPE, row.type, str(row.get_type_display()))],
        subject=reference(row.patient_id, row.patient.full_name),
        participant=[{"individual": reference(row.doctor_id, str(row.doctor))}],
        appointment=[reference(row.pk)],
        period=_period(row),
        reasonCode=[{"text": text(row.reason)}] if text(row.reason) else [],
        diagnosis=[{"condition": reference(key)} for key in diagnoses],
        location=[{"location": _place(row)}],
        serviceProvider=reference(row.organization_id, row.organization.name),
    )


def _period(row: Appointment) -> Json:
    begins = row.started_at or row.check_in_time or row.starts_at
    found: Json = {"start": instant(begins)}
    if row.check_out_time and row.check_out_time >= begins:
        found["end"] = instant(row.check_out_time)
    return found


def _place(row: Appointment) -> Json:
    """The clinic by its name: a place has no record of its own here."""
    return {"display": text(f"{row.clinic.name}, {row.clinic.address}, {row.clinic.city}") or "-"}


def _why_cancelled(row: Appointment) -> Json | None:
    if row.status == Status.EXPIRED:
        return concept(_BY_SYSTEM, "prov")
    if row.status == Status.CANCELLED and text(row.cancellation_reason):
        return {"text": text(row.cancellation_reason)}
    return None
