"""Booking within the limit of made bookings an hour (`RATE_LIMIT_BOOKING_MAX`), which pages and API share."""

from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from appointments import booking
from vitas.accounts.actor import Actor
from vitas.common import limits
from vitas.common.errors import TooMany

HOUR: Final = 3600  # seconds


def book(wanted: booking.Request, *, by: Actor, key: str = "") -> booking.Booked:
    """`booking.book`, counted; a refusal and a repeat do not count. Raises what it raises, and TooMany."""
    name = f"bookings:{by.user_id}"
    factor = settings.RATE_LIMIT_STAFF_FACTOR if by.is_staff else 1
    counted = limits.count(name, limit=settings.RATE_LIMIT_BOOKING_MAX * factor, window=HOUR)
    fresh = False
    try:
        if counted is not None and counted.over:
            # Who made the last one that was allowed, and lost the answer, still gets it.
            if earlier := booking.made_before(wanted, by=by, key=key):
                return earlier
            raise TooMany(_("Too many bookings within an hour. Try again later."), retry_after=counted.seconds)
        made = booking.book(wanted, by=by, key=key)
        fresh = made.fresh
        return made
    finally:
        if counted is not None and not fresh:
            limits.give_back(name)
