"""What is known of the request in hand, for logs and the audit trail, without passing it through every function."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class RequestContext:
    request_id: str = ""
    address: str | None = None
    agent: str = ""
    user_id: str = ""


current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 (read only)
