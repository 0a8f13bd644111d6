"""Clinics (places), doctors, staff places, weekly hours, absences and holidays, and the directory's day counts."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from clinic.keys import SearchKeyField
from clinic.querysets import (
    AbsenceQuerySet,
    ClinicQuerySet,
    DoctorPlaceQuerySet,
    DoctorQuerySet,
    HolidayQuerySet,
    LicenceQuerySet,
    PlaceRowQuerySet,
    StaffPlaceQuerySet,
    VisitKindQuerySet,
)
from vitas.accounts.models import Membership, Organization
from vitas.common.ids import new_id


class Specialty(models.TextChoices):
    """S3 1.2."""

    CARDIOLOGY = "cardiology", _("Cardiology")
    DERMATOLOGY = "dermatology", _("Dermatology")
    FAMILY_MEDICINE = "family_medicine", _("Family Medicine")
    INTERNAL_MEDICINE = "internal_medicine", _("Internal Medicine")
    NEUROLOGY = "neurology", _("Neurology")
    OBSTETRICS_GYNECOLOGY = "obstetrics_gynecology", _("Obstetrics and Gynecology")
    ONCOLOGY = "oncology", _("Oncology")
    OPHTHALMOLOGY = "ophthalmology", _("Ophthalmology")
    ORTHOPEDICS = "orthopedics", _("Orthopedics")
    PEDIATRICS = "pediatrics", _("Pediatrics")
    PSYCHIATRY = "psychiatry", _("Psychiatry")
    RADIOLOGY = "radiology", _("Radiology")
    SURGERY = "surgery", _("Surgery")
    UROLOGY = "urology", _("Urology")


class VisitType(models.TextChoices):
    """S3 1.1, appointment types."""

    ROUTINE_CHECKUP = "routine_checkup", _("Routine check-up")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CONSULTATION = "consultation", _("Consultation")
    URGENT_CARE = "urgent_care", _("Urgent care")
    PROCEDURE = "procedure", _("Procedure")
    LAB_WORK = "lab_work", _("Lab work")
    VACCINATION = "vaccination", _("Vaccination")
    TELEHEALTH = "telehealth", _("Telehealth")


class Clinic(models.Model):
    """A place where an organization sees patients, with its own wall clock and currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="clinics", verbose_name=_("organization")
    )
    name = models.CharField(max_length=200, verbose_name=_("name"))
    address = models.CharField(max_length=255, verbose_name=_("address"))
    city = models.CharField(max_length=100, verbose_name=_("city"))
    state = models.CharField(max_length=100, blank=True, verbose_name=_("state"))
    zip_code = models.CharField(max_length=12, blank=True, verbose_name=_("postal code"))
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"), verbose_name=_("country"))
    latitude = models.FloatField(help_text=_("Degrees, WGS 84"), verbose_name=_("latitude"))
    longitude = models.FloatField(help_text=_("Degrees, WGS 84"), verbose_name=_("longitude"))
    zone = models.CharField(max_length=64, help_text=_("IANA time zone"), verbose_name=_("time zone"))
    currency = models.CharField(max_length=3, help_text=_("ISO 4217"), verbose_name=_("currency"))
    phone = models.CharField(max_length=20, blank=True, verbose_name=_("phone"))
    active = models.BooleanField(default=True, verbose_name=_("active"))
    name_key = SearchKeyField(max_length=250, of=["name"])
    city_key = SearchKeyField(max_length=150, of=["city"])
    where_key = SearchKeyField(max_length=1000, of=["name", "address", "city", "state", "zip_code"])
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        constraints = [
            # What a visit refers to, so that its organization is the clinic's.
            models.UniqueConstraint(fields=["id", "organization"], name="clinic_of_organization"),
            models.CheckConstraint(name="clinic_latitude", condition=Q(latitude__range=(-90, 90))),
            models.CheckConstraint(name="clinic_longitude", condition=Q(longitude__range=(-180, 180))),
            models.CheckConstraint(name="clinic_currency", condition=Q(currency__regex="^[A-Z]{3}$")),
        ]
        indexes = [
            GinIndex(
                OpClass(F("name_key"), name="gin_trgm_ops"),
                OpClass(F("city_key"), name="gin_trgm_ops"),
                OpClass(F("where_key"), name="gin_trgm_ops"),
                name="clinic_words_trgm",
            )
        ]

    def __str__(self) -> str:
        return self.name


class StaffPlace(models.Model):
    """A member of staff works at a clinic: the desk's and the nurses' own clinics."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="places", verbose_name=_("member of staff"))
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="staff", verbose_name=_("clinic"))

    objects = StaffPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of work")
        verbose_name_plural = _("places of work")
        constraints = [models.UniqueConstraint(fields=["membership", "clinic"], name="staff_place_once")]

    def __str__(self) -> str:
        return f"{self.membership.user} · {self.clinic}"


class Doctor(models.Model):
    """A doctor (S3's provider) of an organization. `specialties` and the like are texts as the doctor shows them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="doctors", verbose_name=_("organization")
    )
    membership = models.OneToOneField(
        Membership, models.PROTECT, null=True, blank=True, related_name="doctor", verbose_name=_("member of staff")
    )
    first_name = models.CharField(max_length=100, verbose_name=_("first name"))
    last_name = models.CharField(max_length=100, verbose_name=_("last name"))
    title = models.CharField(max_length=20, blank=True, help_text=_("MD, Dra., …"), verbose_name=_("title"))
    specialty = models.CharField(max_length=30, choices=Specialty, verbose_name=_("specialty"))
    specialties = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, verbose_name=_("fields, as shown to patients")
    )
    services = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("services"))
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("languages"))
    insurances = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("insurances"))
    certifications = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("certifications")
    )
    bio = models.TextField(blank=True, max_length=4000, verbose_name=_("bio"))
    education = models.TextField(blank=True, max_length=1000, verbose_name=_("education"))
    years_of_experience = models.PositiveSmallIntegerField(null=True, blank=True, verbose_name=_("years of experience"))
    rating = models.DecimalField(max_digits=2, decimal_places=1, default=0, verbose_name=_("rating"))
    review_count = models.PositiveIntegerField(default=0, verbose_name=_("reviews"))
    photo_url = models.CharField(max_length=500, blank=True, verbose_name=_("photo"))
    phone = models.CharField(max_length=20, blank=True, verbose_name=_("phone"))
    email = models.EmailField(blank=True, verbose_name=_("e-mail"))
    active = models.BooleanField(default=True, verbose_name=_("active"))
    name_key = SearchKeyField(max_length=250, of=["first_name", "last_name"], help_text="Name as search reads it.")
    specialties_key = SearchKeyField(max_length=2000, of=["specialties"])
    languages_key = SearchKeyField(max_length=1000, of=["languages"])
    insurances_key = SearchKeyField(max_length=4000, of=["insurances"])
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    updated_at = models.DateTimeField(auto_now=True, verbose_name=_("changed at"))

    objects = DoctorQuerySet.as_manager()

    class Meta:
        verbose_name = _("doctor")
        verbose_name_plural = _("doctors")
        constraints = [models.CheckConstraint(name="doctor_rating", condition=Q(rating__range=(0, 5)))]
        indexes = [
            GinIndex(OpClass(F("name_key"), name="gin_trgm_ops"), name="doctor_name_trgm"),
            GinIndex(
                OpClass(F("specialties_key"), name="gin_trgm_ops"),
                OpClass(F("languages_key"), name="gin_trgm_ops"),
                OpClass(F("insurances_key"), name="gin_trgm_ops"),
                name="doctor_words_trgm",
            ),
            models.Index(
                F("rating").desc(), F("name_key"), F("id"), name="doctor_best_first", condition=Q(active=True)
            ),
        ]

    def __str__(self) -> str:
        """`Dra. Ana Ruiz`, `Sarah Johnson, MD`: an abbreviated title stands before the name, a degree after it."""
        name = f"{self.first_name} {self.last_name}"
        if not self.title:
            return name
        return f"{self.title} {name}" if self.title.endswith(".") else f"{name}, {self.title}"


class DoctorLicence(models.Model):
    """A number under which a country knows the doctor: NPI, CRM, matrícula."""

    doctor = models.ForeignKey(Doctor, models.CASCADE, related_name="licences", verbose_name=_("doctor"))
    country = models.CharField(max_length=2, verbose_name=_("country"))
    kind = models.CharField(max_length=20, help_text=_("npi, crm, matricula, …"), verbose_name=_("kind"))
    number = models.CharField(max_length=40, verbose_name=_("number"))

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        constraints = [models.UniqueConstraint(fields=["country", "kind", "number"], name="licence_once")]

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.number}"


class DoctorPlace(models.Model):
    """A doctor at a clinic: fee, slot length, whether paid in advance.

    `specialty`, `latitude`, `longitude`, `listed` repeat what doctor and clinic say, so that one index answers a search
    by place; a trigger keeps them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    doctor = models.ForeignKey(Doctor, models.PROTECT, related_name="places", verbose_name=_("doctor"))
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="doctor_places", verbose_name=_("clinic"))
    fee = models.BigIntegerField(help_text=_("Minor units of the clinic's currency."), verbose_name=_("fee"))
    payment_in_advance = models.BooleanField(default=False, verbose_name=_("paid in advance"))
    slot_minutes = models.PositiveSmallIntegerField(default=30, verbose_name=_("minutes of a slot"))
    accepts_new_patients = models.BooleanField(default=True, verbose_name=_("accepts new patients"))
    is_primary = models.BooleanField(default=True, verbose_name=_("first place"))
    active = models.BooleanField(default=True, verbose_name=_("active"))
    specialty = models.CharField(max_length=30, choices=Specialty, editable=False, verbose_name=_("specialty"))
    latitude = models.FloatField(editable=False, verbose_name=_("latitude"))
    longitude = models.FloatField(editable=False, verbose_name=_("longitude"))
    listed = models.BooleanField(
        editable=False,
        help_text=_("Organization, doctor, clinic and place are all active."),
        verbose_name=_("shown in search"),
    )

    objects = DoctorPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("doctor at a clinic")
        verbose_name_plural = _("doctors at clinics")
        constraints = [
            models.UniqueConstraint(fields=["doctor", "clinic"], name="doctor_place_once"),
            # What a visit refers to, so that its doctor and clinic are the place's.
            models.UniqueConstraint(fields=["id", "doctor", "clinic"], name="place_of_doctor_at_clinic"),
            models.UniqueConstraint(fields=["doctor"], condition=Q(is_primary=True), name="one_primary_place"),
            models.CheckConstraint(name="fee_is_not_negative", condition=Q(fee__gte=0)),
            models.CheckConstraint(name="slot_minutes_are_sane", condition=Q(slot_minutes__range=(5, 480))),
        ]
        indexes = [
            models.Index(
                fields=["specialty", "latitude", "longitude"], name="place_specialty_where", condition=Q(listed=True)
            ),
            models.Index(fields=["latitude", "longitude"], name="place_where", condition=Q(listed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} · {self.clinic}"


class WeeklyHours(models.Model):
    """A working span that comes every week, on the clinic's wall clock. A break is the gap between two spans."""

    place = models.ForeignKey(DoctorPlace, models.CASCADE, related_name="hours", verbose_name=_("place"))
    weekday = models.PositiveSmallIntegerField(help_text=_("0 Monday … 6 Sunday"), verbose_name=_("weekday"))
    start_minute = models.PositiveSmallIntegerField(
        help_text=_("Minutes after midnight, wall clock."), verbose_name=_("begins at minute")
    )
    minutes = models.PositiveSmallIntegerField(
        help_text=_("Length on the wall clock; the span may cross midnight."), verbose_name=_("minutes")
    )

    objects = PlaceRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        constraints = [
            models.CheckConstraint(name="hours_weekday", condition=Q(weekday__range=(0, 6))),
            models.CheckConstraint(name="hours_start", condition=Q(start_minute__range=(0, 1439))),
            models.CheckConstraint(name="hours_minutes", condition=Q(minutes__range=(1, 1440))),
            models.UniqueConstraint(fields=["place", "weekday", "start_minute"], name="hours_once"),
        ]

    def __str__(self) -> str:
        ends = (self.start_minute + self.minutes) % 1440
        span = f"{self.start_minute // 60:02d}:{self.start_minute % 60:02d}–{ends // 60:02d}:{ends % 60:02d}"
        return f"{WEEKDAYS[self.weekday]} {span}"


class Absence(models.Model):
    """The doctor is away; at one place, or at all of them."""

    doctor = models.ForeignKey(Doctor, models.CASCADE, related_name="absences", verbose_name=_("doctor"))
    place = models.ForeignKey(
        DoctorPlace, models.CASCADE, null=True, blank=True, related_name="absences", verbose_name=_("place")
    )
    starts_at = models.DateTimeField(verbose_name=_("begins"))
    ends_at = models.DateTimeField(verbose_name=_("ends"))
    reason = models.CharField(max_length=100, blank=True, verbose_name=_("reason"))

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [models.CheckConstraint(name="absence_ends_later", condition=Q(ends_at__gt=F("starts_at")))]
        indexes = [models.Index(fields=["doctor", "ends_at"], name="absence_doctor")]

    def __str__(self) -> str:
        return self.reason or str(self.doctor)


class Holiday(models.Model):
    """A whole day, on the clinic's calendar, when an organization or one of its clinics is closed."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="holidays", verbose_name=_("organization")
    )
    clinic = models.ForeignKey(
        Clinic, models.CASCADE, null=True, blank=True, related_name="holidays", verbose_name=_("clinic")
    )
    date = models.DateField(verbose_name=_("date"))
    name = models.CharField(max_length=100, verbose_name=_("name"))

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "clinic", "date"], nulls_distinct=False, name="holiday_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class VisitKind(models.Model):
    """How long a type of visit takes at an organization, and the time kept free around it."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="visit_kinds", verbose_name=_("organization")
    )
    type = models.CharField(max_length=20, choices=VisitType, verbose_name=_("type"))
    minutes = models.PositiveSmallIntegerField(verbose_name=_("minutes"))
    buffer_before = models.PositiveSmallIntegerField(
        default=0, help_text=_("Minutes"), verbose_name=_("minutes kept free before")
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0, help_text=_("Minutes"), verbose_name=_("minutes kept free after")
    )

    objects = VisitKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of visit")
        verbose_name_plural = _("kinds of visit")
        constraints = [
            models.UniqueConstraint(fields=["organization", "type"], name="one_kind_a_type"),
            models.CheckConstraint(name="kind_minutes_are_sane", condition=Q(minutes__range=(5, 480))),
            models.CheckConstraint(
                name="kind_buffers_are_sane",
                condition=Q(buffer_before__range=(0, 240), buffer_after__range=(0, 240)),
            ),
        ]

    def __str__(self) -> str:
        return self.get_type_display()


class DoctorDay(models.Model):
    """A day as search shows it: first free time, how many. Kept by events and by night; booking never believes it."""

    place = models.ForeignKey(DoctorPlace, models.CASCADE, related_name="days", verbose_name=_("place"))
    date = models.DateField(verbose_name=_("date"))
    first_free = models.DateTimeField(null=True, verbose_name=_("first free time"))
    free_count = models.PositiveSmallIntegerField(verbose_name=_("free times"))
    counted_at = models.DateTimeField(default=timezone.now, verbose_name=_("counted at"))

    objects = PlaceRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("counted day")
        verbose_name_plural = _("counted days")
        constraints = [
            models.UniqueConstraint(fields=["place", "date"], name="one_count_a_day"),
            models.CheckConstraint(
                name="free_days_have_a_first", condition=Q(free_count=0, first_free=None) | Q(free_count__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["place", "date"], name="free_days", condition=Q(free_count__gt=0), include=["first_free"]
            )
        ]
