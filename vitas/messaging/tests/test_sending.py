"""Each message once, never too late, never after it was taken back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from vitas.messaging import outbox, sending
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers import base

State = OutboxMessage.State


class Phone(base.Messenger):
    """What arrived; `act` runs while a message is on its way."""

    def __init__(self):
        self.arrived, self.act = [], lambda: None

    def send(self, message):
        self.arrived.append(message)
        self.act()
        return f"id-{len(self.arrived)}"


@pytest.fixture
def phone(monkeypatch):
    phone = Phone()
    monkeypatch.setattr(sending, "messenger", lambda: phone)
    return phone


def put(**given):
    fields = {"key": "code:1", "address": "+5511999999999", "template": "sign_in_code", "language": "en"}
    return outbox.put(**(fields | {"variables": {"code": "123456"}} | given))


def refuse(error):
    def act():
        raise error

    return act


@pytest.mark.django_db
def test_due_message_is_sent_once(phone):
    message = put()

    counts = [sending.send_due(), sending.send_due()]

    message.refresh_from_db()
    assert counts == [1, 0]
    assert (message.state, message.sent_channel, message.carrier_id) == (State.SENT, "whatsapp", "id-1")
    assert [m.text for m in phone.arrived] == [
        "123456 is your Vitas code. It works for 5 minutes. Give it to nobody, not even to us."
    ]


@pytest.mark.django_db
def test_message_waits_for_its_time(phone):
    put(not_before=timezone.now() + timedelta(minutes=1))

    assert (sending.send_due(), phone.arrived) == (0, [])


@pytest.mark.django_db
def test_withdrawn_message_is_never_sent(phone):
    put()
    outbox.withdraw("code:1")

    assert (sending.send_due(), phone.arrived) == (0, [])


@pytest.mark.django_db
def test_message_taken_back_while_on_its_way_is_not_tried_again(phone):
    message = put()

    def taken_back():
        outbox.withdraw("code:1")
        raise base.Busy(429)

    phone.act = taken_back
    sending.send_due()
    OutboxMessage.objects.update(next_try_at=timezone.now())

    sending.send_due()

    message.refresh_from_db()
    assert (message.state, len(phone.arrived)) == (State.WITHDRAWN, 1)


@pytest.mark.django_db
def test_pauses_grow_until_it_is_given_up(phone):
    message = put()
    phone.act = refuse(base.Busy("20429"))
    pauses = []

    for _try in range(sending.MOST_TRIES):
        OutboxMessage.objects.update(next_try_at=timezone.now())
        sending.send_due()
        message.refresh_from_db()
        pauses.append(round((message.next_try_at - timezone.now()).total_seconds()))

    assert pauses[:4] == [2, 4, 8, 16]
    assert max(pauses) == sending.LONGEST_PAUSE.total_seconds()
    assert (message.state, message.error_code) == (State.FAILED, "20429")


@pytest.mark.django_db
def test_carrier_says_when_to_come_again(phone):
    message = put()
    phone.act = refuse(base.Busy(429, retry_after=40))

    sending.send_due()

    message.refresh_from_db()
    assert round((message.next_try_at - timezone.now()).total_seconds()) == 40


@pytest.mark.django_db
def test_mistake_of_ours_stops_no_other_message(phone, caplog):
    first = put()
    OutboxMessage.objects.update(template="gone")
    put(key="code:2")

    sending.send_due()

    first.refresh_from_db()
    assert (first.state, first.error_code, len(phone.arrived)) == (State.WAITING, "INTERNAL", 1)


@pytest.mark.django_db
def test_row_in_the_hands_of_a_living_worker_is_left_alone(phone):
    message = put()
    OutboxMessage.objects.update(state=State.SENDING, tries=1, next_try_at=timezone.now() + sending.LEASE)

    assert (sending.send_due(), phone.arrived) == (0, [])
    assert OutboxMessage.objects.get().pk == message.pk


@pytest.mark.django_db
def test_late_answer_of_a_worker_thought_dead_changes_nothing(phone):
    message = put()
    # While the carrier thinks, the lease runs out and another worker takes the row.
    phone.act = lambda: OutboxMessage.objects.update(tries=5)

    settled = sending.send_due()

    message.refresh_from_db()
    assert (settled, message.state, message.tries) == (0, State.SENDING, 5)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_once_and_outside_a_transaction(phone):
    for number in range(10):
        put(key=f"code:{number}")
    inside = []
    phone.act = lambda: inside.append(connection.in_atomic_block)
    ready = threading.Barrier(2)

    def work():
        ready.wait()
        sending.send_due()
        connection.close()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)

    assert sorted(m.key for m in phone.arrived) == [f"code:{number}" for number in range(10)]
    assert inside == [False] * 10
