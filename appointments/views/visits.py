"""A patient's visits: the list of coming and past ones, and one visit as it stands now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from appointments import patients_may, slots, timeline
from appointments.models import FIRM, Appointment, Status
from appointments.payments import refunds, standing
from appointments.querysets import AppointmentQuerySet
from appointments.views import paying
from appointments.views.seen import note_list_read, note_read, seen_visit, seen_visits
from appointments.views.stepper import steps_at
from patients import profiles
from patients.pages import for_patients
from vitas.common.pages import page
from vitas.common.wall_time import iso

SHOWN: Final = 20  # past visits a page
MOST_COMING: Final = 100
LAPSED_SHOWN: Final = timedelta(days=1)  # how long a hold that lapsed stays in the list
POLLED: Final = {"": 15, "success": 3, "pending": 10, "failure": 15}  # seconds, should no word come by the socket


@dataclass(frozen=True, slots=True)
class Card:
    """A visit in a list; `name` says for whom where a family is shown."""

    visit: Appointment
    may: patients_may.May
    lapsed: bool
    now: datetime
    name: str = ""

    @property
    def local(self) -> datetime:
        """The start on the clinic's clock."""
        return self.visit.starts_at.astimezone(ZoneInfo(self.visit.clinic.zone))

    @property
    def left(self) -> str:
        """`14:59`: how long the time is still held, as the script goes on counting."""
        seconds = max(int(((self.visit.hold_ends_at or self.now) - self.now).total_seconds()), 0)
        return f"{seconds // 60}:{seconds % 60:02d}"

    @property
    def again(self) -> str:
        """Where it can be booked once more; empty where the doctor no longer receives."""
        return reverse("times", args=[self.visit.place_id]) if self.visit.place.listed else ""


@for_patients
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """Of everybody for whom the person acts, or of one of them."""
    people = [profile.patient for profile in profiles.of(request.user) if profile.is_open]  # type: ignore[arg-type]
    chosen = [person for person in people if str(person.pk) == request.GET.get("for", "")] or people
    now = timezone.now()
    own = seen_visits(request).filter(patient__in=chosen)
    coming = list(_coming(own, now).order_by("starts_at", "pk")[:MOST_COMING])
    past = Paginator(_past(own, now).order_by("-starts_at", "-pk"), SHOWN).get_page(request.GET.get("page"))
    name_them = len(people) > 1 and len(chosen) > 1
    note_list_read(request, [person.pk for person in chosen], len(coming) + len(past.object_list))
    context = {
        "people": people if len(people) > 1 else [],
        "chosen": chosen[0] if len(chosen) == 1 else None,
        "coming": [_card(row, now, named=name_them) for row in coming] if past.number == 1 else [],
        "past": [_card(row, now, named=name_them) for row in past],
        "pages": past,
        "query": urlencode({"for": chosen[0].pk}) if len(chosen) == 1 and len(people) > 1 else "",
    }
    return page(request, "appointments/visits.html", context, fragments=["visit-list"])


@for_patients
@require_GET
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """How it stands now. `seen` is what the page shows already: nothing new is 204."""
    row = seen_visit(request, visit_id)
    now = timezone.now()
    money = standing.of(row, now)
    lapsed = patients_may.has_lapsed(row, now)
    mark = f"{row.version}.{money.money}.{'lapsed' if lapsed else row.status}"
    if request.htmx and request.GET.get("seen") == mark:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    note_read(request, row)
    back = request.GET.get("back", "")
    context = _context(row, money, now) | {"lapsed": lapsed, "live": _live_address(request, mark, back)}
    if context["may"].pay or money.money == standing.Money.ASKED:
        context["polled"] = POLLED.get(back, POLLED[""])
    if context["may"].pay:
        context["returned"] = paying.said_on_return(back, money.money) if _speaks_of_payment(back, money) else None
    return page(request, "appointments/visit.html", context, fragments=["visit"])


def _speaks_of_payment(back: str, money: standing.Standing) -> bool:
    return back in paying.WAYS or money.money in (standing.Money.ASKED, standing.Money.REJECTED)


def _context(row: Appointment, money: standing.Standing, now: datetime) -> dict[str, Any]:
    may = patients_may.for_patient(row, now)
    lapsed = patients_may.has_lapsed(row, now)
    return {
        "visit": row,
        "may": may,
        "money": money,
        "card": _card(row, now, named=False),
        "again": _same_time(row, now) if lapsed and money.money != standing.Money.ASKED else "",
        "moments": timeline.of(row, money),
        "refund": refund_rule(row, money, now) if may.cancel else None,
        "steps": steps_at("pay" if may.pay else "done", pays=row.payment_in_advance),
        "newly": row.status in (Status.SCHEDULED, Status.CONFIRMED) and now - row.created_at < timedelta(hours=1),
        "map_link": bool(settings.MAP_TILES_URL),
    }


def refund_rule(row: Appointment, money: standing.Standing, now: datetime) -> dict[str, Any]:
    """What cancelling now gives back, and until when it gives everything."""
    due = refunds.refund_due(row, "patient", now) if money.money == standing.Money.PAID else 0
    return {"due": due, "until": refunds.refundable_until(row)}


def _card(row: Appointment, now: datetime, *, named: bool) -> Card:
    name = row.patient.full_name if named else ""
    return Card(row, patients_may.for_patient(row, now), patients_may.has_lapsed(row, now), now, name)


def next_card(request: HttpRequest) -> Card | None:
    """The next visit of the profile that is chosen, for the first page."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    own = seen_visits(request).filter(patient_id=actor.patient_id)
    row = _coming(own, now).order_by("starts_at", "pk").first()
    note_list_read(request, [actor.patient_id], 1 if row else 0)
    return _card(row, now, named=False) if row else None


def _coming(own: AppointmentQuerySet, now: datetime) -> AppointmentQuerySet:
    held = Q(status=Status.PENDING, hold_ends_at__gt=now)
    return own.filter(held | Q(status__in=FIRM), ends_at__gte=now)


def _past(own: AppointmentQuerySet, now: datetime) -> AppointmentQuerySet:
    """What is over, cancelled, or lapsed a short while ago: an old hold that came to nothing is no news."""
    lapsed = Q(status=Status.EXPIRED, updated_at__gt=now - LAPSED_SHOWN) | Q(
        status=Status.PENDING, hold_ends_at__lte=now
    )
    over = Q(status__in=[Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW])
    return own.filter(over | lapsed | Q(status__in=FIRM, ends_at__lt=now))


def _same_time(row: Appointment, now: datetime) -> str:
    """The address that takes a lapsed time again, if it is still free."""
    if row.starts_at <= now or not row.place.listed:
        return ""
    minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
    state, _visit = slots.check_start(row.place, row.starts_at, minutes, type=row.type, now=now)
    if state != "free":
        return ""
    query = urlencode({"at": iso(row.starts_at), "type": row.type})
    return f"{reverse('book', args=[row.place_id])}?{query}"


def _live_address(request: HttpRequest, mark: str, back: str) -> str:
    query = {"seen": mark} | ({"back": back} if back in paying.WAYS else {})
    return f"{request.path}?{urlencode(query)}"
