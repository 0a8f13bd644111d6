"""Visits, the steps they took, and the time they claim."""

from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.querysets import AppointmentQuerySet, CalendarFeedQuerySet, OfVisitQuerySet
from clinic.models import Clinic, Doctor, DoctorPlace, VisitType
from patients.models import Patient
from vitas.accounts.models import Organization, User
from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id


class Status(models.TextChoices):
    """Where a visit stands (api.md of the integration: S0, S3 and S4 made one)."""

    PENDING = "pending", _("held, waiting for payment")
    SCHEDULED = "scheduled", _("scheduled")
    CONFIRMED = "confirmed", _("confirmed")
    CHECKED_IN = "checked_in", _("waiting")
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")
    NO_SHOW = "no_show", _("did not come")
    EXPIRED = "expired", _("hold lapsed")


FIRM = (Status.SCHEDULED, Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS)


class Appointment(models.Model):
    """A visit of a patient with a doctor at a place. `id` may be the client's own (`appointmentId`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Two keys of several columns stand in the database for these four: the doctor and the clinic are the place's, the
    # organization is the clinic's. They promise more than four single ones, and cost half.
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organization"),
    )
    clinic = models.ForeignKey(
        Clinic,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        db_constraint=False,
        verbose_name=_("clinic"),
    )
    doctor = models.ForeignKey(
        Doctor,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        db_constraint=False,
        verbose_name=_("doctor"),
    )
    place = models.ForeignKey(
        DoctorPlace,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        db_constraint=False,
        verbose_name=_("place"),
    )
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="appointments", db_index=False, verbose_name=_("patient")
    )
    starts_at = models.DateTimeField(verbose_name=_("begins"))
    ends_at = models.DateTimeField(verbose_name=_("ends"))
    type = models.CharField(max_length=20, choices=VisitType, default=VisitType.CONSULTATION, verbose_name=_("type"))
    status = models.CharField(max_length=12, choices=Status, verbose_name=_("status"))
    hold_ends_at = models.DateTimeField(
        null=True, help_text=_("Only while pending: when the hold lapses."), verbose_name=_("hold ends")
    )
    fee = models.BigIntegerField(help_text=_("Minor units, as the doctor asked at booking."), verbose_name=_("fee"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    payment_in_advance = models.BooleanField(verbose_name=_("paid in advance"))
    # Words stay under the key that sealed them, also when the patient turns out to be one with another.
    sealed_for = models.UUIDField(
        null=True,
        editable=False,
        help_text=_("Whose key seals the words, if not the patient's."),
        verbose_name=_("sealed for"),
    )
    reason = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("reason"))
    notes = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("notes"))
    is_virtual = models.BooleanField(default=False, verbose_name=_("by video"))
    virtual_meeting_url = models.CharField(max_length=500, blank=True, verbose_name=_("address of the video call"))
    booked_by = models.UUIDField(null=True, help_text=_("The user who booked."), verbose_name=_("booked by"))
    booked_by_role = models.CharField(max_length=30, verbose_name=_("booked by role"))
    request_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("What the client asked for under this id."),
        verbose_name=_("request hash"),
    )
    series = models.UUIDField(null=True, verbose_name=_("series"))
    version = models.PositiveIntegerField(default=1, verbose_name=_("version"))
    firm_at = models.DateTimeField(
        null=True, help_text=_("When it first stood: scheduled, or confirmed by payment."), verbose_name=_("firm since")
    )
    check_in_time = models.DateTimeField(null=True, verbose_name=_("arrived"))
    started_at = models.DateTimeField(null=True, verbose_name=_("begun"))
    check_out_time = models.DateTimeField(null=True, verbose_name=_("completed"))
    cancelled_at = models.DateTimeField(null=True, verbose_name=_("cancelled"))
    cancellation_reason = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("cancellation reason"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    updated_at = models.DateTimeField(default=timezone.now, verbose_name=_("changed at"))

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(name="visit_ends_later", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="visit_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="only_a_hold_ends",
                condition=Q(status="pending", hold_ends_at__isnull=False) | ~Q(status="pending"),
            ),
            models.CheckConstraint(name="visit_fee_is_not_negative", condition=Q(fee__gte=0)),
        ]
        indexes = [
            models.Index(fields=["patient", "-starts_at", "-id"], name="visit_patient"),
            models.Index(fields=["doctor", "-starts_at", "-id"], name="visit_doctor"),
            models.Index(fields=["organization", "-starts_at", "-id"], name="visit_organization"),
            models.Index(fields=["clinic", "starts_at"], name="visit_clinic"),
            models.Index(fields=["hold_ends_at"], name="visit_holds", condition=Q(status="pending")),
        ]

    @property
    def words_subject(self) -> UUID:
        """Whose key seals reason and notes: the patient's under whom it was booked."""
        return self.sealed_for or self.patient_id


class AppointmentStep(models.Model):
    """One change of status, kept for ever."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="steps", verbose_name=_("appointment"))
    before = models.CharField(max_length=12, choices=Status, blank=True, verbose_name=_("from"))
    after = models.CharField(max_length=12, choices=Status, verbose_name=_("to"))
    by = models.UUIDField(null=True, help_text=_("The user who took it; none for the system."), verbose_name=_("by"))
    by_role = models.CharField(max_length=30, verbose_name=_("role"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))
    reason = EncryptedTextField(subject="words_subject", blank=True, verbose_name=_("reason"))

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an appointment")
        verbose_name_plural = _("steps of appointments")

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the reason."""
        return self.appointment.words_subject


class TimeClaim(models.Model):
    """A stretch of someone's time that is taken. Rows exist only while the time is held or booked.

    `resource` is a doctor's, a patient's, a room's or a device's id; `span` includes buffers; `lane` is 0 unless an
    allowed overbooking takes another; `held_until` is when the hold behind it lapses, null once the time is firm.
    """

    resource = models.UUIDField(verbose_name=_("whose time"))
    span = DateTimeRangeField(verbose_name=_("time"))
    lane = models.PositiveSmallIntegerField(default=0, verbose_name=_("lane"))
    held_until = models.DateTimeField(null=True, verbose_name=_("held until"))
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="claims", verbose_name=_("appointment"))

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("claimed time")
        verbose_name_plural = _("claimed times")
        constraints = [
            ExclusionConstraint(
                name="time_is_claimed_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("lane", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="claim_is_not_empty", condition=Q(span__isempty=False)),
        ]


class CalendarFeed(models.Model):
    """A private address under which a calendar program reads a person's visits, and those of their family.

    The secret in the address is found by its hash, and kept sealed so that its owner can add it on a second device.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="calendar_feeds", verbose_name=_("person"))
    token_hash = models.CharField(max_length=64, unique=True, verbose_name=_("token hash"))
    token = EncryptedTextField(help_text=_("Empty once revoked."), verbose_name=_("token"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    last_used_at = models.DateTimeField(
        null=True, help_text=_("Written down at most daily."), verbose_name=_("last used")
    )
    revoked_at = models.DateTimeField(null=True, verbose_name=_("revoked at"))

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_live_feed_a_user"),
        ]
