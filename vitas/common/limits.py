"""Counting in Redis, so that a limit holds over several processes.

Redis may be down at any time: then nothing is counted (None) and the caller says what that means. A call that failed
is not tried again for a moment, so that a server that hangs costs one request its time-out, not every one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

# Also what a full or read-only server answers: whatever ails Redis, it is "not now".
OUT_OF_REACH = (redis.RedisError, OSError)
REST = 1.0  # seconds without Redis after a call that failed

# Counts one and sets the end of the window in the same step; answers the count and the seconds left. A second key,
# where there is one, is looked up on the way: it says whether the session was revoked.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
local left = redis.call('TTL', KEYS[1])
if left < 0 then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
local revoked = 0
if KEYS[2] then revoked = redis.call('EXISTS', KEYS[2]) end
return {count, left, revoked}
"""

_GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end
return 0
"""

_rests_until = 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """A count within a window; `seconds` until it starts anew."""

    count: int
    limit: int
    seconds: int
    revoked: bool = False

    @property
    def over(self) -> bool:
        return self.count > self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.count, 0)


def count(key: str, *, limit: int, window: int, revoked_key: str = "") -> Counted | None:
    """Count one under `key` in a window of `window` seconds. None when Redis is down."""
    keys = [f"limit:{key}", revoked_key] if revoked_key else [f"limit:{key}"]
    answer = _ask(lambda: _script(_COUNT)(keys=keys, args=[window]))
    if answer is None:
        return None
    counted, seconds, revoked = answer
    return Counted(count=counted, limit=limit, seconds=max(seconds, 1), revoked=bool(revoked))


def peek(key: str, *, limit: int) -> Counted | None:
    """The count so far, without counting. None when Redis is down."""
    answer = _ask(lambda: server().pipeline().get(f"limit:{key}").ttl(f"limit:{key}").execute())
    if answer is None:
        return None
    counted, seconds = answer
    return Counted(count=int(counted or 0), limit=limit, seconds=max(seconds, 1))


def forget(key: str) -> None:
    """Start a count anew (after a good sign-in)."""
    _ask(lambda: server().delete(f"limit:{key}"))


def give_back(key: str) -> None:
    """Take one back that was counted and then refused, or that turned out well where only failures count."""
    _ask(lambda: _script(_GIVE_BACK)(keys=[f"limit:{key}"]))


@cache
def server() -> Any:
    """This process's pool of Redis connections: no second try, for whoever waits has waited long enough."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT,
        socket_connect_timeout=settings.REDIS_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _script(text: str) -> Any:
    return server().register_script(text)


def _ask(question: Callable[[], Any]) -> Any:
    """Redis's answer; None when it is out of reach, or was a moment ago."""
    global _rests_until
    if monotonic() < _rests_until:
        return None
    try:
        return question()
    except OUT_OF_REACH as error:
        _rests_until = monotonic() + REST
        log.warning("redis out of reach, a limit was not counted", extra={"error": type(error).__name__})
        return None
