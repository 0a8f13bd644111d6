"""The demo outbox: what phones and mailboxes would have shown. Nothing was sent, and the page says so."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vitas.common.acting import acting_as_system
from vitas.common.wall_time import iso
from vitas.messaging import templates
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers.base import mailer, messenger

SHOWN = 100


@never_cache
@require_safe
def demo_outbox(request: HttpRequest) -> HttpResponse:
    """`GET /demo/outbox?to=+5511999999999`: newest first, as JSON, or as a page where a browser asks.

    Only in a demo whose messenger sends nothing: elsewhere there is no such address.
    """
    if not settings.DEMO or not messenger().simulated:
        raise Http404
    to = _address(request.GET.get("to", ""))
    shown = [_shown(row) for row in _sent(to)]
    if "text/html" in request.headers.get("Accept", ""):
        response = render(request, "messaging/demo_outbox.html", {"sent": shown, "to": to})
    else:
        answers = [message | {"sentAt": iso(message["sentAt"])} for message in shown]
        response = JsonResponse(answers, safe=False, json_dumps_params={"ensure_ascii": False})
    patch_vary_headers(response, ["Accept"])
    return response


def _address(given: str) -> str:
    """A `+` that was not escaped arrives as a space."""
    return f"+{given.strip()}" if given[:1] == " " else given.strip()


@acting_as_system("messaging")
def _sent(to: str) -> list[OutboxMessage]:
    rows = OutboxMessage.objects.filter(state=OutboxMessage.State.SENT)
    if not mailer().simulated:
        rows = rows.exclude(channel=OutboxMessage.Channel.EMAIL)  # these went out
    if to:
        rows = rows.filter(address=to)
    return list(rows.order_by("-sent_at", "-id")[:SHOWN])


def _shown(row: OutboxMessage) -> dict[str, Any]:
    body = templates.named(row.template).render(json.loads(str(row.variables)), row.language)
    return {"to": row.address, "channel": row.sent_channel, "body": body, "sentAt": row.sent_at}
