"""What the desk's own pages in the admin share: who may open them, which day they are about, and the way back."""

import functools
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from appointments import desk
from appointments.day_board import PARTS, Asked
from appointments.models import Appointment
from vitas.accounts.actor import Actor
from vitas.common import wall_time
from vitas.common.errors import NotAllowed, NotFound
from vitas.common.visible_admin import StaffSite

View = Callable[..., HttpResponse]

_YEARS: Final = (2000, 2100)


def for_desk(view: View) -> View:
    """Open to who may take a visit's steps; a refusal of the domain is the page for it."""

    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, site: StaffSite, **kwargs: Any) -> HttpResponse:
        if not site.allows(request, Appointment, "step"):
            raise PermissionDenied
        try:
            return view(request, *args, site=site, **kwargs)
        except NotFound as refusal:
            raise Http404 from refusal
        except NotAllowed as refusal:
            raise PermissionDenied from refusal

    return opened


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def asked_of(query: QueryDict, actor: Actor) -> Asked:
    """The day and the filters out of an address. What cannot be read is left out: a day, then, is today."""
    return Asked(
        on=day_of(query.get("on", "")) or today(actor),
        clinic_id=_uuid(query.get("clinic", "")),
        doctor_id=_uuid(query.get("doctor", "")),
        part=query.get("state", "") if query.get("state") in {name for name, *_rest in PARTS} else "",
    )


def day_of(text: str) -> date | None:
    """A day out of an address, if it is one that a clinic can have."""
    found = wall_time.parse_date(text)
    return found if found and _YEARS[0] <= found.year <= _YEARS[1] else None


def today(actor: Actor) -> date:
    """On the calendar of the person's clinic."""
    return timezone.now().astimezone(desk.zone_of(actor)).date()


def query_of(asked: Asked, **changed: Any) -> str:
    """The filters as an address has them, some of them changed; empty ones are left out."""
    found: dict[str, Any] = {
        "on": asked.on.isoformat(),
        "clinic": asked.clinic_id,
        "doctor": asked.doctor_id,
        "state": asked.part,
    }
    return urlencode({name: value for name, value in (found | changed).items() if value})


def back_of(request: HttpRequest, actor: Actor) -> Asked:
    """The board that the person came from: its filters travel in `back`."""
    return asked_of(QueryDict(request.POST.get("back") or request.GET.get("back") or ""), actor)


def board_at(asked: Asked, *, visit_id: UUID | None = None) -> str:
    """The address of the day, at a visit."""
    anchor = f"#visit-{visit_id}" if visit_id else ""
    return f"{reverse('admin:index')}?{query_of(asked)}{anchor}"


def say(request: HttpRequest, sentence: str, *, wrong: bool = False) -> None:
    (messages.error if wrong else messages.success)(request, sentence)


def visit_for(actor: Actor, visit_id: UUID) -> Appointment:
    """A visit of the person's organization, without the words about health. Raises NotFound."""
    rows = Appointment.objects.visible_to(actor).select_related("patient", "doctor", "clinic", "place")
    visit = rows.defer("reason", "notes", "cancellation_reason").filter(pk=visit_id).first()
    if visit is None:
        raise NotFound()
    return visit


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
