"""The bell: what happened, in words; how much of it is new; and that it was read."""

import json
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vitas.accounts.pages import for_signed_in
from vitas.common.pages import page
from vitas.live import news
from vitas.live.store import PAGE as MOST

SHOWN: Final = 20  # a page
_PAGES: Final = 500
_COUNT_AGAIN: Final = json.dumps({"live": {"target": "#unread"}})


@for_signed_in
@require_safe
@transaction.atomic
def notifications(request: HttpRequest) -> HttpResponse:
    """Looking reads nothing: the page says by a form of its own that it was shown."""
    return _listed(request)


@for_signed_in
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """For the top bar: how many are unread; nothing at all where none is."""
    found = news.unread_count(request.actor)  # type: ignore[attr-defined]
    return render(
        request, "live/count.html", {"unread": found, "most": news.COUNTED_TO, "over": found > news.COUNTED_TO}
    )


@for_signed_in
@require_POST
@transaction.atomic
def read(request: HttpRequest) -> HttpResponse:
    """`shown` names what the page has shown; `until` is the newest of all that are read at once."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = request.POST.getlist("shown")
    if shown:
        news.read(actor, ids=_ids(shown[:MOST]))
    for until in _ids([request.POST.get("until", "")]):
        news.read_all(actor, until=until)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("notifications")
    if shown:
        return HttpResponse(status=204, headers={"HX-Trigger": _COUNT_AGAIN})
    answer = _listed(request)
    answer.headers["HX-Trigger"] = _COUNT_AGAIN
    return answer


def _listed(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    number = _page_number(request.GET.get("page", ""))
    rows = list(news.of(actor)[(number - 1) * SHOWN : number * SHOWN + 1])
    told = news.told(actor, rows[:SHOWN])
    context: dict[str, Any] = {
        "told": told,
        "newest": rows[0].pk if rows else None,
        "any_unread": any(line.unread for line in told),
        "number": number,
        "newer": number - 1 if number > 1 else None,
        "older": number + 1 if len(rows) > SHOWN else None,
    }
    return page(request, "live/notifications.html", context, fragments=["notification-list"])


def _page_number(text: str) -> int:
    return min(max(int(text), 1), _PAGES) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
