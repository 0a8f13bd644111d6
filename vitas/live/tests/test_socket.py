"""`/ws/notifications/`: who may listen, what they hear, and that nothing is lost."""

import asyncio
import json
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.db import transaction
from django.utils import timezone

from vitas import testing
from vitas.accounts import tokens
from vitas.accounts.models import Membership, Role, Session
from vitas.common.ids import first_id_at
from vitas.live import consumers, presenting, topics
from vitas.live.models import LiveEvent
from vitas.live.publish import publish
from vitas.live.routing import websocket_urlpatterns
from vitas.live.tests.line import Line

pytestmark = pytest.mark.django_db(transaction=True)

router = URLRouter(websocket_urlpatterns)


@pytest.fixture(autouse=True)
def _presenter(monkeypatch):
    """A name of its own, and a word that says who asked."""
    monkeypatch.setitem(
        presenting._presenters,
        "test:event",
        lambda actor, asked: [
            None if ids.get("hidden") else {"number": ids["number"], "role": actor.role_name} for ids in asked
        ],
    )


@pytest.fixture
def desk():
    """Somebody at a front desk, with a live token."""
    member = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)
    member.session = testing.make_session(member.user)
    member.token = tokens.access_token(member.session)
    member.topic = topics.desk(member.organization_id)
    return member


def socket(path="/ws/notifications/", *, token="", cookie="", origin="", protocols=None, host="clinic.test"):
    headers = [(b"host", host.encode())]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if cookie:
        headers.append((b"cookie", f"other=1; authToken={cookie}".encode()))
    if origin:
        headers.append((b"origin", origin.encode()))
    return Line(router, path, headers=headers, subprotocols=protocols)


def published(topic, number, *, key="", **ids):
    """Publish, commit, and answer with the id that is stored."""
    with transaction.atomic():
        publish("test:event", key=key or f"test:{number}", topics=[topic], ids={"number": number, **ids})
    return LiveEvent.objects.get(key=key or f"test:{number}", topic=topic).pk


publish_now = database_sync_to_async(published)


async def heard(line, count):
    return [json.loads(await line.hear()) for _each in range(count)]


async def closed_with(line):
    """The code that an open socket closes with."""
    opened, _spoken = await line.connect()
    assert opened
    return (await line.receive_output(timeout=5))["code"]


@pytest.mark.parametrize("path", ["/ws/notifications/", "/ws/notifications"])
async def test_event_is_heard_as_it_happens(desk, path):
    line = socket(path, token=desk.token)
    assert await line.connect() == (True, None)

    event_id = await publish_now(desk.topic, 1)

    (message,) = await heard(line, 1)
    assert {name: message[name] for name in ("id", "event", "data")} == {
        "id": str(event_id),
        "event": "test:event",
        "data": {"number": 1, "role": "receptionist"},
    }
    assert sorted(message) == ["at", "data", "event", "id"]
    await line.disconnect()


async def test_subprotocol_signs_in_and_bearer_is_answered(desk):
    line = socket(protocols=["bearer", desk.token])

    opened, spoken = await line.connect()

    assert (opened, spoken) == (True, "bearer")
    await publish_now(desk.topic, 1)
    assert [message["data"]["number"] for message in await heard(line, 1)] == [1]
    await line.disconnect()


@pytest.mark.parametrize("origin", ["https://clinic.test", "http://localhost:3000"])
async def test_cookie_signs_in_from_a_page_of_ours_or_an_allowed_one(desk, settings, origin):
    settings.CORS_ALLOWED_ORIGINS = ["http://localhost:3000"]
    line = socket(cookie=desk.token, origin=origin)
    assert (await line.connect())[0]

    await publish_now(desk.topic, 1)

    assert len(await heard(line, 1)) == 1
    await line.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.test", "", "null", "https://clinic.test.evil.test"])
async def test_cookie_from_a_foreign_page_is_4403(desk, origin):
    assert await closed_with(socket(cookie=desk.token, origin=origin)) == 4403


async def test_cookie_to_a_host_that_is_not_ours_is_4403(desk, settings):
    settings.ALLOWED_HOSTS = ["clinic.test"]

    assert await closed_with(socket(cookie=desk.token, origin="http://rebound.test", host="rebound.test")) == 4403


@pytest.mark.parametrize(
    "given",
    [{}, {"token": "nonsense"}, {"protocols": ["bearer"]}, {"protocols": ["bearer", "nonsense"]}, {"cookie": "x"}],
)
async def test_no_or_a_wrong_token_is_4401(given):
    if "cookie" in given:
        given = {**given, "origin": "https://clinic.test"}

    assert await closed_with(socket(**given)) == 4401


async def test_token_in_the_address_is_no_sign_in(desk):
    assert await closed_with(socket(f"/ws/notifications/?token={desk.token}&access_token={desk.token}")) == 4401


async def test_revoked_session_is_4401(desk):
    await database_sync_to_async(Session.objects.update)(revoked_at=timezone.now())

    assert await closed_with(socket(token=desk.token)) == 4401


async def test_unknown_socket_address_is_refused(desk):
    opened, _code = await socket("/ws/else/", token=desk.token).connect()

    assert not opened


@pytest.mark.parametrize("death", ["revoked", "membership"])
async def test_session_that_dies_hears_nothing_more(desk, death):
    line = socket(token=desk.token)
    await line.connect()

    if death == "revoked":
        await database_sync_to_async(Session.objects.update)(revoked_at=timezone.now())
    else:
        await database_sync_to_async(Membership.objects.update)(active=False)
    await publish_now(desk.topic, 1)

    assert (await line.receive_output(timeout=5)) == {"type": "websocket.close", "code": 4401}


async def test_socket_closes_when_the_session_is_revoked_even_if_nothing_happens(desk, monkeypatch):
    monkeypatch.setattr(consumers, "CHECKED_EVERY", 0.2)
    line = socket(token=desk.token)
    await line.connect()

    await database_sync_to_async(Session.objects.update)(revoked_at=timezone.now())

    assert (await line.receive_output(timeout=5)) == {"type": "websocket.close", "code": 4401}


async def test_socket_closes_when_the_token_runs_out(desk, monkeypatch):
    monkeypatch.setattr(tokens.AccessToken, "lifetime", timedelta(seconds=2))
    token = await database_sync_to_async(tokens.access_token)(desk.session)
    line = socket(token=token)
    await line.connect()

    assert (await line.receive_output(timeout=5)) == {"type": "websocket.close", "code": 4401}


async def test_foreign_topic_is_not_heard(desk):
    line = socket(token=desk.token)
    await line.connect()

    await publish_now(topics.desk(desk.user_id), 1)
    await publish_now(desk.topic, 2, hidden=True)
    await publish_now(desk.topic, 3)

    assert [message["data"]["number"] for message in await heard(line, 1)] == [3]
    assert await line.receive_nothing(timeout=0.3)
    await line.disconnect()


@pytest.mark.parametrize("by", ["address", "message"])
async def test_what_was_missed_comes_after_a_reconnect(desk, by):
    first = await publish_now(desk.topic, 1)
    await publish_now(desk.topic, 2)
    await publish_now(desk.topic, 3)

    line = socket(f"/ws/notifications/?since={first}" if by == "address" else "/ws/notifications/", token=desk.token)
    await line.connect()
    if by == "message":
        await line.say(json.dumps({"since": str(first)}))

    # A little before it is read again: the client drops ids it knows.
    assert [message["data"]["number"] for message in await heard(line, 3)] == [1, 2, 3]
    assert await line.receive_nothing(timeout=0.3)
    await line.disconnect()


async def test_long_absence_is_made_up_for_page_by_page(desk, monkeypatch):
    monkeypatch.setattr("vitas.live.store.PAGE", 3)
    ids = [await publish_now(desk.topic, number) for number in range(8)]

    line = socket(f"/ws/notifications/?since={ids[0]}", token=desk.token)
    await line.connect()

    assert [message["data"]["number"] for message in await heard(line, 8)] == list(range(8))
    await line.disconnect()


async def test_without_since_only_what_happens_from_now_on_is_heard(desk):
    old = await publish_now(desk.topic, 1)
    long_ago = first_id_at(timezone.now() - timedelta(minutes=5))
    await database_sync_to_async(LiveEvent.objects.filter(pk=old).update)(id=long_ago)

    line = socket(token=desk.token)
    await line.connect()
    await publish_now(desk.topic, 2)

    assert [message["data"]["number"] for message in await heard(line, 1)] == [2]
    await line.disconnect()


@pytest.mark.parametrize("nonsense", ["x", "[]", "1", '{"since": "x"}', '{"since": 5}', "{" * 5000, "\x00", '"a"'])
async def test_nonsense_from_a_client_changes_nothing(desk, nonsense):
    line = socket("/ws/notifications/?since=never", token=desk.token)
    await line.connect()

    await line.say(nonsense)
    await publish_now(desk.topic, 1)

    assert [message["data"]["number"] for message in await heard(line, 1)] == [1]
    await line.disconnect()


async def test_event_that_was_not_announced_is_found_in_the_store(desk, monkeypatch):
    monkeypatch.setattr(consumers, "CHECKED_EVERY", 0.3)
    monkeypatch.setattr("vitas.live.publish.announce", lambda rows: None)
    line = socket(token=desk.token)
    await line.connect()

    await publish_now(desk.topic, 1)

    assert [message["data"]["number"] for message in await heard(line, 1)] == [1]
    assert await line.receive_nothing(timeout=1)  # and not again
    await line.disconnect()


async def test_event_of_two_of_my_topics_comes_once(desk):
    line = socket(token=desk.token)
    await line.connect()

    await publish_now(desk.topic, 1, key="same")
    await publish_now(topics.user(desk.user_id), 1, key="same")

    assert len(await heard(line, 1)) == 1
    assert await line.receive_nothing(timeout=0.3)
    await line.disconnect()


async def test_two_sockets_of_one_person_both_hear(desk):
    lines = [socket(token=desk.token) for _tab in range(2)]
    for line in lines:
        await line.connect()

    await publish_now(desk.topic, 1)

    assert [len(messages) for messages in await asyncio.gather(*(heard(line, 1) for line in lines))] == [1, 1]
    for line in lines:
        await line.disconnect()


@pytest.mark.parametrize("end", ["disconnect", "cancelled"])
async def test_nothing_keeps_watch_over_a_socket_that_ended(desk, end):
    line = socket(token=desk.token)
    await line.connect()

    if end == "disconnect":
        await line.disconnect()
    else:
        line.stop()
    await asyncio.sleep(0.2)

    watching = [task for task in asyncio.all_tasks() if "_keep_watch" in repr(task)]
    assert watching == []
