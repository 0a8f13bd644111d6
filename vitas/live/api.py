"""Notifications as a list, for whoever was not listening; and which of them were read."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts.actor import Actor
from vitas.accounts.permissions import SIGNED_IN, Access
from vitas.accounts.rest import ApiView
from vitas.common.api import pagination
from vitas.common.api.renderers import AsIs
from vitas.common.wall_time import iso
from vitas.live.models import LiveEvent, LiveRead
from vitas.live.presenting import presented
from vitas.live.serializers import NotificationsOut, NotificationsQuery, ReadIn, ReadOut
from vitas.live.topics import topics_of

_ROW = {
    "id": "0197a1b2-0000-7000-8000-00000000beef",
    "event": "appointment:update",
    "data": {
        "appointmentId": "0197a1b2-0000-7000-8000-0000000000a1",
        "status": "CONFIRMED",
        "scheduledAt": "2027-01-15T13:00:00Z",
    },
    "at": "2027-01-10T12:00:00Z",
    "readAt": None,
}
_PAGE = {"page": 1, "limit": 20, "total": 1, "totalPages": 1}


class Notifications(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": SIGNED_IN}

    @extend_schema(
        summary="List my notifications, newest first",
        parameters=[
            NotificationsQuery,
            OpenApiParameter("page", int, description="From 1."),
            OpenApiParameter("limit", int, description="Rows a page, at most 100."),
        ],
        responses={200: NotificationsOut},
        examples=[OpenApiExample("A page", {"data": [_ROW], "pagination": _PAGE}, response_only=True)],
    )
    @transaction.atomic
    def get(self, request: Request) -> Response:
        asked = self.read_query(NotificationsQuery)
        events = LiveEvent.objects.filter(topic__in=topics_of(self.actor)).order_by("-id")
        if asked["unread"]:
            events = events.filter(~Exists(_read_by(self.actor, OuterRef("pk"))))
        return pagination.listed(request, events, lambda rows: _rows(self.actor, rows), exact=False)


class NotificationsRead(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": SIGNED_IN}

    @extend_schema(
        summary="Mark notifications as read",
        request=ReadIn,
        responses={200: ReadOut},
        examples=[
            OpenApiExample("One", {"ids": [_ROW["id"]]}, request_only=True),
            OpenApiExample("Done", {"read": 1}, response_only=True),
        ],
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        ids = self.read(ReadIn)["ids"]
        mine = LiveEvent.objects.filter(pk__in=ids, topic__in=topics_of(self.actor))
        fresh = list(mine.exclude(Exists(_read_by(self.actor, OuterRef("pk")))).values_list("pk", flat=True))
        reads = [LiveRead(live_event_id=event_id, user_id=_me(self.actor)) for event_id in fresh]
        LiveRead.objects.bulk_create(reads, ignore_conflicts=True)
        return Response({"read": len(fresh)})


def _me(actor: Actor) -> UUID:
    assert actor.user_id is not None  # nobody else may call
    return actor.user_id


def _read_by(actor: Actor, event_id: Any) -> Any:
    return LiveRead.objects.filter(user_id=_me(actor), live_event_id=event_id)


def _rows(actor: Actor, events: Sequence[LiveEvent]) -> Iterator[AsIs]:
    """Those that this person may still read, and when they did."""
    reads = LiveRead.objects.filter(user_id=_me(actor), live_event__in=events)
    read_at = {str(read.live_event_id): iso(read.read_at) for read in reads}
    return (AsIs(message, readAt=read_at.get(message["id"])) for message in presented(actor, events))
