"""What happens now, stored for its receivers until they have read it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.common.ids import new_id
from vitas.common.querysets import OperatorsQuerySet


class LiveEvent(models.Model):
    """One event for everyone who listens to `topic` (`doctor:<id>`, `desk:<organization id>`, `patient:<id>` …).

    It holds ids and codes only; what each listener may read of it is put together when it is delivered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(
        max_length=120, help_text=_("What makes publishing it twice harmless."), verbose_name=_("key")
    )
    topic = models.CharField(max_length=60, verbose_name=_("topic"))
    event = models.CharField(max_length=40, verbose_name=_("event"))
    ids = models.JSONField(verbose_name=_("ids"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("live event")
        verbose_name_plural = _("live events")
        constraints = [models.UniqueConstraint(fields=["key", "topic"], name="live_event_published_once")]
        indexes = [models.Index(fields=["topic", "id"], name="live_topic")]


class LiveRead(models.Model):
    """A person has read an event."""

    live_event = models.ForeignKey(LiveEvent, models.CASCADE, related_name="reads", verbose_name=_("live event"))
    user_id = models.UUIDField(verbose_name=_("person"))
    read_at = models.DateTimeField(default=timezone.now, verbose_name=_("read at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("read live event")
        verbose_name_plural = _("read live events")
        constraints = [models.UniqueConstraint(fields=["user_id", "live_event"], name="live_event_read_once")]
