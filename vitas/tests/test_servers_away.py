"""When PostgreSQL or Redis is away: 503 within five seconds, in the envelope, and all works again by itself."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from django.db import connection, connections
from django.test import override_settings

from vitas import testing
from vitas.accounts.models import Role
from vitas.common import limits
from vitas.testing import ApiClient, without_redis


def _refused(*_args: Any, **_kwargs: Any) -> None:
    raise redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'.")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Somebody accepts connections there and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def timed(client: Any, path: str) -> tuple[Any, float]:
    began = time.monotonic()
    return client.get(path), time.monotonic() - began


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_without_the_database_a_request_is_503_and_works_again_by_itself(
    port: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, page: Any
) -> None:
    anyone = ApiClient()
    with monkeypatch.context() as away:
        away.setitem(connections.settings["default"], "HOST", "127.0.0.1")
        away.setitem(connections.settings["default"], "PORT", str(request.getfixturevalue(port)))
        connection.close()

        answer, seconds = timed(anyone, "/api/v1/doctors")
        of_page, _seconds = timed(page, "/doctors") if port == "closed_port" else (None, 0)
    connection.close()

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(answer["Retry-After"]) > 0
    assert seconds < 5
    assert of_page is None or of_page.status_code == 503
    assert anyone.get("/api/v1/doctors").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_cut_is_replaced_before_the_next_request() -> None:
    anyone = ApiClient()
    assert anyone.get("/api/v1/doctors").status_code == 200

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    with psycopg.connect(**own_parameters()) as another:
        another.execute("SELECT pg_terminate_backend(%s, 2000)", [backend])

    assert anyone.get("/api/v1/doctors").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_outage_uses_up_no_tries_to_sign_in_and_no_codes(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    desk = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)
    desk.user.set_password(testing.PASSWORD)
    desk.user.save()
    tries = [
        ("/auth/signin", {"email": desk.user.email, "password": testing.PASSWORD}),
        ("/otp/verify", {"phoneNumber": "+5511999999999", "otpCode": "123456"}),
        ("/otp/send", {"phoneNumber": "+5511999999999", "patientName": "João Silva"}),
    ]
    with monkeypatch.context() as away:
        away.setitem(connections.settings["default"], "HOST", "127.0.0.1")
        away.setitem(connections.settings["default"], "PORT", str(closed_port))
        connection.close()
        outage = [
            ApiClient().send("POST", path, body).status_code
            for path, body in tries
            for _ in range(settings.RATE_LIMIT_AUTH_MAX + 1)
        ]
    connection.close()

    assert set(outage) == {503}
    assert [ApiClient().send("POST", path, body).status_code for path, body in tries] == [200, 401, 200]
    assert getattr(limits.peek("failed:127.0.0.1", limit=50), "count", None) == 1


def own_parameters() -> dict[str, Any]:
    return dict(connection.get_connection_params())


@pytest.mark.django_db
def test_without_redis_limits_are_open_and_revoked_sessions_are_not() -> None:
    user = testing.user_of(testing.make_patient())
    signed_in = ApiClient(user)
    signed_in.get("/api/v1/users/me")
    with without_redis():
        answer, seconds = timed(signed_in, "/api/v1/users/me")
        signed_in.session_row.revoked_at = signed_in.session_row.created_at
        signed_in.session_row.save()
        revoked = signed_in.get("/api/v1/users/me")

    assert (answer.status_code, revoked.status_code) == (200, 401)
    assert "RateLimit-Limit" not in answer
    assert seconds < 2


@pytest.mark.django_db
def test_a_redis_that_hangs_costs_one_time_out_and_not_one_a_call(silent_port: int) -> None:
    signed_in = ApiClient(testing.user_of(testing.make_patient()))
    with without_redis(), override_settings(REDIS_URL=f"redis://127.0.0.1:{silent_port}/0"):
        began = time.monotonic()

        answers = [signed_in.get("/api/v1/users/me").status_code for _ in range(5)]

    assert answers == [200] * 5
    assert time.monotonic() - began < 3


@pytest.mark.django_db
def test_redis_is_asked_again_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REST", 0.1)
    with monkeypatch.context() as patched:
        patched.setattr(limits, "_script", lambda _text: _refused)
        assert limits.count("mine", limit=5, window=60) is None
    assert limits.count("mine", limit=5, window=60) is None, "at rest"

    time.sleep(0.15)
    found = limits.count("mine", limit=5, window=60)

    assert found is not None
    assert found.count == 1


@pytest.mark.django_db
def test_a_redis_that_refuses_to_write_is_no_fault_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_script", lambda _text: _refused)
    monkeypatch.setattr(limits, "_rests_until", 0.0)

    assert ApiClient().get("/api/v1/doctors").status_code == 200
