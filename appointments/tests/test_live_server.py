"""A real ASGI server in a process of its own: what happens here is heard there."""

import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from appointments import booking
from appointments.tests.cast import Cast
from vitas import testing
from vitas.accounts import tokens
from vitas.accounts.models import Role, Session
from vitas.common import events

pytestmark = pytest.mark.django_db(transaction=True)

IDLE = 6.0  # seconds; longer than redis-py waits by default for a subscribed channel to say something


@pytest.fixture
def address():
    """`ws://127.0.0.1:<port>` of granian, serving this test's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": urlunsplit(database), "REDIS_URL": settings.REDIS_URL}
    command = ["granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port), "vitas.asgi:application"]
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=settings.BASE_DIR)
    try:
        _wait_for(port, server)
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port, server):
    for _attempt in range(300):
        assert server.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def token_of(user, patient=None):
    return tokens.access_token(testing.make_session(user, patient_id=patient.pk if patient else None))


def test_booking_in_another_process_is_heard_after_a_long_silence_and_missed_events_after_a_reconnect(address):
    cast = Cast()
    token = token_of(cast.doctor_user)
    with connect(f"{address}/ws/notifications/", subprotocols=["bearer", token]) as line:
        assert line.subprotocol == "bearer"
        time.sleep(IDLE)

        visit = cast.book(cast.ana, cast.at(9), reason="Check-up")
        events.deliver_due()

        heard = json.loads(line.recv(timeout=10))
        assert (heard["event"], heard["data"]["appointmentId"], heard["data"]["reason"]) == (
            "appointment:new",
            str(visit.pk),
            "Check-up",
        )

    booking.cancel(appointment_id=visit.pk, reason="no", by=cast.patient_actor(cast.ana))
    events.deliver_due()
    since = f"{address}/ws/notifications?since={heard['id']}"
    with connect(since, additional_headers={"Authorization": f"Bearer {token}"}) as line:
        again = [json.loads(line.recv(timeout=10)) for _message in range(2)]

    assert [(m["event"], m["data"].get("status")) for m in again] == [
        ("appointment:new", None),
        ("appointment:update", "CANCELLED"),
    ]
    assert again[0]["id"] == heard["id"]


def test_dead_session_and_no_token_close_with_4401(address):
    cast = Cast()
    desk = cast.staff(Role.RECEPTIONIST)
    cookie = {"Cookie": f"authToken={token_of(desk)}"}

    with connect(f"{address}/ws/notifications/", additional_headers=cookie, origin="http://localhost:5173") as line:
        Session.objects.filter(user=desk).delete()
        cast.book(cast.ana, cast.at(9))
        events.deliver_due()
        with pytest.raises(ConnectionClosed) as died:
            line.recv(timeout=10)
    with connect(f"{address}/ws/notifications/") as line, pytest.raises(ConnectionClosed) as refused:
        line.recv(timeout=10)

    with pytest.raises(InvalidStatus) as nowhere:
        connect(f"{address}/ws/nowhere/")

    assert (died.value.rcvd.code, refused.value.rcvd.code) == (4401, 4401)
    assert nowhere.value.response.status_code == 403
