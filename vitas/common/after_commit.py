"""Making a sweep run soon after a commit.

Every task of ours is a sweep: it finds its work in the database, so it may run twice or never, and beat runs it anyway.
`soon` only shortens the wait. It hands the task's name to a thread of this process, which sends each name at most every
`_PAUSE` seconds: a request never talks to the broker, and a dead broker never slows or fails a committed act.
"""

import logging
import os
import threading
import time
from typing import Any

from celery import Task
from django.db import transaction

log = logging.getLogger(__name__)

_PAUSE = 0.05

_wanted: dict[str, Any] = {}
_wake = threading.Event()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def soon(task: Task) -> None:
    """Run `task` (no arguments) shortly after the transaction commits; at once when there is none."""
    transaction.on_commit(lambda: _want(task))


def _want(task: Task) -> None:
    global _thread
    with _lock:
        _wanted[task.name] = task
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_send_forever, name="after-commit", daemon=True)
            _thread.start()
    _wake.set()


def _send_forever() -> None:
    while True:
        _wake.wait()
        _wake.clear()
        with _lock:
            tasks = list(_wanted.values())
            _wanted.clear()
        for task in tasks:
            try:
                task.apply_async(retry=False, ignore_result=True)
            except Exception as error:
                log.warning(
                    "broker out of reach, the sweep will do it", extra={"task": task.name, "error": repr(error)}
                )
        time.sleep(_PAUSE)


def _begin_anew() -> None:
    """A forked process has none of its parent's threads, and a lock that one of them held would stay held."""
    global _lock, _wake, _thread
    _lock, _wake, _thread = threading.Lock(), threading.Event(), None
    _wanted.clear()


os.register_at_fork(after_in_child=_begin_anew)
