"""`/ws/notifications/` of a page: the browser's own cookie signs in, from pages of ours, as long as a page."""

import json
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from vitas import testing
from vitas.accounts import page_sessions, tokens
from vitas.accounts.models import Membership, Role, Session
from vitas.live import consumers, presenting, topics
from vitas.live.publish import publish
from vitas.live.routing import websocket_urlpatterns
from vitas.live.tests.line import Line

pytestmark = pytest.mark.django_db(transaction=True)

router = URLRouter(websocket_urlpatterns)
OURS = "https://clinic.test"


@pytest.fixture(autouse=True)
def _presenter(monkeypatch):
    monkeypatch.setitem(
        presenting._presenters,
        "test:event",
        lambda actor, asked: [{"number": ids["number"], "role": actor.role_name} for ids in asked],
    )


@pytest.fixture
def desk():
    """Somebody at a front desk whose browser is signed in to pages."""
    member = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)
    member.cookie = cookie_of(member.user)
    member.topic = topics.desk(member.organization_id)
    return member


def cookie_of(user):
    """What a browser keeps after signing in to a page."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(user))
    request.session.save()
    return request.session.session_key


def socket(cookie="", *, token="", origin=OURS, path="/ws/notifications/", protocols=("page",)):
    """As Chromium opens one from a page."""
    kept = {"csrftoken": "x" * 32, "authToken": token, "sessionid": cookie, "zone": "America%2FLima"}
    headers = {
        "host": "clinic.test",
        "connection": "Upgrade",
        "pragma": "no-cache",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0",
        "upgrade": "websocket",
        "origin": origin,
        "sec-websocket-version": "13",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "es-AR,es;q=0.9,en;q=0.8",
        "cookie": "; ".join(f"{name}={value}" for name, value in kept.items() if value),
        "sec-websocket-extensions": "permessage-deflate; client_max_window_bits",
        "sec-websocket-protocol": ", ".join(protocols),
    }
    lines = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    return Line(router, path, headers=lines, subprotocols=list(protocols))


@database_sync_to_async
def publish_now(topic, number):
    with transaction.atomic():
        publish("test:event", key=f"test:{number}", topics=[topic], ids={"number": number})


async def heard(line, count=1):
    return [json.loads(await line.hear())["data"] for _each in range(count)]


async def closed_with(line):
    opened, _spoken = await line.connect()
    assert opened
    return (await line.receive_output(timeout=5))["code"]


async def test_page_hears_what_happens(desk):
    line = socket(desk.cookie)
    assert await line.connect() == (True, "page")

    await publish_now(desk.topic, 1)

    assert await heard(line) == [{"number": 1, "role": "receptionist"}]
    await line.disconnect()


async def test_page_needs_no_subprotocol(desk):
    line = socket(desk.cookie, protocols=())
    assert await line.connect() == (True, None)

    await publish_now(desk.topic, 1)

    assert await heard(line) == [{"number": 1, "role": "receptionist"}]
    await line.disconnect()


async def test_page_is_who_it_says_though_the_browser_holds_a_token_of_another(desk):
    doctor = await database_sync_to_async(testing.make_doctor)()
    token = await database_sync_to_async(lambda: tokens.access_token(testing.make_session(doctor.membership.user)))()
    line = socket(desk.cookie, token=token)
    await line.connect()

    await publish_now(topics.doctor(doctor.pk), 1)
    await publish_now(desk.topic, 2)

    assert await heard(line) == [{"number": 2, "role": "receptionist"}]
    await line.disconnect()


@pytest.mark.parametrize("origin", ["https://evil.test", "", "null", "https://clinic.test.evil.test"])
async def test_cookie_from_a_foreign_page_is_4403(desk, origin):
    assert await closed_with(socket(desk.cookie, origin=origin)) == 4403


@pytest.mark.parametrize("cookie", ["", "nonsense", "cut"])
async def test_no_or_a_forged_cookie_is_4401(desk, cookie):
    given = desk.cookie[:-3] if cookie == "cut" else cookie

    assert await closed_with(socket(given)) == 4401


async def test_token_is_no_page(desk):
    token = await database_sync_to_async(lambda: tokens.access_token(testing.make_session(desk.user)))()

    assert await closed_with(socket(token=token)) == 4401


async def test_session_that_ended_is_4401(desk):
    await database_sync_to_async(Session.objects.update)(revoked_at=timezone.now())

    assert await closed_with(socket(desk.cookie)) == 4401


@pytest.mark.parametrize("death", ["signed out", "left alone", "left the house"])
async def test_socket_closes_when_the_page_is_signed_out(desk, death, monkeypatch):
    monkeypatch.setattr(consumers, "CHECKED_EVERY", 0.6)
    line = socket(desk.cookie)
    await line.connect()

    match death:
        case "signed out":
            await database_sync_to_async(Session.objects.update)(revoked_at=timezone.now())
        case "left alone":
            await database_sync_to_async(Session.objects.update)(idle_ends_at=timezone.now())
        case _:
            await database_sync_to_async(Membership.objects.update)(active=False)

    assert await line.receive_output(timeout=5) == {"type": "websocket.close", "code": 4401}


async def test_page_stays_open_past_a_tokens_life_and_who_it_is_is_read_anew(desk, monkeypatch, settings):
    monkeypatch.setattr(consumers, "CHECKED_EVERY", 0.6)
    settings.ACCESS_TOKEN_LIFETIME = timedelta(seconds=0.5)
    line = socket(desk.cookie)
    await line.connect()

    await database_sync_to_async(Membership.objects.update)(role=Role.NURSE)
    assert await line.receive_nothing(timeout=2)
    await publish_now(desk.topic, 1)
    await publish_now(topics.user(desk.user_id), 2)

    assert await heard(line) == [{"number": 2, "role": "nurse"}]
    await line.disconnect()
