"""The outbox: every message is a row first. This room knows addresses, not persons."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id
from vitas.messaging.querysets import OutboxQuerySet


class OutboxMessage(models.Model):
    """One message to one address. `key` makes writing it twice harmless."""

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        SMS = "sms", "SMS"
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        STALE = "stale", _("came too late")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=150, unique=True, verbose_name=_("key"))
    organization_id = models.UUIDField(null=True, verbose_name=_("organization"))
    channel = models.CharField(max_length=10, choices=Channel, verbose_name=_("channel"))
    address = models.CharField(max_length=254, verbose_name=_("address"))
    template = models.CharField(max_length=60, verbose_name=_("template"))
    language = models.CharField(max_length=5, verbose_name=_("language"))
    variables = EncryptedTextField(help_text=_("JSON object of the template's variables."), verbose_name=_("variables"))
    not_before = models.DateTimeField(default=timezone.now, verbose_name=_("not before"))
    stale_after = models.DateTimeField(null=True, verbose_name=_("stale after"))
    withdrawn_at = models.DateTimeField(null=True, verbose_name=_("withdrawn at"))
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, verbose_name=_("state"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    next_try_at = models.DateTimeField(default=timezone.now, verbose_name=_("next try"))
    sent_channel = models.CharField(
        max_length=10,
        blank=True,
        help_text=_("The channel that took it: SMS is the fall-back."),
        verbose_name=_("sent by"),
    )
    carrier_id = models.CharField(max_length=64, blank=True, verbose_name=_("carrier id"))
    error_code = models.CharField(max_length=40, blank=True, verbose_name=_("error"))
    sent_at = models.DateTimeField(null=True, verbose_name=_("sent at"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["next_try_at"], name="outbox_due", condition=Q(state__in=["waiting", "sending"])),
            models.Index(fields=["address", "-created_at"], name="outbox_address"),
        ]
