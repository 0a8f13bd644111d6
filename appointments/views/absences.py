"""A doctor's absences: added, changed and removed by a form, which is also what a drag on the agenda sends."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import agenda
from appointments.agenda_forms import AbsenceForm, absence_fields
from appointments.views.agenda import shown_place
from appointments.views.strands import back, judged, refused
from clinic import absences
from clinic.models import Absence, DoctorPlace
from clinic.pages import for_doctors
from vitas.accounts.actor import Actor
from vitas.common.errors import Refused
from vitas.common.pages import page


@for_doctors
@require_http_methods(["GET", "POST"])
def new_absence(request: HttpRequest) -> HttpResponse:
    """`start` and `end`, wall times, fill the form."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    places, here = _places(request)
    if request.method == "GET":
        form = AbsenceForm(initial=_asked(request, here), places=places, shown=here)
        return _shown(request, form, here)
    form = AbsenceForm(request.POST, places=places, shown=here)
    if not form.is_valid():
        return _shown(request, form, here, status=422)
    starts_at, ends_at = form.span()

    def add() -> Absence:
        return absences.add(
            doctor_id=here.doctor_id,
            starts_at=starts_at,
            ends_at=ends_at,
            place=form.chosen_place,
            reason=form.cleaned_data["reason"],
            by=actor,
        )

    try:
        return judged(request, add, done=_("The absence is entered."))
    except Refused as refusal:
        return refused(request, refusal) or _refused(request, form, here, refusal)


@for_doctors
@require_http_methods(["GET", "POST"])
def one_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Change one, or with `remove` take it away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    own = Absence.objects.visible_to(actor).filter(doctor_id=actor.doctor_id)
    absence = get_object_or_404(own.select_related("place__clinic"), pk=absence_id)
    places, here = _places(request)
    if absence.place and absence.place not in places:
        places = [*places, absence.place]  # one where the doctor no longer receives
    if request.method == "GET":
        return _shown(request, AbsenceForm(initial=_of(absence, here), places=places, shown=here), here, absence)
    if request.POST.get("remove"):
        return _removed(request, absence, actor)
    form = AbsenceForm(request.POST, places=places, shown=here)
    if not form.is_valid():
        return _shown(request, form, here, absence, status=422)
    starts_at, ends_at = form.span(absence)

    def change() -> Absence:
        return absences.change(
            absence_id=absence.pk,
            starts_at=starts_at,
            ends_at=ends_at,
            place=form.chosen_place,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=actor,
        )

    try:
        return judged(request, change, done=_("The absence is changed."))
    except Refused as refusal:
        return refused(request, refusal) or _refused(request, form, here, refusal, absence)


def _removed(request: HttpRequest, absence: Absence, actor: Actor) -> HttpResponse:
    places, here = _places(request)
    seen = request.POST.get("seen", "")
    try:
        return judged(
            request,
            lambda: absences.remove(absence_id=absence.pk, seen=seen, by=actor),
            done=_("The absence is removed; the time can be booked again."),
        )
    except Refused as refusal:
        form = AbsenceForm(_of(absence, here), places=places, shown=here)
        return refused(request, refusal) or _refused(request, form, here, refusal, absence)


def _places(request: HttpRequest) -> tuple[list[DoctorPlace], DoctorPlace]:
    """The doctor's places, and the one whose clock the form's times are of. Raises Http404 where there is none."""
    places = agenda.places(request.actor)  # type: ignore[attr-defined]
    if not places:
        raise Http404
    return places, shown_place(request, places)


def _asked(request: HttpRequest, here: DoctorPlace) -> dict[str, Any]:
    starts, ends = (_wall(request.GET.get(name, "")) for name in ("start", "end"))
    if starts and ends and starts < ends:
        return absence_fields(starts, ends)
    tomorrow = agenda.wall(timezone.now(), here.clinic.zone).date() + timedelta(days=1)
    return {"first_day": tomorrow, "last_day": tomorrow}


def _wall(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=None, second=0, microsecond=0) if found and 2000 <= found.year <= 2200 else None


def _of(absence: Absence, here: DoctorPlace) -> dict[str, Any]:
    zone = here.clinic.zone
    return {
        **absence_fields(agenda.wall(absence.starts_at, zone), agenda.wall(absence.ends_at, zone)),
        "place": str(absence.place_id or ""),
        "reason": absence.reason,
        "seen": absences.version(absence),
    }


def _refused(
    request: HttpRequest, form: AbsenceForm, here: DoctorPlace, refusal: Refused, absence: Absence | None = None
) -> HttpResponse:
    form.full_clean()
    form.refuse(refusal)
    return _shown(request, form, here, absence, status=refusal.status)


def _shown(
    request: HttpRequest, form: AbsenceForm, here: DoctorPlace, absence: Absence | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "here": here,
        "absence": absence,
        "over": absence is not None and absence.ends_at <= timezone.now(),
        "back": back(request),
        "address": request.get_full_path(),
    }
    return page(request, "appointments/agenda_absence.html", context, fragments=["sheet"], status=status)
