"""Fixtures of every room: servers, a database made by its owner, and clients that act as somebody."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import Client, TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from vitas import testing
from vitas.common import acting, crypto, limits
from vitas.operations.pytest_servers import WORKER

# What a test does itself it does as the system actor that sees all, in its threads too; a request acts as whose it is.
ALL_SEEING = acting.Acting(system="operations")
acting._acting = ContextVar("acting", default=ALL_SEEING)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """The owner makes and migrates the test database; tests then run as the application, which owns nothing."""
    owner, application = connections["owner"], connections["default"]
    with django_db_blocker.unblock():
        plain = owner.settings_dict["NAME"]
        owner.settings_dict["TEST"]["NAME"] = f"test_{plain}_{WORKER}"
        owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        application.close()
        application.settings_dict["NAME"] = owner.settings_dict["NAME"]
    yield
    with django_db_blocker.unblock():
        application.close()
        owner.creation.destroy_test_db(plain, verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def _flushed_by_the_owner() -> None:
    """A test that really commits is cleaned up by the owner, for the application may not empty append-only tables."""
    kept = ["django_migrations", "django_content_type"]

    def empty_every_table(_self: TransactionTestCase) -> None:
        # A connection of its own: within a test Django opens only those that the test names.
        with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
            found = owner.execute(
                "SELECT string_agg(format('%%I', tablename), ', ') FROM pg_tables"
                " WHERE schemaname = 'public' AND NOT tablename = ANY(%s)",
                [kept],
            ).fetchone()
            owner.execute(f"TRUNCATE {found[0]} RESTART IDENTITY CASCADE")

    TransactionTestCase._fixture_teardown = empty_every_table  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_looked_at_once() -> None:
    """Each test client has middleware of its own, and each would look at a thousand files: most of a test's time."""
    seen: dict[Any, dict[str, Any]] = {}

    def once(name: str) -> None:
        look = getattr(WhiteNoiseMiddleware, name)

        def look_once(self: WhiteNoiseMiddleware, *where: Any) -> None:
            key = (name, self.static_prefix, *where)
            if key not in seen:
                look(self, *where)
                seen[key] = dict(self.files)
            self.files.update(seen[key])

        setattr(WhiteNoiseMiddleware, name, look_once)

    once("update_files_dictionary")
    once("add_files_from_finders")


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """What a process keeps between requests is empty at the start of every test."""
    crypto.forget_remembered_keys()
    limits.server().flushdb()
    acting._acting.set(ALL_SEEING)  # a view that was called without the middleware has left somebody acting
    yield


@pytest.fixture
def api() -> Callable[..., testing.ApiClient]:
    """`api(user)` or `api()`: a JSON client that is signed in as that user, or as nobody."""
    return testing.ApiClient


@pytest.fixture
def page() -> Client:
    return Client(headers={"accept-language": "en"})
