"""A doctor's page: who this is, where, what it costs, and a week of free times. Open to all."""

from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appointments.slots_sql import USUAL_MINUTES
from appointments.views.doctor_cards import book_address
from appointments.views.finding import listed_place, open_to_all
from appointments.views.week import asked_day, visitor_zone, week_of
from clinic.models import DoctorLicence, DoctorPlace, VisitKind, VisitType
from vitas.common.pages import page

_LICENCES: Final = {"matricula": "Matrícula"}
USUAL: Final = VisitType.CONSULTATION.value


@require_GET
@open_to_all
def times(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The doctor at this place. `from` is the first day of the week, `type` the kind of visit."""
    place = listed_place(place_id)
    minutes = dict(VisitKind.objects.of(place.clinic.organization_id).values_list("type", "minutes"))
    asked = request.GET.get("type", "")
    wanted = asked if asked in VisitType.values else USUAL

    def turn(first: date) -> str:
        return address_of(place.pk, first=first, visit_type=wanted)

    def link(at: datetime) -> str:
        return book_address(place.pk, at, wanted)

    week = week_of(
        place,
        asked_day(request.GET.get("from", "")),
        link=link,
        turn=turn,
        visit_type=wanted,
        visitor_zone=visitor_zone(request),
    )
    context = {
        "place": place,
        "doctor": place.doctor,
        "clinic": place.clinic,
        "week": week,
        "kinds": _kinds(minutes, wanted),
        "other_places": _other_places(place),
        "licences": [{"shown": licence_text(licence)} for licence in place.doctor.licences.order_by("pk")],
        "payment_rule": payment_rule(place),
        "map_link": _map_link(place) if settings.MAP_TILES_URL else "",
    }
    return page(request, "appointments/times.html", context, fragments=["week"])


def address_of(place_id: UUID, *, first: date | None = None, visit_type: str = USUAL) -> str:
    """The doctor's page, with no more in its address than what is not usual."""
    asked: dict[str, Any] = {}
    if first:
        asked["from"] = first.isoformat()
    if visit_type != USUAL:
        asked["type"] = visit_type
    return reverse("times", args=[place_id]) + (f"?{urlencode(asked)}" if asked else "")


def payment_rule(place: DoctorPlace) -> str:
    """When one pays, and until when the money comes back. `place` comes with the clinic's organization."""
    if not place.payment_in_advance:
        return _("You pay at the clinic.")
    hours = place.clinic.organization.refund_hours
    return _(
        "You pay when you book. If you cancel at least %(hours)d hours before the visit, you get all of it back."
    ) % {"hours": hours}


def licence_text(licence: DoctorLicence) -> str:
    """`NPI 1234567890`, `Matrícula 104201 (AR)`."""
    kind = licence.kind.upper() if len(licence.kind) <= 4 else _LICENCES.get(licence.kind, licence.kind.capitalize())
    return f"{kind} {licence.number} ({licence.country})"


def _map_link(place: DoctorPlace) -> str:
    clinic = place.clinic
    where = f"{clinic.latitude:.5f}/{clinic.longitude:.5f}"
    point = urlencode({"mlat": f"{clinic.latitude:.5f}", "mlon": f"{clinic.longitude:.5f}"})
    return f"https://www.openstreetmap.org/?{point}#map=17/{where}"


def _kinds(minutes: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """The kinds of visit with how long each takes; the usual one first."""
    kinds = sorted(VisitType, key=lambda kind: kind != USUAL)
    return [
        {
            "value": kind.value,
            "label": _("%(kind)s · %(minutes)d min")
            % {"kind": kind.label, "minutes": minutes.get(kind.value, USUAL_MINUTES)},
            "chosen": kind.value == chosen,
        }
        for kind in kinds
    ]


def _other_places(place: DoctorPlace) -> list[DoctorPlace]:
    """All places at which one can see the doctor, if there are several."""
    places = DoctorPlace.objects.listed().filter(doctor=place.doctor).select_related("clinic").primary_first()
    found = list(places)
    return found if len(found) > 1 else []
