"""What a change of hours would strand, shown before it is made; and the visits that are stranded now."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from appointments import agenda, stranded
from appointments.stranded import Moved, Stranded
from clinic.pages import for_doctors
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import shown
from vitas.common.errors import Refused
from vitas.common.pages import go, here, page

T = TypeVar("T")

_NOT_SENT_AGAIN = ("csrfmiddlewaretoken", "accepted", "decision", "quiet")
_MOVE = "move-"


@for_doctors
@require_http_methods(["GET", "POST"])
def stranded_page(request: HttpRequest) -> HttpResponse:
    """The doctor's visits that lie outside the hours now, and moving them."""
    actor, now = _actor(request), timezone.now()
    if request.method == "POST":
        _move(request, actor)
        return go(request, reverse("doctor-stranded"))
    rows = stranded.described(stranded.outside(agenda.doctor_id(actor), now), by=actor, now=now)
    _note(actor, rows)
    return page(request, "appointments/agenda_stranded.html", _context(request, rows, change=False))


def judged(request: HttpRequest, change: Callable[[], T], *, done: str) -> HttpResponse:
    """Make the change that was asked for, and what was chosen for the visits it strands; or ask what to choose.

    `done` is what is said then. Raises what `change` raises.
    """
    actor = _actor(request)
    try:
        stranded.changing(change, doctor_id=agenda.doctor_id(actor), accepted=_ids(request.POST), by=actor)
    except stranded.Strands as strands:
        _note(actor, strands.stranded)
        context = _context(request, strands.stranded, change=True)
        return page(request, "appointments/agenda_stranded.html", context, fragments=["sheet"], status=409)
    if request.POST.get("quiet"):
        return HttpResponse(status=204)
    messages.success(request, done)
    if request.POST.get("decision") == "move":
        _move(request, actor)
    return go(request, back(request))


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse | None:
    """The answer to a drag that is refused: a sentence. A form says it itself."""
    if not request.POST.get("quiet"):
        return None
    sentence = refusal.problems[0].message if refusal.problems else refusal.message
    return HttpResponse(str(sentence), status=refusal.status, content_type="text/plain; charset=utf-8")


def back(request: HttpRequest) -> str:
    """To the agenda, as the person left it."""
    address = reverse("doctor-agenda")
    was = here(request) if request.htmx else ""  # type: ignore[attr-defined]
    return was if was.partition("?")[0] == address else address


def _context(request: HttpRequest, rows: list[Stranded], *, change: bool) -> dict[str, Any]:
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_SENT_AGAIN and not name.startswith(_MOVE)
        for value in values
    ]
    return {
        "rows": [(row, _choices(row)) for row in rows if row.visit],
        "held": sum(row.visit is None for row in rows),
        "movable": sum(row.movable and bool(row.times) for row in rows),
        "accepted": [row.id for row in rows] if change else [],
        "sent": sent,
        "change": change,
        "address": request.get_full_path(),
    }


def _choices(row: Stranded) -> list[tuple[str, str]]:
    """Other times, as a list to choose from holds and shows them."""
    zone = row.visit.clinic.zone if row.visit else ""
    return [(moment.isoformat(), shown.when_text(moment, zone)) for moment in row.times]


def _move(request: HttpRequest, actor: Actor) -> None:
    """Move what was chosen, and say of each what became of it."""
    wanted = _times(request.POST)
    if not wanted:
        return
    results = stranded.move(wanted, doctor_id=agenda.doctor_id(actor), by=actor)
    moved = sum(not result.why_not for result in results)
    if moved:
        text = ngettext(
            "%(count)d visit moved; the patient is told.", "%(count)d visits moved; the patients are told.", moved
        )
        messages.success(request, text % {"count": moved})
    for result in results:
        if result.why_not:
            messages.error(request, _sentence(result))


def _sentence(result: Moved) -> str:
    when = shown.when_text(result.starts_at, result.visit.clinic.zone)
    return _("%(patient)s was not moved to %(when)s: %(why)s") % {
        "patient": result.visit.patient.full_name,
        "when": when,
        "why": result.why_not,
    }


def _times(sent: QueryDict) -> dict[UUID, datetime]:
    found = {}
    for name, value in sent.items():
        if name.startswith(_MOVE) and value:
            try:
                found[UUID(name.removeprefix(_MOVE))] = datetime.fromisoformat(str(value)).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
    return found


def _ids(sent: QueryDict) -> set[UUID]:
    found = set()
    for value in sent.getlist("accepted"):
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found


def _note(actor: Actor, rows: list[Stranded]) -> None:
    ids = [str(row.id) for row in rows if row.visit]
    trail.record(
        actor,
        "READ_APPOINTMENTS",
        category=trail.Category.APPOINTMENT,
        resource="appointments",
        count=len(ids),
        ids=ids,
    )


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]
