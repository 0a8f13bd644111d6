"""Counting in Redis, so that a limit holds over several processes."""

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings

log = logging.getLogger(__name__)

# Counts one and sets the end of the window in the same step; answers the count and the seconds left. A second key, where
# there is one, is looked up on the way: it says whether the session was revoked.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
local revoked = 0
if KEYS[2] then revoked = redis.call('EXISTS', KEYS[2]) end
return {count, redis.call('TTL', KEYS[1]), revoked}
"""


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


@cache
def server() -> Any:
    """This process's pool of Redis connections."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=settings.REDIS_TIMEOUT, socket_connect_timeout=settings.REDIS_TIMEOUT
    )


@cache
def _script() -> Any:
    return server().register_script(_COUNT)


def count(key: str, *, limit: int, window: int, revoked_key: str = "") -> Counted | None:
    """Count one under `key` in a window of `window` seconds. None when Redis is down: the caller says what that means."""
    keys = [f"limit:{key}", revoked_key] if revoked_key else [f"limit:{key}"]
    try:
        counted, seconds, revoked = _script()(keys=keys, args=[window])
    except (redis.ConnectionError, redis.TimeoutError) as error:
        log.warning("redis out of reach, a limit was not counted", extra={"error": type(error).__name__})
        return None
    return Counted(count=counted, limit=limit, seconds=max(seconds, 1), revoked=bool(revoked))


def peek(key: str, *, limit: int) -> Counted | None:
    """The count so far, without counting. None when Redis is down."""
    try:
        counted, seconds = server().pipeline().get(f"limit:{key}").ttl(f"limit:{key}").execute()
    except (redis.ConnectionError, redis.TimeoutError):
        return None
    return Counted(count=int(counted or 0), limit=limit, seconds=max(seconds, 1))


def forget(key: str) -> None:
    """Start a count anew (after a good sign-in)."""
    try:
        server().delete(f"limit:{key}")
    except (redis.ConnectionError, redis.TimeoutError):
        log.warning("redis out of reach, a count was not reset")
