"""Records as the API shows them (S3 1.3), as plain dicts. Whose may be read was asked before."""

import logging
from typing import Any, Final

from django.conf import settings

from clinic.models import Doctor
from clinic.search import specialty_name
from records import attachments, reading
from records.check_codes import spelled
from records.models import (
    Addendum,
    AllergyIntolerance,
    Attachment,
    Clinical,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
)
from vitas.accounts.actor import Actor
from vitas.common import crypto

log = logging.getLogger(__name__)

_RESULT: Final = ("code", "system", "display", "value", "unit", "low", "high", "interpretation", "note")
_MEDICINE: Final = (
    "code", "system", "display", "dose", "route", "frequency", "duration", "quantity", "instructions",
)  # fmt: skip
_CONDITION: Final = ("code", "system", "display", "note")
_ALLERGY: Final = ("code", "system", "display", "reaction", "criticality", "note")


def record(row: MedicalRecord, actor: Actor) -> dict[str, Any]:
    """One row of a list, read by `reading.for_list`."""
    return {
        **_whose(row),
        "type": row.type,
        "title": opened(row, "title"),
        "date": row.date,
        "provider_id": row.doctor_id,
        "provider": _provider(row.doctor),
        "appointment_id": row.appointment_id,
        "description": opened(row, "description"),
        "attachments": [attachment(found) for found in attachments.seen_by(list(row.attachments.all()), actor)],
        "is_new": reading.is_new(row),
    }


def detail(row: MedicalRecord, actor: Actor) -> dict[str, Any]:
    """One record with all that hangs on it, read by `reading.detail`."""
    return {
        **record(row, actor),
        "observations": [result(found) for found in row.observations.all()],
        "medications": [medicine(found) for found in row.medications.all()],
        "addenda": [addendum(found) for found in row.addenda.all()],
        "error_reason": opened(row, "error_reason") if row.status == Clinical.Status.ENTERED_IN_ERROR else None,
        "check_code": spelled(row.check_code) if row.check_code else None,
        "paper_url": _address(f"medical-records/{row.pk}/paper") if row.check_code else None,
    }


def attachment(row: Attachment) -> dict[str, Any]:
    clean = row.state == Attachment.State.CLEAN
    return {
        "id": row.pk,
        "file_name": opened(row, "file_name"),
        "file_type": row.file_type,
        "file_size": row.file_size,
        "sha256": row.sha256,
        "state": row.state,
        "refused_because": row.refused_because or None,
        "url": _address(f"medical-records/{row.record_id}/attachments/{row.pk}/download") if clean else None,
        "created_at": row.created_at,
    }


def addendum(row: Addendum) -> dict[str, Any]:
    return {
        "id": row.pk,
        "text": opened(row, "text"),
        "provider": _provider(row.doctor),
        "created_at": row.created_at,
    }


def result(row: Observation) -> dict[str, Any]:
    return {**_whose(row), **_words(row, _RESULT), "observed_at": row.observed_at, "record_id": row.record_id}


def medicine(row: MedicationRequest) -> dict[str, Any]:
    return {
        **_whose(row),
        **_words(row, _MEDICINE),
        "intent": row.intent,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "stopped_at": row.stopped_at,
        "record_id": row.record_id,
    }


def condition(row: Condition) -> dict[str, Any]:
    return {
        **_whose(row),
        **_words(row, _CONDITION),
        "clinical_status": row.clinical_status,
        "onset_on": row.onset_on,
        "resolved_on": row.resolved_on,
    }


def allergy(row: AllergyIntolerance) -> dict[str, Any]:
    return {**_whose(row), **_words(row, _ALLERGY), "ended_on": row.ended_on}


def opened(row: Any, column: str) -> Any:
    """The text of a sealed column; None where it can never be read again: one row must not hide the others."""
    try:
        return getattr(row, column)
    except (crypto.KeyDestroyed, crypto.Tampered) as error:
        log.error("a sealed text does not open", extra={"row": str(row.pk), "error": type(error).__name__})
        return None


def _whose(row: Clinical) -> dict[str, Any]:
    return {
        "id": row.pk,
        "patient_id": row.patient_id,
        "organization_id": row.organization_id,
        "status": row.status,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _words(row: Any, names: tuple[str, ...]) -> dict[str, str]:
    words = opened(row, "words") or {}
    return {name: words.get(name, "") for name in names}


def _provider(doctor: Doctor | None) -> dict[str, Any] | None:
    if doctor is None:
        return None
    return {
        "id": doctor.pk,
        "first_name": doctor.first_name,
        "last_name": doctor.last_name,
        "title": doctor.title,
        "specialty": specialty_name(doctor.specialty),
    }


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/{path}"
