"""What every room stands on: data keys, domain events, answers to requests that may come twice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.common.ids import new_id
from vitas.common.querysets import OperatorsQuerySet


class DataKey(models.Model):
    """The key of one subject (a patient's id, or the platform), wrapped by the master key named in `master`."""

    subject = models.UUIDField(primary_key=True, verbose_name=_("subject"))
    wrapped = models.BinaryField(verbose_name=_("wrapped"))
    master = models.CharField(max_length=40, verbose_name=_("master"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    destroyed_at = models.DateTimeField(null=True, verbose_name=_("destroyed at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")


class Event(models.Model):
    """Something that happened, written in the act's own transaction and kept until every receiver has taken it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60, verbose_name=_("kind"))
    payload = models.JSONField(help_text=_("Ids and codes only, never what a person said."), verbose_name=_("payload"))
    recorded_at = models.DateTimeField(default=timezone.now, verbose_name=_("recorded at"))
    taken_by = ArrayField(models.CharField(max_length=120), default=list, verbose_name=_("taken by"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    next_try_at = models.DateTimeField(default=timezone.now, verbose_name=_("next try"))
    settled_at = models.DateTimeField(null=True, verbose_name=_("settled at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="event_unsettled", condition=models.Q(settled_at=None)),
        ]


class IdempotencyRecord(models.Model):
    """The answer to an `Idempotency-Key`: which resource the first request made. Holds ids, never the answer's text."""

    actor_id = models.UUIDField(verbose_name=_("actor id"))
    key = models.CharField(max_length=255, verbose_name=_("key"))
    request_hash = models.CharField(max_length=64, verbose_name=_("request hash"))
    resource_id = models.UUIDField(null=True, verbose_name=_("record"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("repeated request")
        verbose_name_plural = _("repeated requests")
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
