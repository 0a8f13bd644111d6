"""Signs of life while a stage is worked on, and how far it is.

Progress is told at most once a second. An engine that reports nothing is vouched for by a thread of ours, until the
stage's time limit: then the work counts as stuck, is given back, and the process ends if it can do nothing better.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from processing import claiming, news, stages, words
from processing.claiming import Claimed, ClaimLost
from processing.engines import EngineError
from processing.models import Recording
from vitas.accounts.actor import PROCESSING
from vitas.common.acting import acting_as

log = logging.getLogger(__name__)

TELL_EVERY: Final = 1.0  # seconds
DATABASE_AWAY: Final = (OperationalError, InterfaceError)
_BEATS_A_LEASE: Final = 4


class Watch:
    """Around the work on one stage. `stuck` is called, in another thread, when the work does not end."""

    def __init__(self, claimed: Claimed, *, stuck: Callable[[], None]) -> None:
        self.claimed = claimed
        self._stuck = stuck
        self._began = self._told = time.monotonic()
        self._limit = stages.time_limit(claimed.stage, claimed.seconds)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="scribe-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def progress(self, done: float) -> None:
        """So many seconds of sound are done. Raises ClaimLost, EngineError TOO_SLOW."""
        now = time.monotonic()
        if now - self._began > self._limit:
            raise EngineError(words.TOO_SLOW, temporary=True)
        if now - self._told < TELL_EVERY:
            return
        self._told = now
        try:
            self._tell(done, now - self._began)
        except DATABASE_AWAY as error:  # the work goes on; it is needed when the database is back
            log.warning("progress was not told", extra={"error": type(error).__name__})
            connection.close_if_unusable_or_obsolete()

    def _tell(self, done: float, took: float) -> None:
        known = {"percent": 0, "seconds_left": None}
        if self.claimed.seconds and done > 0:
            share = min(done / self.claimed.seconds, 1.0)
            known = {"percent": min(int(share * 100), 99), "seconds_left": round(took / share - took)}
        with transaction.atomic():
            claiming.renew(self.claimed, **known)
            news.progressed(Recording.objects.get(pk=self.claimed.recording_id))

    def _beat(self) -> None:
        every = settings.SCRIBE_LEASE.total_seconds() / _BEATS_A_LEASE
        with acting_as(PROCESSING):
            while not self._over.wait(every):
                if time.monotonic() - self._began > self._limit * 1.2:
                    self._give_up()
                    return
                try:
                    claiming.renew(self.claimed)
                except ClaimLost:
                    return
                except DATABASE_AWAY:
                    pass
                finally:
                    connection.close()

    def _give_up(self) -> None:
        log.error("a stage is stuck", extra={"recording_id": str(self.claimed.recording_id)})
        with suppress(ClaimLost, *DATABASE_AWAY):
            claiming.give_back(self.claimed, EngineError(words.TOO_SLOW, temporary=True))
        connection.close()
        self._stuck()
