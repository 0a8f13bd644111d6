"""The private address of a person's calendar: make it, show it, take it back, and what it answers.

Whoever has the address reads doctors, times and places, so the secret in it has 192 bits, is found by its hash, and
stays out of the log. It tells of the profiles that the person may act for at that moment.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments import calendar_file
from appointments.models import FIRM, Appointment, CalendarFeed, Status
from patients import profiles
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit import trail
from vitas.common import limits
from vitas.common.acting import acting_as, acting_as_system
from vitas.common.context import current
from vitas.common.errors import NotFound, TooMany

PAST: Final = timedelta(days=90)  # how far back it tells
MOST: Final = 500  # visits
NOTED_EVERY: Final = timedelta(days=1)
HOUR: Final = 3600  # seconds
READS_AN_HOUR: Final = 60  # of one address; programs ask every few minutes at most
MISSES_AN_HOUR: Final = 30  # of one caller, for addresses that are none
_SHOWN: Final = (*FIRM, Status.COMPLETED)


@transaction.atomic
def make(*, by: Actor) -> CalendarFeed:
    """The person's address: the one there is, else a new one."""
    token = secrets.token_urlsafe(24)
    assert by.user_id is not None  # the page is for who is signed in
    fresh = CalendarFeed(user_id=by.user_id, token_hash=_hash(token), token=token)
    CalendarFeed.objects.bulk_create([fresh], ignore_conflicts=True)  # of two clicks one row stands
    feed = CalendarFeed.objects.live().get(user=by.user_id)
    if feed.pk == fresh.pk:
        _note(by, "CREATE_CALENDAR_FEED", feed)
    return feed


@transaction.atomic
def revoke(*, by: Actor) -> bool:
    """The address answers no longer. False where there was none."""
    feed = _end(by)
    if feed is not None:
        _note(by, "REVOKE_CALENDAR_FEED", feed)
    return feed is not None


def of(actor: Actor) -> CalendarFeed | None:
    return CalendarFeed.objects.visible_to(actor).live().first()


def address(feed: CalendarFeed) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse("calendar-feed-file", args=[feed.token])


def read(token: str) -> bytes:
    """The calendar under an address. Raises NotFound, TooMany."""
    with acting_as_system("appointments"):  # the secret speaks for its owner
        feed = CalendarFeed.objects.live().select_related("user").filter(token_hash=_hash(token)).first()
    _count(feed)
    if feed is None or not feed.user.is_active:
        raise NotFound()
    with acting_as(_actor(feed)):
        return _read(feed)


def _read(feed: CalendarFeed) -> bytes:
    own = [profile.patient for profile in profiles.of(feed.user) if profile.is_open]
    now = timezone.now()
    rows = Appointment.objects.visible_to(_actor(feed)).filter(patient__in=own, starts_at__gte=now - PAST)
    shown = rows.filter(Q(status__in=_SHOWN) | Q(status=Status.PENDING, hold_ends_at__gt=now))
    visits = list(shown.select_related("doctor", "clinic", "patient").order_by("starts_at", "pk")[:MOST])
    _note_use(feed, len(visits))
    language = feed.user.language or next((patient.language for patient in own), settings.LANGUAGE_CODE)
    return calendar_file.of_visits(visits, language=language)


def _end(by: Actor) -> CalendarFeed | None:
    feed = CalendarFeed.objects.visible_to(by).live().select_for_update().first()
    if feed is not None:
        feed.revoked_at, feed.token = timezone.now(), ""
        feed.save(update_fields=["revoked_at", "token"])
    return feed


def _count(feed: CalendarFeed | None) -> None:
    """An address that is read too often, or a caller who tries many that are none. Without Redis nobody is kept out."""
    if feed is not None:
        counted = limits.count(f"calendar:{feed.pk}", limit=READS_AN_HOUR, window=HOUR)
    else:
        counted = limits.count(f"no-calendar:{current.get().address}", limit=MISSES_AN_HOUR, window=HOUR)
    if counted is not None and counted.over:
        raise TooMany(_("This calendar is asked for too often."), retry_after=counted.seconds)


def _note_use(feed: CalendarFeed, count: int) -> None:
    """Once a day in the trail; of two reads at once, one notes it."""
    now = timezone.now()
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    with transaction.atomic():
        if CalendarFeed.objects.filter(unnoted, pk=feed.pk).update(last_used_at=now):
            _note(_actor(feed), "READ_CALENDAR_FEED", feed, count=count)


def _actor(feed: CalendarFeed) -> Actor:
    return Actor(role=Role.PATIENT, user_id=feed.user_id)


def _note(by: Actor, action: str, feed: CalendarFeed, **details: int) -> None:
    trail.record(
        by,
        action,
        category=trail.Category.APPOINTMENT,
        resource="calendar_feeds",
        resource_id=feed.pk,
        patient_id=by.patient_id,
        **details,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
