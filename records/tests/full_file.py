"""A patient with one of everything: what an export must carry, and what another place must be able to take in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from patients.models import Consent, PatientIdentifier
from records import writing
from records.models import AllergyIntolerance, Attachment, Condition, MedicalRecord, MedicationRequest, Observation
from records.tests.room import GLUCOSE, Room
from vitas import testing


class FullFile(Room):
    """Ana's file; `record_of` names its entries by their type."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ana.birth_date = date(1990, 4, 13)
        self.ana.save()
        self.whose = {"organization": self.organization, "patient": self.ana, "written_by": self.dr.user_id}
        PatientIdentifier.objects.create(
            patient=self.ana, country="AR", kind="dni", number=f"30.{testing.number():03}.{testing.number():03}"
        )
        self.visit = self.visit_now(self.ana)
        self.lab = self.write(
            description="Fasting.\nTwice < 120 & stable.",
            observations=[GLUCOSE, {"display": "Antibodies", "value": "negative", "note": "again in May"}],
            appointment_id=self.visit.pk,
        )
        self.prescription = self.prescribe()
        self.note = self.write(type="visit_note", title="Visit", description="Seen.")
        writing.addend(record_id=self.note.pk, text="She called: better.", by=self.dr)
        self.wrong = self.write(type="imaging", title="Somebody else's picture")
        writing.mark_error(record_id=self.wrong.pk, reason="wrong person", by=self.dr)
        self._statements()
        self.consent()
        self.attachment = self.attach(self.lab)

    def _statements(self) -> None:
        Condition.objects.create(
            **self.whose,
            doctor=self.doctor,
            onset_on=date(2020, 5, 1),
            words={"code": "E11", "system": "http://hl7.org/fhir/sid/icd-10", "display": "Diabetes", "note": "mild"},
        )
        Condition.objects.create(
            **self.whose,
            clinical_status="resolved",
            onset_on=date(2010, 1, 1),
            resolved_on=date(2011, 1, 1),
            words={"display": "Asthma"},
        )
        AllergyIntolerance.objects.create(
            **self.whose,
            doctor=self.doctor,
            words={"display": "Penicillin", "reaction": "rash", "criticality": "high", "note": "as a child"},
        )
        AllergyIntolerance.objects.create(**self.whose, ended_on=date(2015, 2, 3), words={"display": "Milk"})
        MedicationRequest.objects.create(
            **self.whose,
            intent="reported",
            starts_on=date(2024, 1, 1),
            stopped_at=datetime(2024, 6, 1, 12, tzinfo=UTC),
            words={"display": "Ibuprofen", "dose": "half a tablet", "quantity": "20 tablets"},
        )
        Observation.objects.create(
            **self.whose,
            observed_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
            words={"display": "Weight", "value": "70.50", "unit": "kg", "low": "5.0", "interpretation": "N"},
        )

    def consent(self, **given: Any) -> Consent:
        fields = {
            "patient": self.ana,
            "organization": self.organization,
            "kind": "sharing",
            "recipient": testing.make_organization(),
            "version": "1",
            "language": "en",
            "text": "I agree that they read what is kept here.",
            "given_by": self.me.user_id,
        }
        return Consent.objects.create(**(fields | given))

    def attach(self, record: MedicalRecord, **given: Any) -> Attachment:
        now = datetime.now(UTC)
        fields = {
            "file_name": "blood work.pdf",
            "file_type": "application/pdf",
            "file_size": 1234,
            "key": f"records/{testing.number()}",
            "sha256": "0" * 64,
            "state": "clean",
            "checked_at": now + timedelta(seconds=1),
        }
        return Attachment.objects.create(record=record, **(fields | given))
