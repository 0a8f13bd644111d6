import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vitas.common import limits
from vitas.operations import health
from vitas.operations.tasks import heartbeat
from vitas.testing import ApiClient, without_redis

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    health.forget()
    yield
    health.forget()


@pytest.fixture
def storage_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "storage", lambda: None)


def asked() -> tuple[int, dict[str, Any]]:
    answer = ApiClient().get("/health")
    return answer.status_code, answer.json()


def statuses(body: dict[str, Any]) -> dict[str, str]:
    return {name: check["status"] for name, check in body["checks"].items()}


@pytest.mark.usefixtures("storage_works")
def test_all_is_up_when_the_worker_was_heard_lately() -> None:
    heartbeat.run()

    status, body = asked()

    assert (status, body["status"]) == (200, "up")
    assert statuses(body) == dict.fromkeys(["database", "redis", "worker", "storage"], "up")
    assert all(0 <= check["ms"] < 2000 for check in body["checks"].values())


@pytest.mark.parametrize("beat_before", [None, 60])
def test_without_a_worker_it_is_degraded_and_still_serves(beat_before: int | None) -> None:
    if beat_before:
        limits.server().set(health.HEARTBEAT_KEY, str(time.time() - beat_before))

    status, body = asked()

    assert (status, body["status"], statuses(body)["worker"]) == (200, "degraded", "down")


def test_without_redis_it_is_down() -> None:
    with without_redis():
        status, body = asked()

    assert (status, body["status"]) == (503, "down")
    assert (statuses(body)["redis"], statuses(body)["database"]) == ("down", "up")


@pytest.fixture
def silent_server() -> Iterator[tuple[str, int]]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def test_a_database_that_hangs_is_told_within_three_seconds(
    silent_server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connections

    host, port = silent_server
    for name, value in (("HOST", host), ("PORT", str(port))):
        monkeypatch.setitem(connections.settings["default"], name, value)
    began = time.monotonic()

    status, body = asked()

    assert time.monotonic() - began < 3
    assert (status, body["status"], statuses(body)["database"]) == (503, "down", "down")


def test_a_folder_that_cannot_be_written_is_told(settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.touch()
    kept_there = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(file)}}
    settings.STORAGES = {**settings.STORAGES, "default": kept_there}

    assert statuses(asked()[1])["storage"] == "down"


def test_it_is_open_uncounted_and_not_kept(settings: Any) -> None:
    settings.RATE_LIMIT_MAX_REQUESTS = 1
    caller = ApiClient()

    answers = [
        caller.get(path, headers={"authorization": "Bearer dead"}) for path in ("/health", "/health/", "/health")
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_many_who_ask_cost_one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []
    monkeypatch.setitem(health.CHECKS, "redis", lambda: rounds.append(1))

    for _ in range(5):
        asked()

    assert len(rounds) == 1


def test_what_goes_wrong_stands_in_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("password=secret")

    monkeypatch.setitem(health.CHECKS, "storage", broken)

    assert "secret" not in str(asked())
