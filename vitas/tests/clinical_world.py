"""A file for each patient of the world (test_access.py): one record with everything that can hang on one, and what is
known at a glance. It is a prescription, so that the addresses of all types find what they want."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from processing import stage_work
from processing.engines import Segment
from processing.models import Recording, Stage, Transcript
from records.check_codes import new_check_code
from records.codes.models import Code, CodeSystem
from records.models import (
    AllergyIntolerance,
    Attachment,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
)
from records.notes import drafting
from records.notes.models import Diagnosis, Note
from vitas.common.ids import new_id


@dataclass
class File:
    """Of one patient. The attachment is still being checked: nothing is in the store."""

    record: MedicalRecord
    observation: Observation
    attachment: Attachment
    medication: MedicationRequest
    condition: Condition
    allergy: AllergyIntolerance

    def row_of(self, address: str) -> Any:
        """What `<uuid:row_id>` is in an address that names its kind."""
        kinds = {"allergies": self.allergy, "problems": self.condition, "medicines": self.medication}
        return next((row for kind, row in kinds.items() if f"/{kind}/" in address), self.record)


def make_file(visit: Any) -> File:
    """What the visit's doctor wrote in its patient's file."""
    whose = {"organization_id": visit.organization_id, "patient_id": visit.patient_id}
    by = {"written_by": visit.doctor.membership.user_id}
    record = MedicalRecord.objects.create(
        type="prescription",
        date=date(2026, 1, 5),
        doctor=visit.doctor,
        title="Prescription",
        description="After the visit",
        check_code=new_check_code(),
        **whose,
        **by,
    )
    number = {"display": "Glucose", "value": "104", "unit": "mg/dL", "low": "70", "high": "99"}
    medicine = {"display": "Amoxicillin", "dose": "500 mg", "route": "oral", "frequency": "8 h", "duration": "7 days"}
    return File(
        record=record,
        observation=Observation.objects.create(record=record, observed_at=timezone.now(), words=number, **whose, **by),
        attachment=Attachment.objects.create(
            record=record,
            file_name="blood-work.pdf",
            file_type="application/pdf",
            file_size=1,
            key=f"records/{new_id()}",
            sha256="0" * 64,
        ),
        medication=MedicationRequest.objects.create(
            record=record, doctor=visit.doctor, starts_on=timezone.now().date(), words=medicine, **whose, **by
        ),
        condition=Condition.objects.create(doctor=visit.doctor, words={"display": "Asthma"}, **whose, **by),
        allergy=AllergyIntolerance.objects.create(
            doctor=visit.doctor, words={"display": "Penicillin", "criticality": "high"}, **whose, **by
        ),
    )


def make_note(visit: Any, *, signed: bool = False) -> Note:
    """A draft with one flagged sentence, `a`; or as its doctor signed it."""
    flagged = {"text": "Rest.", "evidence": ["s1"], "flags": ["dose"]}
    note = drafting.save_draft(
        appointment_id=visit.pk, recording_id=new_id(), sections={"plan": [flagged]}, language="en", drafter="a test"
    )
    note.body["sections"][3]["sentences"][0]["id"] = "a"
    note.save(update_fields=["body"])
    if signed:
        record = MedicalRecord.objects.create(
            type="visit_note",
            date=timezone.now().date(),
            doctor_id=visit.doctor_id,
            title="Note",
            organization_id=visit.organization_id,
            patient_id=visit.patient_id,
        )
        note.state, note.signed_at, note.record = Note.State.SIGNED, timezone.now(), record
        note.signed_by = visit.doctor.membership.user_id
        note.save()
    return note


def make_recording(visit: Any) -> Recording:
    """It has come and waits for its check; in the store there is nothing."""
    return Recording.objects.create(
        organization_id=visit.organization_id,
        appointment=visit,
        patient_id=visit.patient_id,
        doctor_id=visit.doctor_id,
        source=Recording.Source.RECORDED,
        created_by=visit.doctor.membership.user_id,
        key=f"sound/{new_id()}",
        content_type="audio/webm",
        size=1,
        sha256="0" * 64,
        upload_ends_at=timezone.now(),
        uploaded_at=timezone.now(),
        stage=Stage.UPLOADED,
    )


def make_transcript(visit: Any) -> Transcript:
    """Of a recording of its own: the doctor asks, the patient answers."""
    said = [("doctor", "Any fever?"), ("patient", "No.")]
    segments = [
        Segment(id=f"s{at}", start=at, end=at + 0.5, speaker=who, text=text, confidence=0.9)
        for at, (who, text) in enumerate(said)
    ]
    return Transcript.objects.create(
        recording=make_recording(visit),
        organization_id=visit.organization_id,
        patient_id=visit.patient_id,
        language="en",
        transcriber="a test",
        body=stage_work.body_of(segments),
    )


def make_diagnosis(visit: Any) -> Diagnosis:
    """Suggested, of a code that there is."""
    given = {"code": "I10", "display": "Essential hypertension", "score": 0.5}
    found = drafting.suggest_diagnoses(
        appointment_id=visit.pk, suggestions=[given], coder="a test", table=make_code().system
    )
    return found[0]


def make_code() -> Code:
    system, _made = CodeSystem.objects.get_or_create(
        key="test",
        defaults={
            "name": "ICD-10",
            "uri": "http://hl7.org/fhir/sid/icd-10",
            "language": "en",
            "version": "1",
            "sha256": "0" * 64,
            "codes_count": 1,
        },
    )
    words = {"display": "Essential hypertension", "words": "hypertension", "is_leaf": True}
    return Code.objects.get_or_create(system=system, code="I10", defaults=words)[0]


def make_more(visit: Any, how_many: int) -> None:
    """So many more records of the visit's patient, each with a result and a file, and as many allergies."""
    whose = {"organization_id": visit.organization_id, "patient_id": visit.patient_id}
    day = timezone.now()
    records = MedicalRecord.objects.bulk_create(
        MedicalRecord(type="lab_result", date=day.date(), doctor=visit.doctor, title="Blood work", **whose)
        for _ in range(how_many)
    )
    words = {"display": "Glucose", "value": "104", "unit": "mg/dL"}
    Observation.objects.bulk_create(
        Observation(record=record, observed_at=day - timedelta(days=at), words=words, **whose)
        for at, record in enumerate(records)
    )
    Attachment.objects.bulk_create(
        Attachment(
            record=record,
            file_name="a.pdf",
            file_type="application/pdf",
            file_size=1,
            key=f"{new_id()}",
            sha256="0" * 64,
        )
        for record in records
    )
    AllergyIntolerance.objects.bulk_create(
        AllergyIntolerance(doctor=visit.doctor, words={"display": f"Pollen {at}"}, **whose) for at in range(how_many)
    )
