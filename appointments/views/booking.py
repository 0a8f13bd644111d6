"""The page that takes a free time: a last look, one button."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from appointments import booking, limited, nearby, patients_may
from appointments.models import FIRM, Appointment, Status
from appointments.payments import refunds
from appointments.views.finding import listed_place
from appointments.views.paying import lead_to_pay
from appointments.views.seen import seen_visits
from appointments.views.stepper import steps_at
from clinic.models import DoctorPlace, VisitType
from patients import profiles
from patients.models import Patient
from patients.pages import for_patients
from vitas.common.errors import Refused
from vitas.common.ids import new_id
from vitas.common.page_forms import PageForm
from vitas.common.pages import go, here, page

_LAST_YEAR: Final = 2200  # a date beyond is a joke, and past what calendars count


class BookForm(PageForm):
    """`id` makes a second click harmless; `at` is the instant that was clicked."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    at = forms.DateTimeField(widget=forms.HiddenInput)
    type = forms.ChoiceField(choices=VisitType.choices, widget=forms.HiddenInput)
    patient = forms.ChoiceField(label=_("Who is it for?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason for the visit"),
        max_length=500,
        required=False,
        help_text=_("If you like, a sentence for the doctor. Nobody else reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, people: list[Patient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patient"].choices = [(str(person.pk), person.full_name) for person in people]  # type: ignore[attr-defined]


@dataclass
class Asked:
    """The time that is looked at, by whom, and what stands against it."""

    request: HttpRequest
    place: DoctorPlace
    starts_at: datetime
    type: str

    @cached_property
    def people(self) -> list[Patient]:
        """For whom the person may book: their open profiles."""
        found = [profile.patient for profile in profiles.of(self.request.user) if profile.is_open]  # type: ignore[arg-type]
        return sorted(found, key=lambda person: person.pk != self.acting_id)

    @property
    def acting_id(self) -> UUID:
        return self.request.actor.patient_id  # type: ignore[attr-defined]

    def form(self, *, bound: bool) -> BookForm:
        initial = {"id": new_id(), "at": self.starts_at, "type": self.type, "patient": str(self.acting_id)}
        if not bound:
            return BookForm(people=self.people, initial=initial)
        given = self.request.POST.copy()
        given["at"] = self.starts_at.isoformat()
        given.setdefault("patient", str(self.acting_id))
        return BookForm(given, people=self.people, initial=initial)

    def own_visit(self) -> Appointment | None:
        """The visit that this person, or their family, has at this very time here."""
        same = seen_visits(self.request).filter(place=self.place, starts_at=self.starts_at)
        live = same.filter(status__in=[Status.PENDING, *FIRM])
        return next((row for row in live if not patients_may.has_lapsed(row, timezone.now())), None)

    def require_possible(self) -> None:
        """What can be said before the click. Raises what booking would."""
        booking.require_bookable(self.place, self.starts_at, self.type, None, now=timezone.now())
        if not any(_is_welcome(self.place, person) for person in self.people):
            booking.require_welcome(self.place, self.people[0])


@for_patients
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Who, when, where, what it costs; then the time is taken, or held and on to paying."""
    place = listed_place(place_id)
    given = request.POST if request.method == "POST" else request.GET
    starts_at = instant(given.get("choose") or given.get("at") or request.GET.get("at", ""))
    if starts_at is None:
        return redirect("times", place_id=place.pk)
    wanted = given.get("type") or request.GET.get("type", "")
    asked = Asked(request, place, starts_at, wanted if wanted in VisitType.values else VisitType.CONSULTATION.value)
    if not asked.people:  # the profile was taken from this person meanwhile
        return go(request, f"{reverse('profiles')}?{urlencode({'next': here(request)})}")
    if request.method == "POST" and "choose" not in request.POST:
        return _take(asked)
    return _look(asked, asked.form(bound=request.method == "POST"))


def _look(asked: Asked, form: BookForm) -> HttpResponse:
    try:
        asked.require_possible()
    except Refused as refusal:
        return _refused(asked, form, refusal)
    if form.is_bound:  # another time was chosen, with what had been written before
        written = {**asked.request.POST.dict(), "id": new_id(), "at": asked.starts_at}
        form = BookForm(people=asked.people, initial=written)
    return _page(asked, form)


def _take(asked: Asked) -> HttpResponse:
    form = asked.form(bound=True)
    if not form.is_valid():
        return _page(asked, form, status=422)
    try:
        visit = _booked(asked, form.cleaned_data)
    except Refused as refusal:
        return _refused(asked, form, refusal)
    return lead_to_pay(asked.request, visit)


def _booked(asked: Asked, found: dict[str, Any]) -> Appointment:
    patient = next(person for person in asked.people if str(person.pk) == found["patient"])
    wanted = booking.Request(
        id=found["id"],
        place=asked.place,
        patient=patient,
        starts_at=asked.starts_at,
        type=found["type"],
        reason=found["reason"],
    )
    return limited.book(wanted, by=asked.request.actor).appointment  # type: ignore[attr-defined]


def _refused(asked: Asked, form: BookForm, refusal: Refused) -> HttpResponse:
    """Why not, and the nearest times that are free. A time that is taken by oneself leads to that visit."""
    if isinstance(refusal, booking.SlotTaken) and (own := asked.own_visit()):
        return redirect("visit", visit_id=own.pk)
    if not form.is_bound:
        form = BookForm(data=_as_data(form), people=asked.people)
    form.full_clean()
    form.refuse(refusal)
    free: list[datetime] = []
    if refusal.status in (400, 409):
        free = nearby.free_times(asked.place, asked.starts_at, type=asked.type, now=timezone.now())
    days = nearby.by_day(free, asked.place.clinic.zone)
    return _page(asked, form, status=refusal.status, gone=True, free_days=days)


def _as_data(form: BookForm) -> dict[str, Any]:
    return {**form.initial, "at": form.initial["at"].isoformat()}


def _page(asked: Asked, form: BookForm, *, status: int = 200, **context: Any) -> HttpResponse:
    place = asked.place
    pays = place.payment_in_advance and place.fee > 0
    about = Appointment(starts_at=asked.starts_at, organization=place.clinic.organization)
    shown = {
        "place": place,
        "form": form,
        "people": asked.people,
        "starts_at": asked.starts_at,
        "type": VisitType(asked.type).label,
        "pays": pays,
        "hold_minutes": int(booking.HOLD.total_seconds() // 60),
        "refund_until": refunds.refundable_until(about),
        "now": timezone.now(),
        "steps": steps_at("details", pays=pays),
        **context,
    }
    return page(asked.request, "appointments/book.html", shown, status=status)


def _is_welcome(place: DoctorPlace, person: Patient) -> bool:
    try:
        booking.require_welcome(place, person)
    except Refused:
        return False
    return True


def instant(text: str) -> datetime | None:
    """The moment that an address names; None for what is none, or has no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and found.year < _LAST_YEAR else None
