"""The private servers: who may do what in them, and that they come and go with those who use them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.errors import InsufficientPrivilege

from vitas.operations import embedded, keeper

PROJECT = Path(__file__).parents[3]

# Starts the servers in a process of its own, says so, and would run for a minute.
SOMEONE = """
import sys, time
from pathlib import Path
from vitas.operations import embedded
with embedded.running(Path(sys.argv[1]), durable=False):
    print("up", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the database's user can reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="vitas-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One folder for all: making the database takes the longest."""
    with open_folder() as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture(scope="module")
def urls(folder: Path) -> Iterator[embedded.Urls]:
    with embedded.running(folder, durable=False) as found:
        yield found


@contextlib.contextmanager
def someone(folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", SOMEONE, str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout and process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def soon(happens: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not happens() and time.monotonic() < end:
        time.sleep(0.02)
    return happens()


def database_pid(folder: Path) -> int:
    """The server's process, 0 if none runs."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((folder / "postgres/postmaster.pid").read_text().split("\n")[0])
        return pid if f"{folder}/postgres" in Path(f"/proc/{pid}/cmdline").read_text() else 0
    return 0


def kill(pid: int) -> None:
    assert pid > 1  # 0 would be everybody
    os.kill(pid, signal.SIGKILL)


def redis_answers(folder: Path) -> bool:
    with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(embedded.urls(folder).redis) as client:
        return bool(client.ping())
    return False


def test_urls_follow_from_the_folder_and_start_nothing(tmp_path: Path) -> None:
    found = embedded.urls(tmp_path / "var")

    assert found == embedded.urls(tmp_path / "sub/../var")
    assert found != embedded.urls(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_socket_paths_stay_short_however_long_the_folder_is() -> None:
    sockets = embedded.socket_folder(Path("/long" * 50))

    assert len(str(sockets / "postgres.keeper")) < 107


def test_keeper_needs_the_standard_library_alone() -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); sys.exit({'django', 'celery'} & set(sys.modules) != set())"

    assert subprocess.run([sys.executable, "-I", "-S", "-c", code, keeper.__file__], check=False).returncode == 0


def test_application_role_owns_nothing_and_makes_nothing(urls: embedded.Urls) -> None:
    with psycopg.connect(urls.database, autocommit=True) as connection:
        owned = connection.execute("SELECT count(*) FROM pg_class WHERE relowner = 'vitas_app'::regrole").fetchone()
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

        assert owned == (0,)
        assert role == (False, False, False, False)
        for forbidden in ["CREATE TABLE mine (id int)", "CREATE TEMPORARY TABLE mine (id int)", "CREATE SCHEMA mine"]:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(forbidden)


def test_application_reads_and_writes_what_the_owner_makes_and_alters_none_of_it(urls: embedded.Urls) -> None:
    with psycopg.connect(urls.database_owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS visit (id bigint GENERATED ALWAYS AS IDENTITY, said text)")

    with psycopg.connect(urls.database, autocommit=True) as application:
        application.execute("INSERT INTO visit (said) VALUES ('one')")
        application.execute("UPDATE visit SET said = 'two'")
        assert application.execute("SELECT said FROM visit").fetchall() == [("two",)]
        for forbidden in ["ALTER TABLE visit ADD more int", "DROP TABLE visit", "TRUNCATE visit"]:
            with pytest.raises(InsufficientPrivilege):
                application.execute(forbidden)
        application.execute("DELETE FROM visit")


def test_owner_makes_the_test_database_and_the_application_may_use_it(urls: embedded.Urls) -> None:
    with psycopg.connect(urls.database_owner, autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_copy")
    with psycopg.connect(urls.database_owner, dbname="test_copy", autocommit=True) as owner:
        owner.execute("CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
        owner.execute("CREATE TABLE visit (said text)")

    with psycopg.connect(urls.database, dbname="test_copy", autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM visit").fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege):
            application.execute("CREATE TABLE mine (id int)")


def test_database_speaks_utf8_and_utc_and_listens_on_no_network(urls: embedded.Urls) -> None:
    with psycopg.connect(urls.database) as connection:
        asked = "server_encoding", "TimeZone", "listen_addresses", "max_connections"
        settings = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in asked]

    assert settings == [("UTF8",), ("UTC",), ("",), ("200",)]


def test_second_user_shares_the_servers_and_leaves_them_running(urls: embedded.Urls, folder: Path) -> None:
    pid = database_pid(folder)

    with embedded.running(folder, durable=False) as shared:
        assert shared == urls

    assert database_pid(folder) == pid != 0


def test_killed_database_is_revived(urls: embedded.Urls, folder: Path) -> None:
    killed = database_pid(folder)

    kill(killed)

    assert soon(lambda: database_pid(folder) not in {0, killed})


def test_killed_user_takes_the_servers_along_and_their_rows_stay(own_folder: Path) -> None:
    with someone(own_folder) as process:
        with psycopg.connect(embedded.urls(own_folder).database_owner, autocommit=True) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 1 AS one")
        pid = database_pid(own_folder)

        process.kill()

        assert soon(lambda: not Path(f"/proc/{pid}").exists())
        assert soon(lambda: not redis_answers(own_folder))
    with embedded.running(own_folder, durable=False) as again, psycopg.connect(again.database_owner) as owner:
        assert owner.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_killed_keeper_takes_its_server_along_and_the_next_use_starts_another(own_folder: Path) -> None:
    with contextlib.closing(embedded.Use("postgres", own_folder, durable=False)) as use:
        use.wait()
        killed = database_pid(own_folder)
        watching = int(Path(f"/proc/{killed}/stat").read_text().split()[3])

        kill(watching)

        assert soon(lambda: use.lost)
        use.wait()
        assert database_pid(own_folder) not in {0, killed}


def test_servers_stop_with_the_last_user(own_folder: Path) -> None:
    with embedded.running(own_folder, database=False):
        assert redis_answers(own_folder)

    assert not redis_answers(own_folder)
    assert soon(lambda: not embedded.socket_folder(own_folder).exists())


def test_pid_file_of_some_other_process_is_no_hindrance(own_folder: Path) -> None:
    with embedded.running(own_folder, redis=False, durable=False):
        pass
    pid_file = own_folder / "postgres/postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n/tmp\n\n  0  0\nready   \n")

    with (
        embedded.running(own_folder, redis=False, durable=False) as again,
        psycopg.connect(again.database) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the servers as another user")
def test_folder_closed_to_the_database_user_still_works(own_folder: Path) -> None:
    closed = own_folder / "closed"
    closed.mkdir(mode=0o700)

    with (
        embedded.running(closed / "var", redis=False, durable=False) as found,
        psycopg.connect(found.database) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    elsewhere = (closed / "var/home").resolve()
    assert (elsewhere / "postgres/PG_VERSION").exists()
    shutil.rmtree(elsewhere)


def test_reason_is_told_when_a_server_cannot_start(own_folder: Path) -> None:
    (own_folder / "postgres").mkdir()
    (own_folder / "postgres/PG_VERSION").write_text("9.1\n")

    with (
        pytest.raises(embedded.NotStarted, match=r"postgres.log says: .*No such file"),
        embedded.running(own_folder, redis=False),
    ):
        pass
