"""Patients, who may act for them, under which numbers they are known, and who cares for them."""

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.models import Doctor
from patients.documents import Bare
from patients.querysets import (
    BreakGlassQuerySet,
    ConsentQuerySet,
    OfOrganizationAndPatientQuerySet,
    OfPatientQuerySet,
    PatientMergeQuerySet,
    PatientQuerySet,
)
from vitas.accounts.models import Language, Organization, User
from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id
from vitas.common.search_key import search_key


class Patient(models.Model):
    """A person who is cared for, known to many organizations. A phone may be a family's: it is not unique."""

    class Status(models.TextChoices):
        REGISTERED_VIA_WHATSAPP = "registered_via_whatsapp", _("by phone, themselves")
        REGISTERED_AT_DESK = "registered_at_desk", _("at the front desk")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first_name = models.CharField(max_length=100, verbose_name=_("first name"))
    last_name = models.CharField(max_length=100, blank=True, verbose_name=_("last name"))
    birth_date = models.DateField(null=True, blank=True, verbose_name=_("birth date"))
    phone = models.CharField(
        max_length=16,
        blank=True,
        help_text=_("With + and the country, such as +5491155550101."),
        verbose_name=_("phone"),
    )
    email = models.EmailField(blank=True, verbose_name=_("e-mail"))
    city = models.CharField(max_length=100, blank=True, verbose_name=_("city"))
    language = models.CharField(max_length=5, choices=Language, default=Language.SPANISH, verbose_name=_("language"))
    zone = models.CharField(max_length=64, blank=True, help_text=_("IANA time zone"), verbose_name=_("time zone"))
    status = models.CharField(
        max_length=30, choices=Status, default=Status.REGISTERED_VIA_WHATSAPP, verbose_name=_("status")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    name_key = models.CharField(max_length=210, editable=False, help_text="Name as search reads it.")
    last_used_at = models.DateTimeField(
        null=True, help_text=_("When somebody last acted as this patient."), verbose_name=_("last used")
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    updated_at = models.DateTimeField(auto_now=True, verbose_name=_("changed at"))

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        constraints = [
            models.CheckConstraint(
                name="patient_phone_is_e164", condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$")
            ),
            models.CheckConstraint(name="patient_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
        ]
        indexes = [
            models.Index(fields=["phone"], name="patient_phone"),
            GinIndex(OpClass(F("name_key"), name="gin_trgm_ops"), name="patient_name_trgm"),
            GinIndex(OpClass(F("phone"), name="gin_trgm_ops"), name="patient_phone_trgm"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_key = search_key(self.full_name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class PatientAccess(models.Model):
    """A user may act for a patient: oneself, a child, somebody in one's care. Unverified access opens nothing."""

    class Relation(models.TextChoices):
        SELF = "self", _("oneself")
        CHILD = "child", _("child")
        WARD = "ward", _("person in my care")

    user = models.ForeignKey(User, models.PROTECT, related_name="patient_access", verbose_name=_("person"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="access", verbose_name=_("patient"))
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.SELF, verbose_name=_("relation"))
    verified_at = models.DateTimeField(null=True, verbose_name=_("verified at"))
    ended_at = models.DateTimeField(null=True, verbose_name=_("ended at"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OfPatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a patient")
        verbose_name_plural = _("access to patients")
        constraints = [
            models.UniqueConstraint(fields=["user", "patient"], condition=Q(ended_at=None), name="one_live_access")
        ]

    def __str__(self) -> str:
        return f"{self.patient} · {self.get_relation_display()}"


class PatientIdentifier(models.Model):
    """A number under which a country knows the patient: DNI, CPF, passport."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="identifiers", verbose_name=_("patient"))
    country = models.CharField(max_length=2, verbose_name=_("country"))
    kind = models.CharField(max_length=20, help_text=_("dni, cpf, passport, …"), verbose_name=_("kind"))
    number = models.CharField(max_length=40, verbose_name=_("number"))

    objects = OfPatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient's document")
        verbose_name_plural = _("patients' documents")
        constraints = [models.UniqueConstraint(fields=["country", "kind", "number"], name="identifier_once")]
        indexes = [models.Index(OpClass(Bare("number"), name="text_pattern_ops"), name="identifier_bare")]

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.number}"


class PatientFile(models.Model):
    """The patient is known to an organization, under its own file number. Made by the first booking there."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="patient_files", verbose_name=_("organization")
    )
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="files", verbose_name=_("patient"))
    number = models.PositiveIntegerField(verbose_name=_("number"))
    opened_at = models.DateTimeField(default=timezone.now, verbose_name=_("opened at"))

    objects = OfOrganizationAndPatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient's file")
        verbose_name_plural = _("patients' files")
        constraints = [
            models.UniqueConstraint(fields=["organization", "patient"], name="one_file_a_patient"),
            models.UniqueConstraint(fields=["organization", "number"], name="file_number_once"),
        ]
        indexes = [models.Index(fields=["patient"], name="file_patient")]

    def __str__(self) -> str:
        return str(self.number)


class CareRelationship(models.Model):
    """A doctor cares for a patient, from the first visit that was confirmed or checked in."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="care_relationships", verbose_name=_("organization")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="care_relationships", verbose_name=_("doctor"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="care_relationships", verbose_name=_("patient"))
    began_at = models.DateTimeField(default=timezone.now, verbose_name=_("began at"))
    ended_at = models.DateTimeField(null=True, verbose_name=_("ended at"))
    because = models.CharField(
        max_length=60, help_text=_("What began it: appointment, transfer, …"), verbose_name=_("because of")
    )

    objects = OfOrganizationAndPatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("care relationship")
        verbose_name_plural = _("care relationships")
        constraints = [
            models.UniqueConstraint(fields=["doctor", "patient"], condition=Q(ended_at=None), name="one_live_care"),
        ]
        indexes = [models.Index(fields=["patient"], name="care_patient")]

    def __str__(self) -> str:
        return f"{self.doctor} · {self.patient}"


class Consent(models.Model):
    """A patient allows an organization something, as the text says that was shown; dated, and revocable at any time.

    `sharing`: what `organization` keeps may be read by those who care for the patient at `recipient`.
    """

    class Kind(models.TextChoices):
        SHARING = "sharing", _("sharing with another organization")
        RECORDING = "recording", _("recording of visits")
        MESSAGES = "messages", _("messages")
        RESEARCH = "research", _("research")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents", verbose_name=_("patient"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="consents", verbose_name=_("organization")
    )
    kind = models.CharField(max_length=10, choices=Kind, verbose_name=_("kind"))
    recipient = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents_received",
        verbose_name=_("shared with"),
    )
    version = models.CharField(max_length=20, help_text=_("Of the text."), verbose_name=_("version"))
    language = models.CharField(max_length=5, choices=Language, verbose_name=_("language"))
    text = models.TextField(help_text=_("As it was shown."), verbose_name=_("text"))
    given_at = models.DateTimeField(default=timezone.now, verbose_name=_("given at"))
    given_by = models.UUIDField(help_text=_("The user who gave it, or wrote it down."), verbose_name=_("given by"))
    in_person = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Said to the doctor, who wrote it down."),
        verbose_name=_("given in person"),
    )
    revoked_at = models.DateTimeField(null=True, verbose_name=_("revoked at"))
    revoked_by = models.UUIDField(null=True, verbose_name=_("revoked by"))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "organization", "kind", "recipient"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="one_live_consent",
            ),
            models.CheckConstraint(
                name="only_sharing_has_a_recipient",
                condition=Q(kind="sharing", recipient__isnull=False) | ~Q(kind="sharing") & Q(recipient=None),
            ),
            models.CheckConstraint(name="shared_with_another", condition=~Q(recipient=F("organization"))),
            models.CheckConstraint(
                name="consent_is_revoked_later", condition=Q(revoked_at=None) | Q(revoked_at__gte=F("given_at"))
            ),
        ]
        indexes = [models.Index(fields=["recipient", "patient"], name="consent_recipient")]

    def __str__(self) -> str:
        return f"{self.patient} · {self.get_kind_display()}"


class BreakGlass(models.Model):
    """A doctor opened a patient of the organization whom they do not care for, with a reason; for an hour at most.

    The patient is told, and a reviewer closes it.
    """

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", _("justified")
        NOT_JUSTIFIED = "not_justified", _("not justified")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="broken_glass", verbose_name=_("organization")
    )
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="broken_glass", verbose_name=_("doctor"))
    user_id = models.UUIDField(help_text=_("Who signed in."), verbose_name=_("person"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="broken_glass", verbose_name=_("patient"))
    sealed_for = models.UUIDField(
        null=True,
        editable=False,
        help_text=_("Whose key seals the words, if not the patient's."),
        verbose_name=_("sealed for"),
    )
    reason = EncryptedTextField(subject="words_subject", verbose_name=_("reason"))
    opened_at = models.DateTimeField(default=timezone.now, verbose_name=_("opened at"))
    ends_at = models.DateTimeField(verbose_name=_("ends at"))
    verdict = models.CharField(max_length=13, choices=Verdict, blank=True, verbose_name=_("verdict"))
    review = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("review"))
    reviewed_at = models.DateTimeField(null=True, verbose_name=_("reviewed at"))
    reviewed_by = models.UUIDField(null=True, verbose_name=_("reviewed by"))

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency access")
        constraints = [
            models.CheckConstraint(
                name="glass_is_broken_for_an_hour",
                condition=Q(ends_at__gte=F("opened_at")) & Q(ends_at__lte=F("opened_at") + timedelta(hours=1)),
            ),
            models.CheckConstraint(
                name="glass_is_reviewed_whole",
                condition=Q(verdict="", reviewed_at=None, reviewed_by=None)
                | Q(verdict__in=["justified", "not_justified"], reviewed_at__isnull=False, reviewed_by__isnull=False),
            ),
            models.CheckConstraint(name="nobody_reviews_themselves", condition=~Q(reviewed_by=F("user_id"))),
        ]
        indexes = [
            models.Index(fields=["doctor", "patient", "ends_at"], name="glass_doctor"),
            models.Index(fields=["organization", "-opened_at"], name="glass_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} · {self.patient}"

    @property
    def is_open(self) -> bool:
        return self.ends_at > timezone.now()

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the words: the patient's whose record was opened."""
        return self.sealed_for or self.patient_id


class PatientMerge(models.Model):
    """Two patients were one: what the merged one had went to the kept one. Kept for ever; undone at most once.

    `moved` names rows by their keys, so that undoing brings back these and no others (patients/merging.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="patient_merges", verbose_name=_("organization")
    )
    kept = models.ForeignKey(Patient, models.PROTECT, related_name="merges", verbose_name=_("kept"))
    merged = models.ForeignKey(Patient, models.PROTECT, related_name="merged_in", verbose_name=_("merged"))
    reason = EncryptedTextField(subject="kept_id", verbose_name=_("reason"))
    moved = models.JSONField(help_text=_("Keys only, a rule's name each."), verbose_name=_("moved"))
    merged_at = models.DateTimeField(default=timezone.now, verbose_name=_("merged at"))
    merged_by = models.UUIDField(null=True, help_text=_("The user; none for the sweep."), verbose_name=_("merged by"))
    undone_at = models.DateTimeField(null=True, verbose_name=_("undone at"))
    undone_by = models.UUIDField(null=True, verbose_name=_("undone by"))

    objects = PatientMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of patients")
        verbose_name_plural = _("merged patients")
        indexes = [models.Index(fields=["organization", "-merged_at"], name="merge_organization")]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"
