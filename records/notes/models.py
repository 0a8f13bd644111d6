"""Notes of visits (S0 "SOAP Report Retrieval") and their diagnoses.

A note is a draft until its doctor signs it; then the database lets nobody change it, and it stands in the patient's
file as a medical record, to which addenda may be written. Who or what drafted it is a name here, nothing more.
"""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from clinic.models import Doctor
from records.models import Clinical, MedicalRecord
from records.notes.querysets import (
    DiagnosisQuerySet,
    NoteQuerySet,
    NoteSaveQuerySet,
    NoteTemplateQuerySet,
    NoteVersionQuerySet,
)
from vitas.accounts.models import Organization
from vitas.common.fields import EncryptedJsonField
from vitas.common.ids import new_id


class Part(models.TextChoices):
    """The four parts of a SOAP note, in their order."""

    SUBJECTIVE = "subjective", _("subjective")
    OBJECTIVE = "objective", _("objective")
    ASSESSMENT = "assessment", _("assessment")
    PLAN = "plan", _("plan")


class NoteTemplate(models.Model):
    """How an organization's notes are laid out.

    `sections`: in their order, `[{"key", "title", "part", "standing": ["a phrase that every note has", …]}]`; each
    section belongs to one part of SOAP.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="note_templates", verbose_name=_("organization")
    )
    name = models.CharField(max_length=80, verbose_name=_("name"))
    sections = models.JSONField(verbose_name=_("sections"))
    is_default = models.BooleanField(default=False, verbose_name=_("the usual one"))
    is_active = models.BooleanField(default=True, verbose_name=_("active"))

    objects = NoteTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of notes")
        verbose_name_plural = _("templates of notes")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="note_template_named_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(is_default=True), name="one_usual_note_template"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Note(Clinical):
    """The note of one visit.

    `body` is told of in bodies.py. `version` goes up with every change of it: who saves names the one they have seen.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SIGNED = "signed", _("signed")

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="visit_notes", db_index=False, verbose_name=_("appointment")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="notes", verbose_name=_("doctor"))
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT, verbose_name=_("state"))
    version = models.PositiveIntegerField(default=1, verbose_name=_("version"))
    language = models.CharField(max_length=5, verbose_name=_("language"))
    template = models.ForeignKey(
        NoteTemplate, models.PROTECT, null=True, related_name="+", verbose_name=_("template of notes")
    )
    drafter = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("What drafted it; empty: a person."),
        verbose_name=_("drafter"),
    )
    drafted_from = models.UUIDField(null=True, help_text=_("The recording."), verbose_name=_("drafted from"))
    body = EncryptedJsonField(subject="words_subject", verbose_name=_("text"))
    survived = models.FloatField(
        null=True, help_text=_("Share of the draft's words that were signed, 0 to 1."), verbose_name=_("survived")
    )
    signed_at = models.DateTimeField(null=True, verbose_name=_("signed at"))
    signed_by = models.UUIDField(null=True, verbose_name=_("signed by"))
    record = models.OneToOneField(
        MedicalRecord, models.PROTECT, null=True, related_name="note", verbose_name=_("medical record")
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(status="current"), name="one_standing_note_a_visit"
            ),
            models.CheckConstraint(
                name="note_is_signed_whole",
                condition=Q(state="draft", signed_at=None, signed_by=None, record=None)
                | Q(state="signed", signed_at__isnull=False, signed_by__isnull=False, record__isnull=False),
            ),
            models.CheckConstraint(
                name="survived_is_a_share", condition=Q(survived=None) | Q(survived__gte=0, survived__lte=1)
            ),
        ]
        indexes = [models.Index(fields=["patient", "-created_at"], name="note_patient")]


class NoteVersion(models.Model):
    """A note's text as it stood: as drafted, as a person left it, as signed. Only ever added."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", _("drafted")
        EDITED = "edited", _("edited")
        SIGNED = "signed", _("signed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = models.ForeignKey(Note, models.PROTECT, related_name="versions", verbose_name=_("note"))
    number = models.PositiveIntegerField(verbose_name=_("version"))
    kind = models.CharField(max_length=7, choices=Kind, verbose_name=_("kind"))
    body = EncryptedJsonField(subject="words_subject", verbose_name=_("text"))
    made_by = models.UUIDField(null=True, help_text=_("The user; none for a machine."), verbose_name=_("made by"))
    made_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = NoteVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a note")
        verbose_name_plural = _("versions of notes")
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="note_version_numbered_once")]

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the text: the note's."""
        return self.note.words_subject


class NoteSave(models.Model):
    """A draft's text after one save: what a later save by somebody who had not seen it is merged with.

    The latest are kept while the note is a draft (editing.py); once it is signed they go.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = models.ForeignKey(Note, models.PROTECT, related_name="saves", db_index=False, verbose_name=_("note"))
    version = models.PositiveIntegerField(verbose_name=_("version"))
    body = EncryptedJsonField(subject="words_subject", verbose_name=_("text"))
    made_by = models.UUIDField(null=True, help_text=_("The user; none for a machine."), verbose_name=_("made by"))
    made_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = NoteSaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved state of a note")
        verbose_name_plural = _("saved states of notes")
        constraints = [models.UniqueConstraint(fields=["note", "version"], name="note_saved_once_a_version")]

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the text: the note's."""
        return self.note.words_subject


class Diagnosis(Clinical):
    """A diagnosis of a visit: suggested by a machine, or written by a doctor; it counts once a doctor accepts it.

    `words`: code, system (FHIR's URI), table (CodeSystem.key), display, evidence (`[{"sentence" or "segment": id,
    "start", "end", "text"}]`, offsets in letters), suspected (bool).
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="diagnoses", verbose_name=_("appointment")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="+", verbose_name=_("doctor"))
    state = models.CharField(max_length=9, choices=State, default=State.SUGGESTED, verbose_name=_("state"))
    code_hash = models.CharField(
        max_length=64, help_text=_("Keyed hash of table and code: the same is there once."), verbose_name=_("hash")
    )
    coder = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("What suggested it; empty: a doctor."),
        verbose_name=_("coder"),
    )
    score = models.FloatField(null=True, help_text=_("0 to 1, of the coder."), verbose_name=_("score"))
    words = EncryptedJsonField(subject="words_subject", verbose_name=_("diagnosis"))
    decided_at = models.DateTimeField(null=True, verbose_name=_("decided at"))
    decided_by = models.UUIDField(null=True, verbose_name=_("decided by"))

    objects = DiagnosisQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "code_hash"], condition=Q(status="current"), name="diagnosis_once_a_visit"
            ),
            models.CheckConstraint(
                name="diagnosis_is_decided_whole",
                condition=Q(state="suggested", decided_at=None) | Q(~Q(state="suggested"), decided_at__isnull=False),
            ),
        ]
