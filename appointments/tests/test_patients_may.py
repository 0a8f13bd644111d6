"""What is said before the click is what happens after it, at every state and distance."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from appointments import booking, patients_may
from appointments.models import Appointment, Status
from appointments.patients_may import WhyNot
from appointments.tests.cast import Cast
from vitas.common.errors import Refused

pytestmark = pytest.mark.django_db

DISTANCES = {
    "in a week": timedelta(days=7),
    "in over two hours": timedelta(hours=2, minutes=1),
    "in under two hours": timedelta(hours=1, minutes=59),
    "in a moment": timedelta(minutes=1),
    "just begun": timedelta(minutes=-1),
    "yesterday": timedelta(days=-1),
}


class Undone(Exception):
    """Takes back what was tried."""


def works(act) -> bool:
    try:
        with transaction.atomic():
            act()
            raise Undone
    except Undone:
        return True
    except Refused:
        return False


@pytest.mark.parametrize("held_for", [timedelta(minutes=5), timedelta(minutes=-5)], ids=["held", "lapsed"])
@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("status", Status)
def test_what_is_said_is_what_happens(status, distance, held_for):
    cast = Cast(paid=status == Status.PENDING)
    visit, now = cast.book(cast.ana, cast.at(9)), timezone.now()
    starts_at = now + DISTANCES[distance]
    Appointment.objects.filter(pk=visit.pk).update(
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        hold_ends_at=now + held_for if status == Status.PENDING else None,
    )
    visit.refresh_from_db()
    by = cast.patient_actor(cast.ana)

    may = patients_may.for_patient(visit, now)

    assert may.cancel == works(lambda: booking.cancel(appointment_id=visit.pk, reason="I am away then", by=by))
    assert may.move == works(
        lambda: booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(11), reason="", by=by)
    )
    assert may.pay == (status == Status.PENDING and held_for > timedelta())


@pytest.mark.parametrize(
    ("distance", "why"),
    [
        ("in a week", None),
        ("in over two hours", None),
        ("in under two hours", WhyNot.TOO_LATE),
        ("just begun", WhyNot.BEGUN),
    ],
)
def test_why_a_visit_cannot_be_moved(distance, why):
    now = timezone.now()
    visit = Appointment(status=Status.CONFIRMED, starts_at=now + DISTANCES[distance])

    may = patients_may.for_patient(visit, now)

    assert may.why_not_move == why
    assert may.forbids_move == (why if why == WhyNot.TOO_LATE else None)
