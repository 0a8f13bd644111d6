"""Patients of long ago, for the tests of keeping and forgetting."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from appointments.models import Appointment, AppointmentStep, Status
from patients.models import CareRelationship, Consent, PatientFile, PatientIdentifier
from processing.models import Recording, Transcript
from records.models import Addendum, Attachment, MedicalRecord, Observation
from records.notes.models import Diagnosis, Note, NoteVersion
from vitas.messaging.models import OutboxMessage
from vitas.operations.keeping import terms
from vitas.testing import make_clinic, make_doctor, make_organization, make_patient, make_place, number, user_of

YEAR = timedelta(days=366)


def ago(years):
    return timezone.now() - years * YEAR


class World:
    """A clinic in Mexico (five years) and what it keeps of patients."""

    def __init__(self, country="MX", **given):
        self.organization = make_organization(country=country, **given)
        self.clinic = make_clinic(self.organization, state="CDMX", country=country)
        self.doctor = make_doctor(self.organization)
        self.place = make_place(self.clinic, self.doctor)

    def patient(self, *, years, last_used=None, patient=None, **given):
        """One whose only visit, with a record of it, was so many years ago."""
        at = ago(years)
        patient = patient or make_patient(created_at=at, birth_date=date(1960, 3, 1), **given)
        type(patient).objects.filter(pk=patient.pk).update(last_used_at=last_used or at)
        PatientFile.objects.create(organization=self.organization, patient=patient, number=number(), opened_at=at)
        PatientIdentifier.objects.create(patient=patient, country="MX", kind="curp", number=f"X{number()}")
        CareRelationship.objects.create(
            organization=self.organization, doctor=self.doctor, patient=patient, because="appointment"
        )
        visit = self.visit(patient, at)
        self.record(patient, visit, at)
        return patient

    def visit(self, patient, at, status=Status.COMPLETED):
        visit = Appointment.objects.create(
            organization=self.organization,
            clinic=self.clinic,
            doctor=self.doctor,
            place=self.place,
            patient=patient,
            starts_at=at,
            ends_at=at + timedelta(minutes=30),
            status=status,
            fee=100,
            currency="MXN",
            payment_in_advance=False,
            reason="asthma",
            booked_by_role="patient",
            created_at=at,
        )
        AppointmentStep.objects.create(appointment=visit, after=status, by_role="system", reason="tired", at=at)
        return visit

    def record(self, patient, visit, at):
        whose = {"organization": self.organization, "patient": patient, "created_at": at, "updated_at": at}
        record = MedicalRecord.objects.create(
            type="visit_note", date=at.date(), doctor=self.doctor, appointment=visit, title="Asthma", **whose
        )
        Addendum.objects.create(record=record, text="more", written_by=self.doctor.pk, created_at=at)
        Observation.objects.create(record=record, observed_at=at, words={"code": "1"}, **whose)
        key = default_storage.save(f"records/{record.pk}", ContentFile(b"%PDF"))
        Attachment.objects.create(
            record=record, file_name="a.pdf", file_type="application/pdf", file_size=4, key=key, sha256="0" * 64
        )
        if not Note.objects.filter(appointment=visit).exists():
            self.note(record, visit, at)
        return record

    def note(self, record, visit, at):
        whose = {"organization": self.organization, "patient": record.patient, "doctor": self.doctor}
        recording = Recording.objects.create(
            **whose,
            appointment=visit,
            source="recorded",
            created_by=self.doctor.pk,
            created_at=at,
            key=default_storage.save(f"audio/{record.pk}", ContentFile(b"OggS")),
            content_type="audio/ogg",
            size=4,
            upload_ends_at=at,
            uploaded_at=at,
            stage="ready",
        )
        whose = {"organization": self.organization, "patient": record.patient}
        Transcript.objects.create(
            **whose, recording=recording, language="es", transcriber="by hand", body={"segments": []}
        )
        whose |= {"doctor": self.doctor, "appointment": visit, "created_at": at, "updated_at": at}
        Diagnosis.objects.create(**whose, code_hash="0", words={"code": "J45.9"})
        signed = {"state": "signed", "signed_at": at, "signed_by": self.doctor.pk, "record": record}
        note = Note.objects.create(**whose, **signed, language="es", body={"sections": []})
        NoteVersion.objects.create(note=note, number=1, kind="signed", body={"sections": []})

    @property
    def term(self):
        now = timezone.now()
        return next(term for term in terms.terms(now) if term.organization == self.organization)


def message_to(address, **given):
    return OutboxMessage.objects.create(
        key=f"m{number()}", channel="sms", address=address, template="t", language="es", variables="{}", **given
    )


def consent(patient, organization, **given):
    return Consent.objects.create(
        patient=patient,
        organization=organization,
        kind="messages",
        version="1",
        language="es",
        text="yes",
        given_by=user_of(patient).pk,
        **given,
    )
