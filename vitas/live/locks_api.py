"""Edit locks for clients of the API (S1 5), with S1's names: `POST distributed-locks/acquire`, `renew`, `release`."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vitas.accounts.actor import Actor
from vitas.accounts.permissions import OPERATOR, STAFF, Access
from vitas.accounts.rest import ApiView
from vitas.common.api.renderers import AsIs
from vitas.common.wall_time import iso
from vitas.live import locks
from vitas.live.locks import Held, Lock

EDITORS: Final[Access] = frozenset({*STAFF, OPERATOR})
_RETRY_AFTER: Final = 5.0  # seconds, at most: whoever holds it may give it back long before it runs out
_ID = "7c0f0b0e-2c36-4a55-9a3e-6f2f0c7f1a11"
_NAME = "doctor:0197a1b2-0000-7000-8000-0000000000d1"
_HELD = {
    "acquired": True,
    "lock_name": _NAME,
    "lock_id": _ID,
    "fencing_number": 1798000000000,
    "since": "2027-01-15T13:42:00Z",
    "expires_at": "2027-01-15T13:42:30Z",
    "owner": {"name": "Ana Ruiz", "is_me": True},
    "retry_after": None,
}
_REFUSED = {
    **_HELD,
    "acquired": False,
    "lock_id": None,
    "fencing_number": None,
    "owner": {"name": "Laura Gómez", "is_me": False},
    "retry_after": 5.0,
}


class _Named(serializers.Serializer[Any]):
    names_as_is = True


class LockTermIn(_Named):
    timeout = serializers.FloatField(
        required=False,
        default=locks.USUAL,
        min_value=locks.SHORTEST,
        max_value=locks.LONGEST,
        help_text="Seconds until the lock runs out by itself, unless it is renewed.",
    )


class LockAcquireIn(LockTermIn):
    lock_name = serializers.CharField(max_length=100, help_text="`type:id`, such as `doctor:0197a1b2-…`.")
    blocking_timeout = serializers.FloatField(
        required=False,
        default=0.0,
        min_value=0.0,
        max_value=5.0,
        help_text="Seconds to wait while somebody else holds it. After one second the answer comes anyway, "
        "with `retry_after`.",
    )


class LockIn(_Named):
    lock_id = serializers.UUIDField()


class LockRenewIn(LockTermIn, LockIn):
    pass


class LockOwnerOut(_Named):
    name = serializers.CharField(help_text="Who holds it.")
    is_me = serializers.BooleanField()


class LockOut(_Named):
    acquired = serializers.BooleanField()
    lock_name = serializers.CharField()
    lock_id = serializers.UUIDField(allow_null=True, help_text="For `renew` and `release`; null where it is another's.")
    fencing_number = serializers.IntegerField(
        allow_null=True, help_text="Greater than any number that was given before."
    )
    since = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    owner = LockOwnerOut()
    retry_after = serializers.FloatField(allow_null=True, help_text="Seconds after which to ask again.")


class LockReleasedOut(_Named):
    released = serializers.BooleanField()


class LockAcquire(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": EDITORS}

    @extend_schema(
        summary="Say that I am editing something",
        description="Held by another: `acquired` is false and `owner` says by whom. A lock is a courtesy between "
        "people: nobody needs one to save, and versions of rows guard what is saved. Without Redis it is 503; go on.",
        request=LockAcquireIn,
        responses={200: LockOut},
        examples=[
            OpenApiExample(
                "A doctor's data",
                {"lock_name": _NAME, "timeout": 30.0, "blocking_timeout": 5.0},
                request_only=True,
            ),
            OpenApiExample("Mine", _HELD, response_only=True),
            OpenApiExample("Another's", _REFUSED, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.read(LockAcquireIn)
        found = locks.acquire(asked["lock_name"], by=self.actor, lease=asked["timeout"], wait=asked["blocking_timeout"])
        if isinstance(found, Held):
            return Response(_refused(found))
        return Response(_mine(found, self.actor))


class LockRenew(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": EDITORS}

    @extend_schema(
        summary="Go on editing",
        description="404 where the lock is not mine, or has run out.",
        request=LockRenewIn,
        responses={200: LockOut},
        examples=[
            OpenApiExample("Thirty seconds more", {"lock_id": _ID, "timeout": 30.0}, request_only=True),
            OpenApiExample("Mine", _HELD, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.read(LockRenewIn)
        return Response(_mine(locks.renew(asked["lock_id"], by=self.actor, lease=asked["timeout"]), self.actor))


class LockRelease(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": EDITORS}

    @extend_schema(
        summary="Say that I am done editing",
        description="404 where the lock is not mine, or has run out: then there is nothing to give back.",
        request=LockIn,
        responses={200: LockReleasedOut},
        examples=[
            OpenApiExample("The lock", {"lock_id": _ID}, request_only=True),
            OpenApiExample("Given back", {"released": True}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        locks.release(self.read(LockIn)["lock_id"], by=self.actor)
        return Response(AsIs(released=True))


def _mine(lock: Lock, by: Actor) -> AsIs:
    return AsIs(
        acquired=True,
        lock_name=lock.name,
        lock_id=str(lock.id),
        fencing_number=lock.number,
        since=_instant(lock.since),
        expires_at=_instant(lock.ends_at),
        owner={"name": locks.name_of(by.user_id), "is_me": True},
        retry_after=None,
    )


def _refused(held: Held) -> AsIs:
    left = (held.ends_at - timezone.now()).total_seconds()
    return AsIs(
        acquired=False,
        lock_name=held.name,
        lock_id=None,
        fencing_number=None,
        since=_instant(held.since),
        expires_at=_instant(held.ends_at),
        owner={"name": locks.name_of(held.user_id), "is_me": False},
        retry_after=round(min(max(left, 0.1), _RETRY_AFTER), 1),
    )


def _instant(moment: datetime) -> str:
    return str(iso(moment))
