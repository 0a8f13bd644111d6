"""What a person proves a second time who they are with, and the sign-ins and challenges that wait for it.

A secret of an authenticator app is sealed; recovery codes and tokens are kept as keyed hashes, of a passkey only its
public key.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.accounts.querysets import OwnQuerySet, PasskeyChallengeQuerySet, SignInStepQuerySet
from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id


class Factor(models.TextChoices):
    """With what the second step was taken."""

    TOTP = "totp", _("authenticator app")
    PASSKEY = "passkey", _("passkey")
    RECOVERY_CODE = "recoveryCode", _("recovery code")


class TotpDevice(models.Model):
    """An authenticator app (RFC 6238). It counts once a code of it was given; `last_step` so that each is used once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="totp_devices", verbose_name=_("person who signs in")
    )
    secret = EncryptedTextField(verbose_name=_("secret"))
    last_step = models.BigIntegerField(
        default=0, help_text=_("The thirty seconds whose code was used last."), verbose_name=_("last step")
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    confirmed_at = models.DateTimeField(null=True, verbose_name=_("confirmed at"))
    last_used_at = models.DateTimeField(null=True, verbose_name=_("last used"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="one_live_totp_a_person", condition=Q(confirmed_at__isnull=False)
            ),
            models.UniqueConstraint(fields=["user"], name="one_new_totp_a_person", condition=Q(confirmed_at=None)),
        ]


class RecoveryCode(models.Model):
    """One of the codes for the day the phone is lost; each works once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="recovery_codes", verbose_name=_("person who signs in")
    )
    code_hash = models.CharField(max_length=64, verbose_name=_("code hash"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_is_one_persons")]


class Passkey(models.Model):
    """A key of WebAuthn: a phone, a laptop, a key on a key ring."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="passkeys", verbose_name=_("person who signs in")
    )
    name = models.CharField(max_length=60, verbose_name=_("name"))
    credential_id = models.CharField(max_length=1400, unique=True, verbose_name=_("credential"))
    public_key = models.BinaryField(verbose_name=_("public key"))
    sign_count = models.BigIntegerField(default=0, verbose_name=_("sign count"))
    transports = models.JSONField(default=list, blank=True, verbose_name=_("transports"))
    backed_up = models.BooleanField(default=False, verbose_name=_("backed up"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    last_used_at = models.DateTimeField(null=True, verbose_name=_("last used"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        constraints = [models.CheckConstraint(name="passkey_has_a_name", condition=~Q(name=""))]


class SignInStep(models.Model):
    """A sign-in whose first step was good. It opens nothing but the second step, or setting one up."""

    class Wants(models.TextChoices):
        PROOF = "proof", _("the second step")
        SETUP = "setup", _("setting up a second step")

    TRIES: ClassVar = 5

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="sign_in_steps", verbose_name=_("person who signs in")
    )
    wants = models.CharField(max_length=5, choices=Wants, verbose_name=_("waits for"))
    method = models.CharField(max_length=10, verbose_name=_("method"))
    tenant = models.CharField(max_length=60, blank=True, verbose_name=_("organization"))
    agent = models.CharField(max_length=300, blank=True, verbose_name=_("browser"))
    token_hash = models.CharField(max_length=64, verbose_name=_("token hash"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    expires_at = models.DateTimeField(verbose_name=_("expires at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))

    objects = SignInStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in that waits")
        verbose_name_plural = _("sign-ins that wait")
        constraints = [
            models.CheckConstraint(name="sign_in_step_is_tried_five_times", condition=Q(tries__lte=5)),
            models.CheckConstraint(name="sign_in_step_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        ]
        indexes = [models.Index(fields=["expires_at"], name="sign_in_step_expires")]


class PasskeyChallenge(models.Model):
    """Random bytes that a passkey is asked to sign: once, within five minutes, by who asked for them."""

    class Purpose(models.TextChoices):
        REGISTER = "register", _("a new passkey")
        SIGN_IN = "sign_in", _("signing in")
        CONFIRM = "confirm", _("confirming")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose, verbose_name=_("purpose"))
    holder_id = models.UUIDField(
        null=True,
        help_text=_("The session, or the sign-in that waits; of neither: anybody's."),
        verbose_name=_("holder"),
    )
    challenge = models.CharField(max_length=64, unique=True, verbose_name=_("challenge"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    expires_at = models.DateTimeField(verbose_name=_("expires at"))
    used_at = models.DateTimeField(null=True, verbose_name=_("used at"))

    objects = PasskeyChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("challenge to a passkey")
        verbose_name_plural = _("challenges to passkeys")
        constraints = [
            models.CheckConstraint(name="passkey_challenge_expires_later", condition=Q(expires_at__gt=F("created_at")))
        ]
        indexes = [models.Index(fields=["expires_at"], name="passkey_challenge_expires")]
