"""What the addresses of notifications read and answer."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from vitas.common.api.pagination import PaginationOut

MOST_AT_ONCE = 100


class NotificationsQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(required=False, default=False, help_text="Only those that were not read.")


class ReadIn(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST_AT_ONCE, help_text=_("At most 100.")
    )


class NotificationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    event = serializers.CharField(help_text="As on the socket: appointment:new, payment:update …")
    data = serializers.DictField(help_text="The event's payload.")  # type: ignore[assignment]
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationsOut(serializers.Serializer[Any]):
    data = NotificationOut(many=True)  # type: ignore[assignment]
    pagination = PaginationOut()


class ReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were not read before.")
