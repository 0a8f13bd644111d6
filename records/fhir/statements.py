"""Condition, AllergyIntolerance, Observation, MedicationRequest."""

from datetime import date
from typing import Any, Final

from django.utils import timezone

from records.fhir import systems
from records.fhir.parts import (
    Json,
    concept,
    day,
    decimal,
    extension,
    identifier,
    instant,
    note,
    quantity,
    reference,
    resource,
    said_concept,
    said_duration,
    said_quantity,
    text,
)
from records.models import AllergyIntolerance, Clinical, Condition, MedicalRecord, MedicationRequest, Observation

_TERMS: Final = "http://terminology.hl7.org/CodeSystem"
_CATEGORY: Final = {MedicalRecord.Type.LAB_RESULT: "laboratory", MedicalRecord.Type.IMAGING: "imaging"}
_INTERPRETATIONS: Final = ("N", "L", "H", "LL", "HH", "A")
_CRITICALITIES: Final = ("low", "high")


def condition(row: Condition, encounter: Json | None = None) -> Json:
    """A problem, and the visit whose note wrote it. One entered in error has no clinical status (con-5)."""
    wrong = is_wrong(row)
    return resource(
        "Condition",
        row.pk,
        **common(row),
        clinicalStatus=None if wrong else concept(f"{_TERMS}/condition-clinical", row.clinical_status),
        verificationStatus=_verified(wrong, "condition-ver-status"),
        category=[concept(f"{_TERMS}/condition-category", "problem-list-item")],
        code=said_concept(row.words),
        subject=reference(row.patient_id),
        encounter=encounter,
        onsetDateTime=day(row.onset_on),
        # con-4: only what is over has an end.
        abatementDateTime=day(row.resolved_on) if row.clinical_status == "resolved" and not wrong else None,
        recordedDate=instant(row.created_at),
        recorder=reference(row.doctor_id),
        note=note(row.words.get("note")),
    )


def allergy(row: AllergyIntolerance) -> Json:
    wrong = is_wrong(row)
    status = "resolved" if row.ended_on and row.ended_on <= _today() else "active"
    reaction = text(row.words.get("reaction"))
    criticality = row.words.get("criticality")
    return resource(
        "AllergyIntolerance",
        row.pk,
        **common(row),
        extension=[extension(systems.ALLERGY_ENDED, valueDateTime=day(row.ended_on))] if row.ended_on else [],
        clinicalStatus=None if wrong else concept(f"{_TERMS}/allergyintolerance-clinical", status),
        verificationStatus=_verified(wrong, "allergyintolerance-verification"),
        criticality=criticality if criticality in _CRITICALITIES else None,
        code=said_concept(row.words),
        patient=reference(row.patient_id),
        recordedDate=instant(row.created_at),
        recorder=reference(row.doctor_id),
        note=note(row.words.get("note")),
        reaction=[{"manifestation": [{"text": reaction}]}] if reaction else [],
    )


def observation(row: Observation, record: MedicalRecord | None) -> Json:
    """A result. `record` is the entry of the file it belongs to, where the reader sees it."""
    kind = _CATEGORY.get(MedicalRecord.Type(record.type), "exam") if record else "exam"
    return resource(
        "Observation",
        row.pk,
        **common(row),
        extension=_odd_unit(row.words),
        status="entered-in-error" if is_wrong(row) else "final",
        category=[concept(f"{_TERMS}/observation-category", kind)],
        code=said_concept(row.words),
        subject=reference(row.patient_id),
        effectiveDateTime=instant(row.observed_at),
        issued=instant(row.created_at),
        performer=[reference(record.doctor_id)] if record and record.doctor_id else [],
        **_value(row.words),
        interpretation=_interpretation(row.words),
        note=note(row.words.get("note")),
        referenceRange=_range(row.words),
    )


def medication(row: MedicationRequest) -> Json:
    words = row.words
    return resource(
        "MedicationRequest",
        row.pk,
        meta={"lastUpdated": instant(row.updated_at)},
        extension=[extension(systems.STOPPED_AT, valueDateTime=instant(row.stopped_at))] if row.stopped_at else [],
        identifier=_source(row),
        status=_medication_status(row),
        intent="order",
        reportedBoolean=True if row.intent == MedicationRequest.Intent.REPORTED else None,
        medicationCodeableConcept=said_concept(words),
        subject=reference(row.patient_id),
        authoredOn=day(row.starts_on),
        requester=reference(row.doctor_id),
        groupIdentifier=identifier(systems.RECORD, row.record_id) if row.record_id else None,
        note=note(words.get("note")),
        dosageInstruction=_dosage(row),
        dispenseRequest=_dispense(words),
    )


def is_wrong(row: Clinical) -> bool:
    return row.status == Clinical.Status.ENTERED_IN_ERROR


def common(row: Clinical) -> Json:
    return {"meta": {"lastUpdated": instant(row.updated_at)}, "identifier": _source(row)}


def _source(row: Clinical) -> list[Json]:
    """What a row was called where it was brought in from: so it is known again wherever it goes next."""
    return [identifier(systems.SOURCE, row.source_id)] if row.source_id else []


def _verified(wrong: bool, table: str) -> Json:
    return concept(f"{_TERMS}/{table}", "entered-in-error" if wrong else "confirmed")


def _value(words: Json) -> Json:
    number = decimal(words.get("value"))
    if number is not None:
        return {"valueQuantity": quantity(number, str(words.get("unit") or ""))}
    said = text(words.get("value"))
    if not said:
        return {"dataAbsentReason": concept(f"{_TERMS}/data-absent-reason", "unknown")}
    return {"valueString": said}


def _interpretation(words: Json) -> list[Json]:
    found = words.get("interpretation")
    return [concept(systems.INTERPRETATION, found)] if found in _INTERPRETATIONS else []


def _odd_unit(words: Json) -> list[Json]:
    """The unit of a value that is words (`negative`): R4 has no place for it."""
    unit = text(words.get("unit"))
    return [extension(systems.UNIT, valueString=unit)] if unit and decimal(words.get("value")) is None else []


def _range(words: Json) -> list[Json]:
    unit = str(words.get("unit") or "")
    found: Json = {}
    for name in ("low", "high"):
        said, number = text(words.get(name)), decimal(words.get(name))
        if number is not None:
            found[name] = quantity(number, unit)
        elif said:
            found[name] = {"extension": [extension(systems.AS_WRITTEN, valueString=said)]}
    return [found] if found else []


def _today() -> date:
    return timezone.now().date()


def _medication_status(row: MedicationRequest) -> str:
    if is_wrong(row):
        return "entered-in-error"
    if row.stopped_at:
        return "stopped"
    return "completed" if row.ends_on and row.ends_on < _today() else "active"


def _dosage(row: MedicationRequest) -> list[Json]:
    words = row.words
    said = [text(words.get(name)) for name in ("dose", "route", "frequency", "duration")]
    bounds = {"start": day(row.starts_on), **({"end": day(row.ends_on)} if row.ends_on else {})}
    timing: Json = {"repeat": {"boundsPeriod": bounds}}
    if text(words.get("frequency")):
        timing["code"] = {"text": text(words["frequency"])}
    found: dict[str, Any] = {"text": ", ".join(filter(None, said)), "timing": timing}
    if text(words.get("instructions")):
        found["patientInstruction"] = text(words["instructions"])
    if text(words.get("route")):
        found["route"] = {"text": text(words["route"])}
    if dose := said_quantity(words.get("dose")):
        found["doseAndRate"] = [{"doseQuantity": dose}]
    return [{name: value for name, value in found.items() if value}]


def _dispense(words: Json) -> Json | None:
    found = {
        "quantity": said_quantity(words.get("quantity")),
        "expectedSupplyDuration": said_duration(words.get("duration")),
    }
    return {name: value for name, value in found.items() if value} or None
