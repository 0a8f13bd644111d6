"""Moving a visit at the desk: another free time of the same doctor, here or at another clinic of theirs."""

from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments import booking, day_board
from appointments.admin_pages import actor_of, back_of, board_at, day_of, for_desk, query_of, say, visit_for
from appointments.admin_times import places_of, week_of
from appointments.models import Appointment
from appointments.permissions import require_own_clinic
from appointments.possible import Act
from clinic.models import DoctorPlace
from vitas.common import wall_time
from vitas.common.errors import Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import go, page
from vitas.common.shown import when_text
from vitas.common.visible_admin import StaffSite


class MoveForm(PageForm):
    """The time that was chosen, and where; why, if there is something to say."""

    at = forms.DateTimeField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Choose one of the free times.")}
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)


@for_desk
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, visit_id: UUID, *, site: StaffSite) -> HttpResponse:
    """A week of free times; the one that is chosen becomes the visit's."""
    actor, now = actor_of(request), timezone.now()
    visit = visit_for(actor, visit_id)
    require_own_clinic(actor, visit.clinic_id)
    place, places = _place(request, visit)
    form, status = MoveForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                moved = _move(
                    visit, place, form.cleaned_data["at"], reason=form.cleaned_data["reason"], request=request
                )
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                when = when_text(moved.starts_at, place.clinic.zone)
                say(request, _("The visit of %(name)s is moved: %(when)s.") % {"name": visit.patient, "when": when})
                return go(request, board_at(back_of(request, actor), visit_id=visit.pk))
    site.note(request, Appointment, "READ", row=visit, patient_id=visit.patient_id)
    row = day_board.row_of(actor, visit, now=now)
    context = {
        **site.each_context(request),
        "title": _("Move the visit"),
        "row": row,
        "why_not": _why_not(row),
        "form": form,
        "place": place,
        "places": places,
        "week": week_of(place, _first(request, visit), type=visit.type, minutes=_minutes(visit), now=now),
        "zone": place.clinic.zone,
        "chosen": request.POST.get("at", ""),
        "back": query_of(back_of(request, actor)),
        "query": urlencode({"place": place.pk, "back": query_of(back_of(request, actor))}),
    }
    return page(request, "admin/day/move.html", context, fragments=["times"], status=status)


def _move(
    visit: Appointment, place: DoctorPlace, starts_at: datetime, *, reason: str, request: HttpRequest
) -> Appointment:
    actor = actor_of(request)
    require_own_clinic(actor, place.clinic_id)
    return booking.reschedule(appointment_id=visit.pk, starts_at=starts_at, reason=reason, by=actor, place=place)


def _place(request: HttpRequest, visit: Appointment) -> tuple[DoctorPlace, list[DoctorPlace]]:
    """The place that is asked for, of those of the visit's doctor where the person may book; else the visit's own."""
    places = [place for place in places_of(actor_of(request)) if place.doctor_id == visit.doctor_id]
    wanted = request.POST.get("place") or request.GET.get("place") or str(visit.place_id)
    found = next((place for place in places if str(place.pk) == wanted), None)
    return found or DoctorPlace.objects.select_related("clinic", "doctor").get(pk=visit.place_id), places


def _first(request: HttpRequest, visit: Appointment) -> date:
    """The first day shown: as asked, else the visit's own."""
    asked = day_of(request.POST.get("from") or request.GET.get("from") or "")
    return asked or wall_time.local_day(visit.starts_at, visit.clinic.zone)


def _minutes(visit: Appointment) -> int:
    return int((visit.ends_at - visit.starts_at).total_seconds() // 60)


def _why_not(row: day_board.Row) -> str:
    found = next((possible for possible in row.acts if possible.act == Act.MOVE), None)
    return found.why_not if found else _("This is not possible now.")
