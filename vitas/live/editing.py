"""Edit locks for our own pages (static/js/editing.js): a page says by itself that somebody edits."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from vitas.accounts.pages import for_members
from vitas.common.errors import NotFound, Unavailable
from vitas.common.wall_time import iso
from vitas.live import locks
from vitas.live.locks import Held, Lock

LEASE: Final = 90.0  # seconds: a browser lets the clocks of a window in the background run once a minute


@for_members
@require_POST
def look(request: HttpRequest) -> JsonResponse:
    """Who edits `lock`, when a form is shown."""
    return _told(lambda: locks.look(request.POST.get("lock", ""), by=request.actor))  # type: ignore[attr-defined]


@for_members
@require_POST
def acquire(request: HttpRequest) -> JsonResponse:
    """At the first change of a form."""
    name = request.POST.get("lock", "")
    return _told(lambda: locks.acquire(name, by=request.actor, lease=LEASE))  # type: ignore[attr-defined]


@for_members
@require_POST
def renew(request: HttpRequest) -> JsonResponse:
    return _told(lambda: locks.renew(_id(request), by=request.actor, lease=LEASE))  # type: ignore[attr-defined]


@for_members
@require_POST
def release(request: HttpRequest) -> JsonResponse:
    """When the form is left. What is not held is given back already."""
    return _told(lambda: locks.release(_id(request), by=request.actor))  # type: ignore[attr-defined]


def _told(question: Callable[[], Lock | Held | None]) -> JsonResponse:
    """`mine` with its id, `other` with a name, `window` (the same person's), `free`, `gone`, or `away`: no Redis."""
    try:
        found = question()
    except NotFound:
        return JsonResponse({"state": "gone"}, status=404)
    except Unavailable:
        return JsonResponse({"state": "away"})
    if found is None:
        return JsonResponse({"state": "free"})
    if isinstance(found, Lock):
        return JsonResponse({"state": "mine", "id": str(found.id)})
    state = "window" if found.mine else "other"
    return JsonResponse({"state": state, "by": locks.name_of(found.user_id), "since": iso(found.since)})


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise NotFound() from None
