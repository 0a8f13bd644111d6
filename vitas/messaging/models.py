"""The outbox: every message is a row first. This room knows addresses, not persons."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id
from vitas.messaging.querysets import OutboxQuerySet


class OutboxMessage(models.Model):
    """One message to one address. `key` makes writing it twice harmless."""

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp"
        SMS = "sms"
        EMAIL = "email"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"
        STALE = "stale"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=150, unique=True)
    organization_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10, choices=Channel)
    address = models.CharField(max_length=254)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    variables = EncryptedTextField(help_text="JSON object of the template's variables.")
    not_before = models.DateTimeField(default=timezone.now)
    stale_after = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    sent_channel = models.CharField(
        max_length=10, blank=True, help_text="The channel that took it: SMS is the fall-back."
    )
    carrier_id = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="outbox_due", condition=Q(state__in=["waiting", "sending"])),
            models.Index(fields=["address", "-created_at"], name="outbox_address"),
        ]
