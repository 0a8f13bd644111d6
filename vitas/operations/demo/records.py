"""The demo's medical records: a dozen for every patient over S3's five types, with files and values over two years."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from appointments.models import Appointment, Status
from clinic.models import Doctor, DoctorPlace
from patients.models import Patient
from records import statements
from records.check_codes import ALPHABET, LENGTH
from records.models import (
    AllergyIntolerance,
    Attachment,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
    RecordOpened,
)
from vitas.operations.demo import record_files, visits
from vitas.operations.demo import record_words as words
from vitas.operations.demo.ids import demo_id

Type = MedicalRecord.Type

LAB_DAYS: Final = (725, 480, 236, 19)  # before today
AT_ONCE: Final = 100  # rows a statement: psycopg reads a longer one through for ages
UNREAD_DAYS: Final = 21  # what is newer the patient has not opened


@dataclass(slots=True)
class _Rows:
    records: list[MedicalRecord] = field(default_factory=list)
    results: list[Observation] = field(default_factory=list)
    medicines: list[MedicationRequest] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    problems: list[Condition] = field(default_factory=list)
    allergies: list[AllergyIntolerance] = field(default_factory=list)


def make() -> None:
    """Once; a database from before there were records gets them too."""
    if MedicalRecord.objects.exists():
        return
    rows = _Rows()
    users = dict(Doctor.objects.values_list("pk", "membership__user_id"))
    for care in visits.cares():
        _OfPatient(care.patient, care.places, care.number, rows, users).make()
    MedicalRecord.objects.bulk_create(rows.records, batch_size=AT_ONCE)
    Observation.objects.bulk_create(rows.results, batch_size=AT_ONCE)
    MedicationRequest.objects.bulk_create(rows.medicines, batch_size=AT_ONCE)
    Attachment.objects.bulk_create(rows.files, batch_size=AT_ONCE)
    Condition.objects.bulk_create(rows.problems, batch_size=AT_ONCE)
    AllergyIntolerance.objects.bulk_create(rows.allergies, batch_size=AT_ONCE)
    RecordOpened.objects.bulk_create(_openings(rows.records), batch_size=AT_ONCE)


class _OfPatient:
    """One patient's file. `number` makes values and medicines differ from patient to patient."""

    def __init__(self, patient: Patient, places: Any, number: int, rows: _Rows, users: dict[UUID, UUID]) -> None:
        self.patient, self.number, self.rows, self.users = patient, number, rows, users
        self.places: list[DoctorPlace] = list(places)
        self.today = timezone.now().date()
        self.tongues = {
            place.clinic.organization_id: words.LANGUAGES.index(place.clinic.organization.language) for place in places
        }
        self.tongue = self.tongues[self.places[0].clinic.organization_id]

    def make(self) -> None:
        for nth, days in enumerate(LAB_DAYS):
            record = self._record(Type.LAB_RESULT, nth, days, words.LAB, words.LAB_TEXT)
            self._results(record, words.BLOOD)
            self._pdf(record, "lab", words.LAB, words.LAB_TEXT)
        for nth, visit in enumerate(self._visits()):
            title, text = words.NOTES[nth]
            record = self._record(Type.VISIT_NOTE, nth, 700 - 300 * nth, title, text, visit)
            self._results(record, words.VITALS)
            self._pdf(record, "note", title, text)
        self._prescriptions()
        self._images()
        title, text = words.REFERRAL
        self._pdf(self._record(Type.REFERRAL, 0, 90, title, text), "letter", title, text)
        self.tongue = self.tongues[self.places[0].clinic.organization_id]
        self._glance()

    def _visits(self) -> list[Appointment | None]:
        """The newest three that took place; a note stands without one where there were fewer."""
        past = Appointment.objects.filter(patient=self.patient, status=Status.COMPLETED).select_related("doctor")
        found: list[Appointment | None] = list(past.order_by("-starts_at")[: len(words.NOTES)])
        return [*[None] * (len(words.NOTES) - len(found)), *reversed(found)]

    def _prescriptions(self) -> None:
        lasting, short = words.LASTING[self.number % 4], words.SHORT[self.number % 2]
        for nth, (drug, days) in enumerate(((short, 400), (lasting, 20))):
            record = self._record(Type.PRESCRIPTION, nth, days, words.PRESCRIPTION, ("", "", ""))
            duration = drug.duration[self.tongue]
            self.rows.medicines.append(
                MedicationRequest(
                    id=demo_id(f"line of {record.pk}"),
                    record=record,
                    starts_on=record.date,
                    ends_on=statements.ends_on(duration, record.date),
                    words={
                        "code": drug.code,
                        "system": statements.ATC,
                        "display": drug.names[self.tongue],
                        "dose": drug.dose,
                        "route": words.ORAL[self.tongue],
                        "frequency": drug.frequency[self.tongue],
                        "duration": duration,
                        "quantity": "",
                        "instructions": "",
                    },
                    **_written(record),
                    doctor_id=record.doctor_id,
                )
            )

    def _images(self) -> None:
        pictures = (record_files.radiograph, record_files.ultrasound)
        for nth, ((title, text), picture) in enumerate(zip(words.IMAGES, pictures, strict=True)):
            record = self._record(Type.IMAGING, nth, (150, 12)[nth], title, text)
            self._file(record, "image", picture(words.LANGUAGES[self.tongue]))
            self._pdf(record, "report", title, text)

    def _glance(self) -> None:
        """One problem that lasts, one that is over, an allergy for two of three, and what the patient takes besides."""
        place = self.places[0]
        given = {"patient_id": self.patient.pk, "organization_id": place.clinic.organization_id}
        given |= {"written_by": self.users[place.doctor_id], "doctor_id": place.doctor_id}
        code, names = words.PROBLEMS[self.number % 4]
        past_code, past_names = words.PAST_PROBLEM
        year = timedelta(days=365)
        self.rows.problems += [
            Condition(id=demo_id(f"problem {self.patient.pk}"), words=_coded(code, names[self.tongue]),
                      onset_on=self.today - 3 * year, **given),
            Condition(id=demo_id(f"past problem {self.patient.pk}"), words=_coded(past_code, past_names[self.tongue]),
                      clinical_status=Condition.ClinicalStatus.RESOLVED, onset_on=self.today - 20 * year,
                      resolved_on=self.today - 8 * year, **given),
        ]  # fmt: skip
        if self.number % 3 != 2:
            substance, reaction, criticality = words.ALLERGIES[self.number % len(words.ALLERGIES)]
            said = {"display": substance[self.tongue], "reaction": reaction[self.tongue], "criticality": criticality}
            said |= {"code": "", "system": "", "note": ""}
            self.rows.allergies.append(
                AllergyIntolerance(id=demo_id(f"allergy {self.patient.pk}"), words=said, **given)
            )
        told = dict.fromkeys(("code", "system", "dose", "route", "frequency", "duration", "quantity"), "")
        self.rows.medicines.append(
            MedicationRequest(
                id=demo_id(f"told {self.patient.pk}"),
                intent=MedicationRequest.Intent.REPORTED,
                starts_on=self.today - year,
                words={**told, "display": words.TOLD[self.tongue], "instructions": ""},
                **given,
            )
        )

    def _record(
        self, type: Type, nth: int, days: int, title: words.Said, text: words.Said, visit: Appointment | None = None
    ) -> MedicalRecord:
        place = self.places[nth % len(self.places)]
        doctor: Doctor = visit.doctor if visit else place.doctor
        self.tongue = self.tongues.get(doctor.organization_id, self.tongue)  # it is written where it is kept
        on = visit.starts_at.date() if visit else self.today - timedelta(days=days + self.number % 9)
        written_at = min(datetime.combine(on, time(18, self.number % 60), UTC), timezone.now())
        identity = demo_id(f"record {self.patient.pk} {type} {nth}")
        said = f"{text[self.tongue]} {words.SYNTHETIC[self.tongue]}".strip()
        record = MedicalRecord(
            id=identity,
            patient=self.patient,
            organization_id=doctor.organization_id,
            doctor=doctor,
            written_by=self.users[doctor.pk],
            type=type,
            date=on,
            appointment=visit,
            title=title[self.tongue],
            description=said,
            check_code=_code(identity) if type == Type.PRESCRIPTION else None,
            created_at=written_at,
            updated_at=written_at,
        )
        self.rows.records.append(record)
        return record

    def _results(self, record: MedicalRecord, analytes: tuple[words.Analyte, ...]) -> None:
        years = (record.date - self.today).days / 365 + 2
        for nth, one in enumerate(analytes):
            swing = ((self.number * 7 + nth * 5 + record.date.toordinal() // 40) % 9 - 4) / 4
            value = one.start + one.drift * years + one.wobble * swing + (self.number % 5 - 2) * one.wobble / 2
            given = {"code": one.code, "display": one.names[self.tongue], "value": f"{value:.{one.digits}f}"}
            given |= {"unit": one.unit, "low": one.low, "high": one.high}
            self.rows.results.append(
                Observation(
                    id=demo_id(f"result {record.pk} {one.code}"),
                    record=record,
                    observed_at=datetime.combine(record.date, time(12), UTC),
                    words=statements.result(given).words,
                    **_written(record),
                )
            )

    def _pdf(self, record: MedicalRecord, name: str, title: words.Said, text: words.Said) -> None:
        language = words.LANGUAGES[self.tongue]
        self._file(record, name, record_files.pdf(title[self.tongue], text[self.tongue], language))

    def _file(self, record: MedicalRecord, name: str, content: record_files.Content) -> None:
        identity = demo_id(f"file {record.pk} {name}")
        self.rows.files.append(
            Attachment(
                id=identity,
                record=record,
                file_name=f"{words.FILES[name][self.tongue]}-{record.date.isoformat()}{content.ending}",
                file_type=content.media_type,
                file_size=len(content.bytes),
                key=record_files.stored(content, str(identity)),
                sha256=content.sha256,
                state=Attachment.State.CLEAN,
                checked_at=record.created_at,
                written_by=record.written_by,
                created_at=record.created_at,
            )
        )


def _written(record: MedicalRecord) -> dict[str, Any]:
    return {
        "patient_id": record.patient_id,
        "organization_id": record.organization_id,
        "written_by": record.written_by,
        "created_at": record.created_at,
        "updated_at": record.created_at,
    }


def _coded(code: str, display: str) -> statements.Words:
    return {"code": code, "system": statements.ICD10, "display": display, "note": ""}


def _code(identity: UUID) -> str:
    """The same in every demo, so that a printed one stays good."""
    drawn = hashlib.sha256(f"vitas demo code {identity}".encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn[:LENGTH])


def _openings(records: list[MedicalRecord]) -> Iterator[RecordOpened]:
    """What is older the patient has read."""
    unread_since: date = timezone.now().date() - timedelta(days=UNREAD_DAYS + 9)
    for record in records:
        if record.date < unread_since:
            at = min(record.created_at + timedelta(hours=3), timezone.now())
            yield RecordOpened(record=record, user_id=demo_id(f"user {record.patient.phone}"), at=at)
