"""A doctor's typical week at a place: a table of spans, which the calendar above it draws and changes."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import agenda
from appointments.agenda_forms import spans_sent
from appointments.views.agenda import said, weekdays
from appointments.views.strands import judged
from clinic import hours
from clinic.models import DoctorPlace
from clinic.pages import for_doctors
from vitas.accounts.actor import Actor
from vitas.common.errors import Refused
from vitas.common.pages import page

Row = tuple[str, str]


@for_doctors
@require_http_methods(["GET", "POST"])
def hours_page(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """All spans are saved together, valid for every week from now on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    places = agenda.places(actor)
    here = next((place for place in places if place.pk == place_id), None)
    if here is None:
        raise Http404
    if request.method == "GET":
        spans = hours.of(here)
        return _shown(request, here, places, _rows(spans), seen=hours.version(spans))
    sent = request.POST
    lists = sent.getlist("weekday"), sent.getlist("from"), sent.getlist("to")
    try:
        spans = spans_sent(*lists)
        return judged(
            request,
            lambda: hours.replace(place=here, spans=spans, seen=sent.get("seen", ""), by=actor),
            done=_("The hours are saved. They hold for every week."),
        )
    except Refused as refusal:
        rows = _sent_rows(*lists)
        return _shown(request, here, places, rows, seen=sent.get("seen", ""), refusal=refusal)


def _rows(spans: list[hours.Span]) -> list[list[Row]]:
    """The spans of each weekday as the fields show them."""
    week: list[list[Row]] = [[] for _day in range(7)]
    for span in spans:
        starts, ends = agenda.clock_of(span)
        week[span.weekday].append((f"{starts:%H:%M}", f"{ends:%H:%M}"))
    return week


def _sent_rows(days: list[str], starts: list[str], ends: list[str]) -> list[list[Row]]:
    """What was sent stays on the page."""
    week: list[list[Row]] = [[] for _day in range(7)]
    for day, start, end in zip(days, starts, ends, strict=False):
        if day in "0123456" and len(day) == 1 and (start or end):
            week[int(day)].append((start[:5], end[:5]))
    return week


def _shown(
    request: HttpRequest,
    here: DoctorPlace,
    places: list[DoctorPlace],
    rows: list[list[Row]],
    *,
    seen: str,
    refusal: Refused | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "here": here,
        "edit_lock": f"doctor-place:{here.pk}",
        "places": places,
        "week": list(zip(range(7), weekdays(), rows, strict=True)),
        "seen": seen,
        "refused": said(refusal) if refusal else "",
        "stale": refusal is not None and refusal.status == 409,
        "settings": {
            "slot": here.slot_minutes,
            "words": {
                "from": _("From"),
                "to": _("To"),
                "remove": _("Remove this span"),
                "span": _("Working time"),
                "allDay": _("All day"),
            },
        },
        "back": f"{reverse('doctor-agenda')}?place={here.pk}",
    }
    return page(request, "appointments/hours.html", context, status=refusal.status if refusal else 200)
