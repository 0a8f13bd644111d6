import json
import logging
import sys
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection
from django.test import RequestFactory

from vitas.common import logs
from vitas.common.context import RequestContext, current


def line(record: logging.LogRecord) -> dict[str, Any]:
    logs.RequestFilter().filter(record)
    return dict(json.loads(logs.JsonFormatter().format(record)))


def record(message: str = "request", *, error: BaseException | None = None, **extra: Any) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.getLogger("vitas.test").makeRecord(
        "vitas.test", logging.INFO, "f", 1, message, (), info, extra=extra
    )


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception:
        return sys.exc_info()[1]


def test_a_line_is_one_json_object_that_says_whose_request_it_was() -> None:
    token = current.set(RequestContext(request_id="request-1", user_id="user-1"))
    found = line(record(status=200))
    current.reset(token)

    assert found.pop("at").endswith("Z")
    assert found == {
        "level": "INFO",
        "logger": "vitas.test",
        "message": "request",
        "request_id": "request-1",
        "user_id": "user-1",
        "status": 200,
    }


def test_what_others_attach_and_may_tell_of_a_person_is_left_out() -> None:
    request = RequestFactory().get("/api/v1/doctors", {"name": "asthma"})

    told = json.dumps(line(record(request=request, sql="asthma", params=["asthma"], data={"args": "asthma"})))

    assert "asthma" not in told


@pytest.mark.parametrize(
    "error", [ValueError("asthma"), KeyError("asthma"), IntegrityError("Key (reason)=(asthma)"), DataError("asthma")]
)
def test_an_error_is_told_with_its_stack_and_without_what_a_person_wrote(error: Exception) -> None:
    told = line(record("failed", error=raised(error)))["exc_info"]

    assert "test_logs.py" in told
    assert type(error).__name__ in told
    assert "asthma" not in told


def test_an_error_of_the_program_speaks() -> None:
    assert "no attribute" in line(record(error=raised(AttributeError("no attribute 'x'"))))["exc_info"]


@pytest.mark.django_db
def test_a_database_error_names_its_constraint() -> None:
    from vitas import testing

    organization = testing.make_organization()
    try:
        testing.make_organization(slug=organization.slug)
    except IntegrityError as error:
        told = line(record(error=error))["exc_info"]

    assert "23505 accounts_organization_slug" in told
    assert organization.slug not in told.split("IntegrityError", 1)[1]


def test_a_failed_task_is_told_without_its_words() -> None:
    told = logging.getLogger("celery.app.trace").makeRecord(
        "celery.app.trace",
        logging.ERROR,
        "f",
        1,
        "Task %(name)s raised: %(exc)s",
        ({"name": "t", "exc": "asthma"},),
        None,
    )

    assert "asthma" not in json.dumps(line(told))


@pytest.mark.django_db
def test_a_slow_query_is_logged_without_its_values(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logs, "SLOW_QUERY", 0.02)
    with caplog.at_level(logging.WARNING, "vitas.common.logs"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.03), %s::text", ["asthma"])
        cursor.execute("SELECT 1")

    assert [(found.message, found.statement) for found in caplog.records] == [
        ("slow query", "SELECT pg_sleep(0.03), %s::text")
    ]
