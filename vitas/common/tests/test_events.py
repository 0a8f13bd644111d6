from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from vitas.common import events
from vitas.common.events import DoctorJoined
from vitas.common.models import Event

pytestmark = pytest.mark.django_db
DOCTOR = UUID(int=7)


class Listener:
    """Hears events; fails as often as told."""

    def __init__(self, name: str, *, failures: int = 0) -> None:
        self.__qualname__, self.__module__ = name, "tests"
        self.heard: list[Any] = []
        self.failures = failures
        self.then: Callable[[], None] = lambda: None

    def __call__(self, event: Any) -> None:
        self.then()
        if self.failures:
            self.failures -= 1
            raise ValueError("what a person wrote")
        self.heard.append(event)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(events, "_receivers", {kind: {} for kind in events.KINDS})
    return


def listen(name: str = "first", **given: Any) -> Listener:
    listener = Listener(name, **given)
    events.receive(DoctorJoined, listener)
    return listener


def test_each_receiver_hears_an_event_once() -> None:
    first, second = listen("first"), listen("second")
    events.record(DoctorJoined(doctor_id=DOCTOR))

    assert [events.deliver_due(), events.deliver_due()] == [1, 0]
    assert first.heard == second.heard == [DoctorJoined(doctor_id=DOCTOR)]


def test_an_event_nobody_waits_for_is_settled() -> None:
    events.record(DoctorJoined(doctor_id=DOCTOR))

    assert events.deliver_due() == 1


def test_an_event_of_an_act_that_failed_never_was() -> None:
    listener = listen()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(DoctorJoined(doctor_id=DOCTOR))
        raise ZeroDivisionError
    events.deliver_due()

    assert (listener.heard, Event.objects.count()) == ([], 0)


def test_one_that_fails_is_asked_again_later_and_keeps_nobody_else_from_hearing() -> None:
    failing, other = listen("failing", failures=2), listen("other")
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as clock:
        events.record(DoctorJoined(doctor_id=DOCTOR))

        assert events.deliver_due() == 0
        assert (len(failing.heard), len(other.heard)) == (0, 1)
        assert events.deliver_due() == 0, "not before its time"
        clock.shift(timedelta(seconds=2))
        assert events.deliver_due() == 0
        clock.shift(timedelta(seconds=2))
        assert events.deliver_due() == 0, "the pause grows"
        clock.shift(timedelta(seconds=2))
        assert events.deliver_due() == 1

    assert (len(failing.heard), len(other.heard)) == (1, 1)


def test_the_pause_grows_to_an_hour_and_no_more() -> None:
    listen(failures=100)
    events.record(DoctorJoined(doctor_id=DOCTOR))
    Event.objects.update(tries=900)

    events.deliver_due()

    pause = Event.objects.get().next_try_at - timezone.now()
    assert timedelta(minutes=59) < pause <= timedelta(hours=1)


def test_what_a_receiver_did_before_it_failed_is_undone() -> None:
    listener = listen(failures=1)
    listener.then = lambda: Event.objects.create(kind="PaymentChanged", payload={}) and None
    events.record(DoctorJoined(doctor_id=DOCTOR))

    events.deliver_due()

    assert Event.objects.count() == 1


def test_what_a_receiver_records_is_delivered_in_the_same_round() -> None:
    first = listen()
    first.then = lambda: len(first.heard) or events.record(DoctorJoined(doctor_id=UUID(int=8)))  # type: ignore[func-returns-value]
    events.record(DoctorJoined(doctor_id=DOCTOR))

    assert events.deliver_due() == 2
    assert [event.doctor_id for event in first.heard] == [DOCTOR, UUID(int=8)]


def test_an_event_of_a_newer_release_waits() -> None:
    Event.objects.create(kind="SomethingNew", payload={})

    assert events.deliver_due() == 0
    assert Event.objects.get().settled_at is None


def test_events_come_in_the_order_of_their_recording() -> None:
    listener = listen()
    for number in range(1, 6):
        events.record(DoctorJoined(doctor_id=UUID(int=number)))

    events.deliver_due()

    assert [event.doctor_id.int for event in listener.heard] == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_two_who_deliver_at_once_make_one_delivery() -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    listener, together = listen(), Barrier(4)
    for number in range(1, 11):
        events.record(DoctorJoined(doctor_id=UUID(int=number)))

    def deliver(_number: int) -> None:
        together.wait(5)
        try:
            events.deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(deliver, range(4)))
    events.deliver_due()

    assert sorted(event.doctor_id.int for event in listener.heard) == list(range(1, 11))
    assert not Event.objects.filter(settled_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_deliverer_that_dies_leaves_the_event_to_the_next() -> None:
    listener = listen()

    def die() -> None:
        raise SystemExit

    listener.then = die
    events.record(DoctorJoined(doctor_id=DOCTOR))
    with pytest.raises(SystemExit):
        events.deliver_due()
    listener.then = lambda: None

    assert events.deliver_due() == 1
    assert len(listener.heard) == 1
