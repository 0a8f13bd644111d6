"""The answers "no": a small family of exceptions, each with a code of S3 5.2 and a sentence for the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One field that is wrong, and why. `field` is snake_case here and camelCase in the answer."""

    field: str
    message: Sentence


class Refused(Exception):
    """A request that is understood and not granted. `extra` stands beside `details` in the answer."""

    status = 400
    code = "VALIDATION_ERROR"
    sentence: Sentence = _("The request cannot be granted.")

    def __init__(
        self,
        message: Sentence | None = None,
        *,
        problems: Sequence[Problem] = (),
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.sentence
        self.problems = list(problems)
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        super().__init__(str(self.message))


class Invalid(Refused):
    """400: something in the request is missing or wrong."""

    sentence = _("Validation failed. Correct the fields named below.")

    @classmethod
    def field(cls, field: str, message: Sentence) -> "Invalid":
        return cls(problems=[Problem(field, message)])


class NotSignedIn(Refused):
    """401: no token, a dead one, a wrong password, a wrong code."""

    status = 401
    code = "AUTHENTICATION_ERROR"
    sentence = _("Sign in to continue.")


class NotAllowed(Refused):
    """403: the person may know that the thing exists, and may not do this."""

    status = 403
    code = "AUTHORIZATION_ERROR"
    sentence = _("You do not have permission to do this.")


class NotFound(Refused):
    """404: there is no such thing, or the person may not know that there is."""

    status = 404
    code = "NOT_FOUND"
    sentence = _("Not found.")


class Conflict(Refused):
    """409: somebody else was first."""

    status = 409
    code = "CONFLICT"
    sentence = _("This conflicts with something that is already there.")


class NotPossibleNow(Refused):
    """422: the state or the day does not allow it."""

    status = 422
    code = "UNPROCESSABLE_ENTITY"
    sentence = _("This is not possible now.")


class TooMany(Refused):
    """429: over a limit; `retry_after` in seconds."""

    status = 429
    code = "RATE_LIMIT_EXCEEDED"
    sentence = _("Too many requests. Wait a moment and try again.")


class Unavailable(Refused):
    """503: something this needs is down; it works again by itself."""

    status = 503
    code = "SERVICE_UNAVAILABLE"
    sentence = _("This service is not available right now. Try again in a moment.")

    def __init__(self, message: Sentence | None = None, *, retry_after: int = 5, **more: Any) -> None:
        super().__init__(message, retry_after=retry_after, **more)
