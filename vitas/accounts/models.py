"""Organizations, people who sign in, what they may be there, and their sessions."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts import password_rules
from vitas.accounts.querysets import (
    MembershipQuerySet,
    OneTimeCodeQuerySet,
    OrganizationQuerySet,
    PasswordLinkQuerySet,
    RefreshTokenQuerySet,
    SessionQuerySet,
    UserQuerySet,
)
from vitas.accounts.second_factors import (  # noqa: F401  # models of this room
    Factor,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SignInStep,
    TotpDevice,
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
    slug = models.SlugField(unique=True, verbose_name=_("short name"))
    name = models.CharField(max_length=200, verbose_name=_("name"))
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"), verbose_name=_("country"))
    language = models.CharField(max_length=5, choices=Language, verbose_name=_("language"))
    currency = models.CharField(max_length=3, help_text=_("ISO 4217"), verbose_name=_("currency"))
    refund_hours = models.PositiveSmallIntegerField(
        default=24,
        help_text=_("A patient who cancels at least this many hours before is refunded in full."),
        verbose_name=_("refund until hours before"),
    )
    mfa_required = models.BooleanField(
        default=False,
        help_text=_("Staff must sign in with a second step: an authenticator app or a passkey."),
        verbose_name=_("second step required"),
    )
    mfa_required_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Until then staff are only reminded to set one up. Empty: at once."),
        verbose_name=_("second step required from"),
    )
    active = models.BooleanField(default=True, verbose_name=_("active"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

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
    email = models.EmailField(
        null=True, blank=True, unique=True, help_text=_("In lower case."), verbose_name=_("e-mail")
    )
    phone = models.CharField(
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        help_text=_("With + and the country, such as +5491155550101."),
        verbose_name=_("phone"),
    )
    full_name = models.CharField(max_length=200, blank=True, verbose_name=_("name"))
    language = models.CharField(max_length=5, choices=Language, blank=True, verbose_name=_("language"))
    firebase_uid = models.CharField(max_length=128, null=True, blank=True, unique=True, verbose_name=_("Firebase id"))
    is_active = models.BooleanField(default=True, verbose_name=_("active"))
    is_operator = models.BooleanField(
        default=False,
        help_text=_("Runs the platform: sees configuration and no clinical word."),
        verbose_name=_("operator of the platform"),
    )
    short_password = models.BooleanField(
        default=False,
        help_text=_("The password is shorter than one that stands alone must be: a second step stands beside it."),
        verbose_name=_("short password"),
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person who signs in")
        verbose_name_plural = _("people who sign in")
        constraints = [
            models.CheckConstraint(name="user_is_reachable", condition=Q(email__isnull=False) | Q(phone__isnull=False)),
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(name="user_phone_is_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$")),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or str(self.pk)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and password_rules.normal(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """As it is typed on any keyboard; also one that was kept before characters were made the same."""
        if raw_password is None:
            return False
        same = password_rules.normal(raw_password)
        return super().check_password(same) or (same != raw_password and super().check_password(raw_password))

    @property
    def is_superuser(self) -> bool:
        return self.is_operator


class Membership(models.Model):
    """What a person is in an organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="memberships", verbose_name=_("organization")
    )
    role = models.CharField(
        max_length=12, choices=[choice for choice in Role.choices if choice[0] != Role.PATIENT], verbose_name=_("role")
    )
    active = models.BooleanField(default=True, verbose_name=_("active"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
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
        PASSWORD = "password", _("password")
        CODE = "code", _("code")
        FIREBASE = "firebase"
        PASSKEY = "passkey", _("passkey")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", verbose_name=_("person"))
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, related_name="sessions", verbose_name=_("member of staff")
    )
    acting_patient_id = models.UUIDField(
        null=True, help_text=_("The profile chosen, where a family shares a phone."), verbose_name=_("acts for patient")
    )
    method = models.CharField(max_length=10, choices=Method, verbose_name=_("method"))
    address = models.GenericIPAddressField(null=True, verbose_name=_("address"))
    agent = models.CharField(max_length=300, blank=True, verbose_name=_("browser"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    last_seen_at = models.DateTimeField(default=timezone.now, verbose_name=_("last seen"))
    idle_ends_at = models.DateTimeField(verbose_name=_("ends when left alone"))
    ends_at = models.DateTimeField(verbose_name=_("ends"))
    revoked_at = models.DateTimeField(null=True, verbose_name=_("revoked at"))
    second_factor = models.CharField(max_length=12, choices=Factor, blank=True, verbose_name=_("second step"))
    confirmed_at = models.DateTimeField(
        null=True, help_text=_("When the person last proved again who they are."), verbose_name=_("confirmed at")
    )
    heartbeat_at = models.DateTimeField(
        null=True,
        help_text=_("The last sign of life of a client that sends them; without more it ends like a page."),
        verbose_name=_("heartbeat at"),
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [
            models.Index(fields=["user", "revoked_at"], name="session_user"),
            models.Index(fields=["revoked_at"], name="session_revoked", condition=Q(revoked_at__isnull=False)),
        ]


class RefreshToken(models.Model):
    """A refresh token, by its hash. Used once; used again later than 30 s after, it revokes its session."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="refresh_tokens", verbose_name=_("session"))
    token_hash = models.CharField(max_length=64, unique=True, verbose_name=_("token hash"))
    expires_at = models.DateTimeField(verbose_name=_("expires at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, related_name="replaces", verbose_name=_("replaced by")
    )

    objects = RefreshTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")
        constraints = [
            models.CheckConstraint(
                name="refresh_token_used_is_replaced", condition=Q(replaced_by=None) | Q(used_at__isnull=False)
            )
        ]


class OneTimeCode(models.Model):
    """A code sent to a phone: stored as a keyed hash, 5 minutes, 5 tries, used once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(max_length=16, verbose_name=_("phone"))
    code_hash = models.CharField(max_length=64, verbose_name=_("code hash"))
    patient_name = EncryptedTextField(blank=True, verbose_name=_("patient name"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    expires_at = models.DateTimeField(verbose_name=_("expires at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))

    objects = OneTimeCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
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
    email = EncryptedTextField(help_text=_("As it was typed, lower case."), verbose_name=_("e-mail"))
    language = models.CharField(max_length=5, help_text=_("Of who asked."), verbose_name=_("language"))
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="password_links", verbose_name=_("person"))
    token_hash = models.CharField(max_length=64, blank=True, verbose_name=_("token hash"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    expires_at = models.DateTimeField(verbose_name=_("expires at"))
    looked_up_at = models.DateTimeField(null=True, verbose_name=_("looked up at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("password link")
        verbose_name_plural = _("password links")
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
