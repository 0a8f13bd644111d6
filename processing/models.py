"""From a recording to a draft (S0 "Audio Upload and Processing"): the sound, what was said, how it was worked on."""

from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from clinic.models import Doctor
from patients.models import Consent, Patient
from processing.querysets import (
    NoticeQuerySet,
    OfRecordingQuerySet,
    PolledQuerySet,
    RecordingQuerySet,
    RunQuerySet,
    ScribePolicyQuerySet,
)
from records.codes.models import CodeSystem
from vitas.accounts.models import Organization
from vitas.common.fields import EncryptedJsonField
from vitas.common.ids import new_id


class Stage(models.TextChoices):
    """Where a recording stands. Each stage is one claim of the row; for `failed`, `failed_at` names the stage."""

    AWAITING = "awaiting", _("waiting for the sound")
    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("being checked")
    TRANSCRIBING = "transcribing", _("being written down")
    DRAFTING = "drafting", _("being drafted")
    CODING = "coding", _("looking for codes")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class ScribePolicy(models.Model):
    """How an organization wants its visits written down. Without a row: its language, 30 days of audio."""

    organization = models.OneToOneField(
        Organization, models.PROTECT, primary_key=True, related_name="scribe", verbose_name=_("organization")
    )
    language = models.CharField(
        max_length=5, blank=True, help_text=_("es, pt or en; empty: found in the sound."), verbose_name=_("language")
    )
    audio_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(3650)],
        help_text=_("Days that the sound is kept once its note is signed."),
        verbose_name=_("days of audio"),
    )
    glossary = models.TextField(
        blank=True, help_text=_("Words to recognize, one a line: medicines, names, places."), verbose_name=_("glossary")
    )
    code_system = models.ForeignKey(
        CodeSystem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("code table")
    )

    objects = ScribePolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of recordings")
        verbose_name_plural = _("rules of recordings")


class Recording(models.Model):
    """The sound of a visit, from the address it may be uploaded to until its note is ready.

    `key` is drawn by the server and names nobody. The row is claimed for one stage at a time: `claim` is the token of
    whoever works on it, until `claimed_until`; after that anyone may take it up again.
    """

    class Source(models.TextChoices):
        RECORDED = "recorded", _("recorded on the page")
        UPLOADED = "uploaded", _("uploaded as a file")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="recordings", verbose_name=_("appointment")
    )
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="recordings", verbose_name=_("doctor"))
    source = models.CharField(max_length=8, choices=Source, verbose_name=_("source"))
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="+", verbose_name=_("consent"))
    created_by = models.UUIDField(verbose_name=_("made by"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    key = models.CharField(max_length=200, unique=True, help_text=_("In the file store."), verbose_name=_("key"))
    content_type = models.CharField(max_length=40, help_text=_("As announced."), verbose_name=_("type"))
    size = models.PositiveBigIntegerField(null=True, help_text=_("Bytes."), verbose_name=_("size"))
    sha256 = models.CharField(max_length=64, blank=True, verbose_name="SHA-256")
    upload_ends_at = models.DateTimeField(help_text=_("Of its address."), verbose_name=_("upload ends at"))
    uploaded_at = models.DateTimeField(null=True, verbose_name=_("uploaded at"))
    audio_deleted_at = models.DateTimeField(null=True, verbose_name=_("audio deleted at"))

    stage = models.CharField(max_length=12, choices=Stage, default=Stage.AWAITING, verbose_name=_("stage"))
    seconds = models.FloatField(null=True, help_text=_("Length."), verbose_name=_("seconds"))
    percent = models.PositiveSmallIntegerField(default=0, help_text=_("Of the stage."), verbose_name=_("percent"))
    seconds_left = models.PositiveIntegerField(null=True, help_text=_("Estimated."), verbose_name=_("seconds left"))
    claim = models.UUIDField(null=True, help_text=_("Whose work it is just now."), verbose_name=_("claim"))
    claimed_until = models.DateTimeField(null=True, verbose_name=_("claimed until"))
    tries = models.PositiveSmallIntegerField(default=0, help_text=_("Of the stage."), verbose_name=_("tries"))
    next_try_at = models.DateTimeField(null=True, verbose_name=_("next try at"))
    failed_at = models.CharField(max_length=12, blank=True, verbose_name=_("failed in stage"))
    error_code = models.CharField(max_length=40, blank=True, help_text=_("A code."), verbose_name=_("error"))
    ready_at = models.DateTimeField(null=True, verbose_name=_("ready at"))

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        constraints = [
            models.CheckConstraint(name="recording_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="recording_failed_with_a_reason",
                condition=(Q(stage="failed") & ~Q(error_code="") & ~Q(failed_at="")) | ~Q(stage="failed"),
            ),
            models.CheckConstraint(
                name="recording_uploaded_whole",
                condition=Q(stage__in=["awaiting", "failed"]) | Q(uploaded_at__isnull=False, size__isnull=False),
            ),
            models.CheckConstraint(name="recording_percent", condition=Q(percent__lte=100)),
            models.CheckConstraint(
                name="recording_claimed_whole",
                condition=Q(claim=None, claimed_until=None) | Q(claim__isnull=False, claimed_until__isnull=False),
            ),
            models.CheckConstraint(
                name="recording_at_most_500_mb", condition=Q(size=None) | Q(size__lte=500 * 1024 * 1024)
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="recording_unfinished",
                condition=~Q(stage__in=["ready", "failed"]),
            ),
            models.Index(fields=["patient"], name="recording_patient"),
        ]


class RecordingPiece(models.Model):
    """A piece of a recording that is being made, as the browser sent it. Gone once the whole is put together."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="pieces", verbose_name=_("recording"))
    number = models.PositiveIntegerField(help_text=_("From 0."), verbose_name=_("number"))
    size = models.PositiveIntegerField(help_text=_("Bytes."), verbose_name=_("size"))
    sha256 = models.CharField(max_length=64, verbose_name="SHA-256")
    key = models.CharField(max_length=200, unique=True, help_text=_("In the file store."), verbose_name=_("key"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OfRecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of a recording")
        verbose_name_plural = _("pieces of recordings")
        constraints = [models.UniqueConstraint(fields=["recording", "number"], name="recording_piece_once")]


class Transcript(models.Model):
    """What was said.

    `body`: `{"segments": [{"id", "index", "start", "end", "speaker", "text", "confidence", "words"}]}`.
    Seconds from the beginning; `speaker` doctor, patient or other; `confidence` 0 to 1; `words`
    `[[start, end, text, confidence], …]`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recording = models.OneToOneField(Recording, models.PROTECT, related_name="transcript", verbose_name=_("recording"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    sealed_for = models.UUIDField(null=True, editable=False, verbose_name=_("sealed for"))
    language = models.CharField(max_length=5, verbose_name=_("language"))
    transcriber = models.CharField(max_length=80, help_text=_("What wrote it down."), verbose_name=_("transcriber"))
    body = EncryptedJsonField(subject="words_subject", verbose_name=_("text"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OfRecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the text: the patient's under whom it was written."""
        return self.sealed_for or self.patient_id


class ProcessingRun(models.Model):
    """One try of one stage: what did it, for how long, at what cost, and how it ended."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        AGAIN = "again", _("to be tried again")
        FAILED = "failed", _("failed")
        LOST = "lost", _("the worker was lost")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="runs", verbose_name=_("recording"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    stage = models.CharField(max_length=12, choices=Stage, verbose_name=_("stage"))
    claim = models.UUIDField(unique=True, verbose_name=_("claim"))
    engine = models.CharField(max_length=80, blank=True, help_text=_("Provider and model."), verbose_name=_("engine"))
    details = models.JSONField(default=dict, help_text=_("Versions, options, counts."), verbose_name=_("details"))
    cost_micro = models.BigIntegerField(default=0, help_text=_("Millionths of a US dollar."), verbose_name=_("cost"))
    started_at = models.DateTimeField(default=timezone.now, verbose_name=_("started at"))
    ended_at = models.DateTimeField(null=True, verbose_name=_("ended at"))
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True, verbose_name=_("outcome"))
    error_code = models.CharField(max_length=40, blank=True, help_text=_("A code."), verbose_name=_("error"))

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("try of a stage")
        verbose_name_plural = _("tries of stages")


class Notice(models.Model):
    """That the work on a recording came to an end, kept until its doctor's client asks (S0 `processing-webhook`).

    `key` makes the same notice once; `words` is what a service outside said of it, empty for our own.
    """

    class Type(models.TextChoices):
        SUCCESS = "success", _("done")
        ERROR = "error", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True, verbose_name=_("key"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="+", db_index=False, verbose_name=_("doctor"))
    recording_id = models.UUIDField(null=True, verbose_name=_("recording"))
    appointment_id = models.UUIDField(null=True, verbose_name=_("appointment"))
    type = models.CharField(max_length=7, choices=Type, verbose_name=_("type"))
    service = models.CharField(max_length=40, verbose_name=_("service"))
    error_code = models.CharField(max_length=40, blank=True, help_text=_("A code."), verbose_name=_("error"))
    words = EncryptedJsonField(verbose_name=_("text"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of a recording")
        verbose_name_plural = _("notices of recordings")
        constraints = [
            models.CheckConstraint(
                name="notice_of_an_error_says_which",
                condition=Q(type="success", error_code="") | Q(type="error") & ~Q(error_code=""),
            ),
        ]
        indexes = [models.Index(fields=["doctor", "id"], name="notice_doctor")]


class Polled(models.Model):
    """A person's client was given a notice."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="polls", verbose_name=_("notice of a recording"))
    user_id = models.UUIDField(verbose_name=_("person"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))

    objects = PolledQuerySet.as_manager()

    class Meta:
        verbose_name = _("given notice of a recording")
        verbose_name_plural = _("given notices of recordings")
        constraints = [models.UniqueConstraint(fields=["user_id", "notice"], name="notice_given_once")]
