"""Organizations, people who sign in, what they may be there, and their sessions."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.querysets import (
    MembershipQuerySet,
    OneTimeCodeQuerySet,
    OrganizationQuerySet,
    PasswordLinkQuerySet,
    RefreshTokenQuerySet,
    SessionQuerySet,
    UserQuerySet,
)
from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id


class Role(models.TextChoices):
    """What a person is when acting (S3 3.1; `receptionist` from S4). The platform's operator is no role but a flag."""

    PATIENT = "patient", _("patient")
    DOCTOR = "doctor", _("doctor")
    NURSE = "nurse", _("nurse")
    RECEPTIONIST = "receptionist", _("receptionist")
    ADMIN = "admin", _("administrator")


class Language(models.TextChoices):
    SPANISH = "es", "Español"
    PORTUGUESE = "pt-br", "Português do Brasil"
    ENGLISH = "en", "English"


class Organization(models.Model):
    """A tenant: who runs clinics. No row of another organization is ever seen."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    language = models.CharField(max_length=5, choices=Language)
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    refund_hours = models.PositiveSmallIntegerField(
        default=24, help_text="A patient who cancels at least this many hours before is refunded in full."
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OrganizationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, *, password: str | None = None, **fields: Any) -> "User":
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The platform's operator (`manage.py createsuperuser`)."""
        return self.create_user(email=email.lower(), password=password, is_operator=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in, by e-mail and password, by phone and code, or by Firebase."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(null=True, blank=True, unique=True, help_text="Lower case.")
    phone = models.CharField(max_length=16, null=True, blank=True, unique=True, help_text="E.164")
    full_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, choices=Language, blank=True)
    firebase_uid = models.CharField(max_length=128, null=True, blank=True, unique=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(
        default=False, help_text="Runs the platform: sees configuration and no clinical word."
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_is_reachable", condition=Q(email__isnull=False) | Q(phone__isnull=False)),
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(name="user_phone_is_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$")),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or str(self.pk)

    @property
    def is_superuser(self) -> bool:
        return self.is_operator


class Membership(models.Model):
    """What a person is in an organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=[choice for choice in Role.choices if choice[0] != Role.PATIENT])
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization", "role"], name="one_membership_a_role"),
            models.CheckConstraint(
                name="membership_role_is_staff", condition=Q(role__in=["doctor", "nurse", "receptionist", "admin"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organization}"


class Session(models.Model):
    """One sign-in: of a browser or of an API client. A page session and a token are the same Session."""

    class Method(models.TextChoices):
        PASSWORD = "password"
        CODE = "code"
        FIREBASE = "firebase"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="sessions")
    acting_patient_id = models.UUIDField(null=True, help_text="The profile chosen, where a family shares a phone.")
    method = models.CharField(max_length=10, choices=Method)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    idle_ends_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "revoked_at"], name="session_user"),
            models.Index(fields=["revoked_at"], name="session_revoked", condition=Q(revoked_at__isnull=False)),
        ]


class RefreshToken(models.Model):
    """A refresh token, by its hash. Used once; used again later than 30 s after, it revokes its session."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="refresh_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_by = models.OneToOneField("self", models.SET_NULL, null=True, related_name="replaces")

    objects = RefreshTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refresh_token_used_is_replaced", condition=Q(replaced_by=None) | Q(used_at__isnull=False)
            )
        ]


class OneTimeCode(models.Model):
    """A code sent to a phone: stored as a keyed hash, 5 minutes, 5 tries, used once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(max_length=16)
    code_hash = models.CharField(max_length=64)
    patient_name = EncryptedTextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OneTimeCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="code_is_tried_five_times", condition=Q(tries__lte=5)),
            models.CheckConstraint(name="code_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        ]
        indexes = [models.Index(fields=["phone", "-created_at"], name="code_phone")]


class PasswordLink(models.Model):
    """Somebody asked for a new password. Whose e-mail it is, is looked up after the answer was given.

    The link that is then sent works once; its secret is kept as a keyed hash that also binds it to the password and the
    e-mail of that moment, so that a change of either ends it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = EncryptedTextField(help_text="As it was typed, lower case.")
    language = models.CharField(max_length=5, help_text="Of who asked.")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="password_links")
    token_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    looked_up_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="password_link_expires_later", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(
                name="password_link_is_somebodys",
                condition=Q(user=None, token_hash="", used_at=None) | Q(user__isnull=False) & ~Q(token_hash=""),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="password_link_new", condition=Q(looked_up_at=None)),
        ]
