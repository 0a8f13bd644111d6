"""What every room stands on: data keys, domain events, answers to requests that may come twice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from vitas.common.ids import new_id
from vitas.common.querysets import OperatorsQuerySet


class DataKey(models.Model):
    """The key of one subject (a patient's id, or the platform), wrapped by the master key named in `master`."""

    subject = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()
    master = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True)

    objects = OperatorsQuerySet.as_manager()


class Event(models.Model):
    """Something that happened, written in the act's own transaction and kept until every receiver has taken it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(help_text="Ids and codes only, never what a person said.")
    recorded_at = models.DateTimeField(default=timezone.now)
    taken_by = ArrayField(models.CharField(max_length=120), default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="event_unsettled", condition=models.Q(settled_at=None)),
        ]


class IdempotencyRecord(models.Model):
    """The answer to an `Idempotency-Key`: which resource the first request made. Holds ids, never the answer's text."""

    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    resource_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
