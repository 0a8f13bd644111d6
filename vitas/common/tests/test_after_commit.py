import os
import threading
import time
from typing import Any

import pytest
from django.db import transaction

from vitas.common import after_commit


class Sent:
    """A task that notes when it was sent, or cannot be."""

    def __init__(self, *, broken: bool = False, takes: float = 0.0) -> None:
        self.name = f"task-{id(self)}"
        self.broken, self.takes = broken, takes
        self.times: list[float] = []
        self.came = threading.Event()

    def apply_async(self, **_options: Any) -> None:
        time.sleep(self.takes)
        self.times.append(time.monotonic())
        self.came.set()
        if self.broken:
            raise ConnectionError("no broker")


@pytest.mark.django_db(transaction=True)
def test_a_task_is_sent_once_the_act_is_committed() -> None:
    task = Sent()

    with transaction.atomic():
        after_commit.soon(task)
        assert not task.came.wait(0.2)

    assert task.came.wait(2)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_failed_sends_nothing() -> None:
    task = Sent()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        after_commit.soon(task)
        raise ZeroDivisionError

    assert not task.came.wait(0.2)


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_neither_slows_nor_fails_an_act() -> None:
    dead, alive = Sent(broken=True, takes=0.5), Sent()
    began = time.monotonic()

    for task in (dead, alive):
        with transaction.atomic():
            after_commit.soon(task)

    assert time.monotonic() - began < 0.4
    assert alive.came.wait(5)


@pytest.mark.django_db(transaction=True)
def test_many_acts_in_a_moment_send_few_messages() -> None:
    task = Sent()

    for _ in range(200):
        after_commit.soon(task)
    time.sleep(0.3)

    assert 1 <= len(task.times) <= 8


@pytest.mark.django_db(transaction=True)
def test_a_forked_process_sends_too() -> None:
    after_commit.soon(Sent())
    child = os.fork()
    if child == 0:
        task = Sent()
        after_commit._want(task)
        os._exit(0 if task.came.wait(3) else 1)

    _pid, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
