"""Medical records (S3 2.5, 2.6) and the clinical statements in them, in FHIR's terms.

What tells of health is sealed under the patient's key. Nothing is deleted or written over: a record is corrected by an
addendum, or marked as entered in error.
"""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from clinic.models import Doctor
from patients.models import Patient
from records.querysets import ClinicalQuerySet, MedicalRecordQuerySet, OfRecordQuerySet, RecordImportQuerySet
from vitas.accounts.models import Organization
from vitas.common.fields import EncryptedJsonField, EncryptedTextField
from vitas.common.ids import new_id
from vitas.common.querysets import OperatorsQuerySet


class RecordImport(models.Model):
    """One bundle or file that was brought in, so that all of it can be told and taken back."""

    class Kind(models.TextChoices):
        FHIR = "fhir", "FHIR"
        CSV = "csv", "CSV"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="record_imports", verbose_name=_("organization")
    )
    kind = models.CharField(max_length=4, choices=Kind, verbose_name=_("kind"))
    sha256 = models.CharField(max_length=64, help_text=_("Of what was brought in."), verbose_name="SHA-256")
    report = models.JSONField(default=dict, help_text=_("Counts, ids and codes only."), verbose_name=_("report"))
    made_by = models.UUIDField(null=True, help_text=_("The user; none for a command."), verbose_name=_("brought in by"))
    made_at = models.DateTimeField(default=timezone.now, verbose_name=_("brought in at"))
    undone_at = models.DateTimeField(null=True, verbose_name=_("undone at"))
    undone_by = models.UUIDField(null=True, verbose_name=_("undone by"))

    objects = RecordImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of records")
        verbose_name_plural = _("imports of records")


class Clinical(models.Model):
    """What every row with clinical content has: whose it is, who keeps it, who wrote it, and under which key."""

    class Status(models.TextChoices):
        CURRENT = "current", _("current")
        ENTERED_IN_ERROR = "entered_in_error", _("entered in error")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False, verbose_name=_("patient"))
    # Words stay under the key that sealed them, also when the patient turns out to be one with another.
    sealed_for = models.UUIDField(
        null=True,
        editable=False,
        help_text=_("Whose key seals the words, if not the patient's."),
        verbose_name=_("sealed for"),
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.CURRENT, verbose_name=_("status"))
    written_by = models.UUIDField(null=True, help_text=_("The user; none for a system."), verbose_name=_("written by"))
    imported = models.ForeignKey(
        RecordImport, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("import")
    )
    source_id = models.CharField(
        max_length=120, blank=True, help_text=_("Its id where it was brought in from."), verbose_name=_("source id")
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    updated_at = models.DateTimeField(default=timezone.now, verbose_name=_("changed at"))

    class Meta:
        abstract = True

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the words: the patient's under whom they were written."""
        return self.sealed_for or self.patient_id


def _once_imported(name: str) -> models.UniqueConstraint:
    """The same source row brought in twice is one row."""
    return models.UniqueConstraint(
        fields=["organization", "patient", "source_id"],
        condition=~Q(source_id="") & Q(status="current"),
        name=f"{name}_imported_once",
    )


def _status_is_known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=f"{name}_status_is_known", condition=Q(status__in=Clinical.Status.values))


class MedicalRecord(Clinical):
    """One entry of a patient's file. A prescription has a code by which anyone may check that it is real."""

    class Type(models.TextChoices):
        LAB_RESULT = "lab_result", _("lab result")
        VISIT_NOTE = "visit_note", _("visit note")
        PRESCRIPTION = "prescription", _("prescription")
        IMAGING = "imaging", _("imaging")
        REFERRAL = "referral", _("referral")

    type = models.CharField(max_length=12, choices=Type, verbose_name=_("type"))
    date = models.DateField(help_text=_("Of the act, not of the writing."), verbose_name=_("date"))
    doctor = models.ForeignKey(
        Doctor, models.PROTECT, null=True, related_name="medical_records", verbose_name=_("doctor")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="medical_records", verbose_name=_("appointment")
    )
    title = EncryptedTextField(subject="words_subject", help_text=_("At most 255 letters."), verbose_name=_("title"))
    description = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("description"))
    error_reason = EncryptedTextField(
        subject="words_subject", blank=True, help_text=_("Why it was entered in error."), verbose_name=_("error")
    )
    check_code = models.CharField(  # noqa: DJ001 (none is not unique)
        max_length=16,
        null=True,
        unique=True,
        help_text=_("By which anyone may check a prescription."),
        verbose_name=_("check code"),
    )

    objects = MedicalRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("medical record")
        verbose_name_plural = _("medical records")
        constraints = [
            _once_imported("record"),
            _status_is_known("record"),
            models.CheckConstraint(
                name="only_a_prescription_is_checked", condition=Q(type="prescription") | Q(check_code=None)
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-date", "-id"], name="record_patient_date"),
            models.Index(fields=["organization", "-created_at"], name="record_organization"),
        ]


class RecordOpened(models.Model):
    """The patient, or who acts for them, opened a record for the first time: it is no longer new."""

    record = models.OneToOneField(
        MedicalRecord, models.PROTECT, primary_key=True, related_name="opened", verbose_name=_("record")
    )
    user_id = models.UUIDField(verbose_name=_("person"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("first opening of a record")
        verbose_name_plural = _("first openings of records")


class Addendum(models.Model):
    """What was added to a record later. The record itself stays as it was written."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(MedicalRecord, models.PROTECT, related_name="addenda", verbose_name=_("record"))
    text = EncryptedTextField(subject="words_subject", verbose_name=_("text"))
    doctor = models.ForeignKey(Doctor, models.PROTECT, null=True, related_name="+", verbose_name=_("doctor"))
    written_by = models.UUIDField(verbose_name=_("written by"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the text: the record's."""
        return self.record.words_subject


class Attachment(models.Model):
    """A file of a record. Nobody reads it before it was checked; `key` is where the store keeps it."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("being checked")
        CLEAN = "clean", _("checked")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(MedicalRecord, models.PROTECT, related_name="attachments", verbose_name=_("record"))
    file_name = EncryptedTextField(subject="words_subject", verbose_name=_("file name"))
    file_type = models.CharField(max_length=100, help_text=_("Media type by its content."), verbose_name=_("file type"))
    file_size = models.PositiveIntegerField(help_text=_("Bytes."), verbose_name=_("file size"))
    key = models.CharField(max_length=200, unique=True, help_text=_("In the file store."), verbose_name=_("key"))
    sha256 = models.CharField(max_length=64, verbose_name="SHA-256")
    state = models.CharField(max_length=11, choices=State, default=State.QUARANTINED, verbose_name=_("state"))
    refused_because = models.CharField(max_length=40, blank=True, help_text=_("A code."), verbose_name=_("because"))
    checked_at = models.DateTimeField(null=True, verbose_name=_("checked at"))
    written_by = models.UUIDField(null=True, verbose_name=_("written by"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                name="attachment_is_checked",
                condition=Q(state="quarantined", checked_at=None)
                | Q(state__in=["clean", "refused"], checked_at__isnull=False),
            ),
            models.CheckConstraint(name="attachment_at_most_25_mb", condition=Q(file_size__lte=25 * 1024 * 1024)),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="attachment_unchecked", condition=Q(state="quarantined")),
        ]

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the file's name: the record's."""
        return self.record.words_subject


class FileClaim(models.Model):
    """A key of the file store that is taken for a file on its way, until a row refers to it. Tells of nobody."""

    key = models.CharField(max_length=200, unique=True, help_text=_("In the file store."), verbose_name=_("key"))
    claimed_at = models.DateTimeField(default=timezone.now, verbose_name=_("claimed at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("file on its way")
        verbose_name_plural = _("files on their way")


class Observation(Clinical):
    """One result (FHIR Observation).

    `words`: code, system (`http://loinc.org` …), display, value (a decimal as text, or words), unit, low, high (the
    reference range), interpretation (N, L, H, LL, HH, A, or empty), note.
    """

    record = models.ForeignKey(
        MedicalRecord, models.PROTECT, null=True, related_name="observations", verbose_name=_("record")
    )
    observed_at = models.DateTimeField(verbose_name=_("observed at"))
    words = EncryptedJsonField(subject="words_subject", verbose_name=_("result"))

    objects = ClinicalQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [_once_imported("observation"), _status_is_known("observation")]
        indexes = [models.Index(fields=["patient", "-observed_at"], name="observation_patient")]


class MedicationRequest(Clinical):
    """One medicine: prescribed (a line of a prescription), or told by the patient (FHIR MedicationRequest).

    `words`: code, system, display (the medicine), dose, route, frequency, duration, quantity, instructions.
    """

    class Intent(models.TextChoices):
        ORDER = "order", _("prescribed")
        REPORTED = "reported", _("told by the patient")

    record = models.ForeignKey(
        MedicalRecord, models.PROTECT, null=True, related_name="medications", verbose_name=_("record")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, null=True, related_name="+", verbose_name=_("doctor"))
    intent = models.CharField(max_length=8, choices=Intent, default=Intent.ORDER, verbose_name=_("kind"))
    starts_on = models.DateField(verbose_name=_("from"))
    ends_on = models.DateField(null=True, blank=True, verbose_name=_("until"))
    stopped_at = models.DateTimeField(null=True, verbose_name=_("stopped at"))
    words = EncryptedJsonField(subject="words_subject", verbose_name=_("medicine"))

    objects = ClinicalQuerySet.as_manager()

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("medicines")
        constraints = [
            _once_imported("medication"),
            _status_is_known("medication"),
            models.CheckConstraint(
                name="medication_prescribed_in_a_record",
                condition=Q(intent="reported") | Q(record__isnull=False) | ~Q(source_id=""),
            ),
        ]
        indexes = [models.Index(fields=["patient", "-starts_on"], name="medication_patient")]


class Condition(Clinical):
    """A problem of the patient (FHIR Condition). `words`: code, system (ICD-10 …), display, note."""

    class ClinicalStatus(models.TextChoices):
        ACTIVE = "active", _("active")
        RESOLVED = "resolved", _("resolved")

    doctor = models.ForeignKey(Doctor, models.PROTECT, null=True, related_name="+", verbose_name=_("doctor"))
    clinical_status = models.CharField(
        max_length=8, choices=ClinicalStatus, default=ClinicalStatus.ACTIVE, verbose_name=_("clinical status")
    )
    onset_on = models.DateField(null=True, blank=True, verbose_name=_("since"))
    resolved_on = models.DateField(null=True, blank=True, verbose_name=_("resolved on"))
    words = EncryptedJsonField(subject="words_subject", verbose_name=_("problem"))

    objects = ClinicalQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [_once_imported("condition"), _status_is_known("condition")]
        indexes = [models.Index(fields=["patient"], name="condition_patient")]


class AllergyIntolerance(Clinical):
    """An allergy (FHIR AllergyIntolerance).

    `words`: code, system, display (the substance), reaction, criticality (low, high), note.
    """

    doctor = models.ForeignKey(Doctor, models.PROTECT, null=True, related_name="+", verbose_name=_("doctor"))
    ended_on = models.DateField(null=True, blank=True, verbose_name=_("until"))
    words = EncryptedJsonField(subject="words_subject", verbose_name=_("allergy"))

    objects = ClinicalQuerySet.as_manager()

    class Meta:
        verbose_name = _("allergy")
        verbose_name_plural = _("allergies")
        constraints = [_once_imported("allergy"), _status_is_known("allergy")]
        indexes = [models.Index(fields=["patient"], name="allergy_patient")]
