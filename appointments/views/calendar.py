"""A visit for one's calendar, and the private address of all of them."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from appointments import calendar_feed, calendar_file
from appointments.views.seen import note_read, seen_visit
from patients.pages import for_patients
from vitas.common.errors import NotFound, TooMany
from vitas.common.pages import page

_TYPE: Final = "text/calendar; charset=utf-8"


@for_patients
@require_GET
def visit_file(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    row = seen_visit(request, visit_id)
    note_read(request, row)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "no-store"}
    return HttpResponse(calendar_file.of_visit(row), content_type=_TYPE, headers=headers)


@for_patients
@require_http_methods(["GET", "POST"])
def feed_page(request: HttpRequest) -> HttpResponse:
    """Make, show, copy and revoke the private address."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        if request.POST.get("act") == "revoke":
            if calendar_feed.revoke(by=actor):
                messages.success(request, _("The address no longer answers."))
        else:
            calendar_feed.make(by=actor)
        return redirect("calendar-feed")
    feed = calendar_feed.of(actor)
    address = calendar_feed.address(feed) if feed else ""
    context = {"feed": feed, "address": address, "subscribe": f"webcal://{address.partition('://')[2]}"}
    return page(request, "appointments/calendar.html", context)


@require_safe
def feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programs: whoever has the address reads it, nobody is signed in."""
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    try:
        return HttpResponse(calendar_feed.read(token), content_type=_TYPE, headers=headers)
    except NotFound as error:
        raise Http404 from error
    except TooMany as refusal:
        headers["Retry-After"] = str(refusal.retry_after)
        return HttpResponse(str(refusal.message), content_type="text/plain; charset=utf-8", status=429, headers=headers)
