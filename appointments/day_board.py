"""The front desk's board of a day: who waits since when, who is in, who comes next, and what may be done with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments import desk, possible
from appointments.models import Appointment, Status
from appointments.payments.models import Payment, PaymentStatus
from appointments.possible import Act, Possible
from appointments.querysets import clinics_of
from clinic.models import Clinic, Doctor
from patients.models import PatientFile
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.shown import clock_text

LONG_WAIT: Final = 30  # minutes after which a wait is shown as long
MOST: Final = 600  # visits on one board; an administrator of many clinics narrows it to one of them

# The parts of a day in the order in which a desk looks at them: name, words, the statuses in it.
PARTS: Final[Sequence[tuple[str, Promise, tuple[Status, ...]]]] = (
    ("waiting", _("Waiting"), (Status.CHECKED_IN,)),
    ("in", _("With the doctor"), (Status.IN_PROGRESS,)),
    ("expected", _("Expected"), (Status.SCHEDULED, Status.CONFIRMED)),
    ("held", _("Held, waiting for payment"), (Status.PENDING,)),
    ("done", pgettext_lazy("visits", "Completed"), (Status.COMPLETED,)),
    ("missed", _("Did not come"), (Status.NO_SHOW,)),
    ("cancelled", pgettext_lazy("visits", "Cancelled"), (Status.CANCELLED,)),
)
OVER: Final = ("done", "missed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which visits: of one day, and narrowed to a clinic, a doctor, a part of the day."""

    on: date
    clinic_id: UUID | None = None
    doctor_id: UUID | None = None
    part: str = ""


@dataclass(slots=True, kw_only=True)
class Row:
    """A visit as the desk sees it; `acts` are those that its state knows, the likeliest first."""

    visit: Appointment
    acts: Sequence[Possible]
    payment: Payment | None
    now: datetime
    is_next: bool = False

    @property
    def starts(self) -> datetime:
        return self.visit.starts_at.astimezone(ZoneInfo(self.visit.clinic.zone))

    @property
    def arrived(self) -> datetime | None:
        at = self.visit.check_in_time
        return at.astimezone(ZoneInfo(self.visit.clinic.zone)) if at else None

    @property
    def minutes_late(self) -> int:
        """How long ago an expected visit should have begun."""
        expected = self.visit.status in (Status.SCHEDULED, Status.CONFIRMED)
        return max(_minutes(self.visit.starts_at, self.now), 0) if expected else 0

    @property
    def is_long_wait(self) -> bool:
        since = self.visit.check_in_time
        return self.visit.status == Status.CHECKED_IN and since is not None and _minutes(since, self.now) >= LONG_WAIT

    @property
    def main(self) -> Possible | None:
        """The likeliest next act, which stands on the row itself."""
        likely = [Act.CHECK_IN, Act.START, Act.COMPLETE, Act.ACCEPT]
        if self.visit.status in (Status.PENDING, Status.COMPLETED):
            likely.append(Act.CASH)
        return next((act for act in self.acts if act.act in likely and not act.why_not), None)

    @property
    def others(self) -> list[Possible]:
        return [act for act in self.acts if act is not self.main and act.act != Act.TAKE_BACK]

    @property
    def take_back(self) -> Possible | None:
        return next((act for act in self.acts if act.act == Act.TAKE_BACK), None)

    @property
    def money(self) -> str:
        """`paid`, `refunded`, `owed`, or empty where the visit costs nothing (any more)."""
        match self.payment.status if self.payment else None:
            case PaymentStatus.COMPLETED:
                return "paid"
            case PaymentStatus.REFUNDED:
                return "refunded"
        gone = self.visit.status in (Status.CANCELLED, Status.NO_SHOW, Status.EXPIRED)
        return "" if gone or not self.visit.fee else "owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of the board. `count` is what the day has of it, also where `rows` show another part."""

    name: str
    title: str
    count: int
    rows: Sequence[Row]

    @property
    def is_over(self) -> bool:
        return self.name in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`is_cut`: the day has more visits than a board shows."""

    asked: Asked
    now: datetime
    zone: ZoneInfo
    parts: Sequence[Part]
    is_cut: bool = False

    @property
    def is_today(self) -> bool:
        return self.asked.on == self.now.astimezone(self.zone).date()

    @property
    def clock(self) -> str:
        """When this was read, on the desk's clock."""
        return clock_text(self.now.astimezone(self.zone))

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def shown(self) -> list[Part]:
        return [part for part in self.parts if part.rows]


def visits_of(actor: Actor, on: date) -> "desk.AppointmentQuerySet":
    """The visits of a day at the clinics where the person works (an administrator: at all of the organization)."""
    rows = Appointment.objects.visible_to(actor).from_day(on).until_day(on).exclude(status=Status.EXPIRED)
    if actor.role == Role.RECEPTIONIST:
        rows = rows.filter(clinic_id__in=clinics_of(actor))
    return rows


def of_day(actor: Actor, asked: Asked, *, now: datetime) -> Board:
    """A fixed number of queries, however many visits."""
    found = list(_described(visits_of(actor, asked.on), asked, actor)[: MOST + 1])
    visits = [row for row in found[:MOST] if not _has_lapsed(row, now)]
    ids = [row.pk for row in visits]
    steps, payments = possible.last_steps(ids, now), possible.payments(ids)
    rows = [
        Row(
            visit=visit,
            acts=possible.acts(visit, by=actor, now=now, last=steps.get(visit.pk), payment=payments.get(visit.pk)),
            payment=payments.get(visit.pk),
            now=now,
        )
        for visit in visits
    ]
    _mark_next(rows)
    parts = [_part(name, str(title), statuses, rows, asked.part) for name, title, statuses in PARTS]
    return Board(asked=asked, now=now, zone=desk.zone_of(actor), parts=parts, is_cut=len(found) > MOST)


def row_of(actor: Actor, visit: Appointment, *, now: datetime) -> Row:
    """One visit by itself."""
    payment = possible.payments([visit.pk]).get(visit.pk)
    last = possible.last_steps([visit.pk], now).get(visit.pk)
    return Row(
        visit=visit,
        acts=possible.acts(visit, by=actor, now=now, last=last, payment=payment),
        payment=payment,
        now=now,
    )


def clinics(actor: Actor) -> list[Clinic]:
    """Where the person works."""
    return list(desk.clinics(actor).order_by("name"))


def doctors(actor: Actor) -> list[Doctor]:
    """Who receives at these clinics."""
    rows = Doctor.objects.visible_to(actor).filter(active=True)
    if actor.role == Role.RECEPTIONIST:
        rows = rows.filter(Q(places__active=True) & Q(places__clinic__in=clinics_of(actor))).distinct()
    return list(rows.order_by("last_name", "first_name", "pk"))


def _described(rows: "desk.AppointmentQuerySet", asked: Asked, actor: Actor) -> "desk.AppointmentQuerySet":
    here = PatientFile.objects.filter(patient=OuterRef("patient_id"), organization=actor.organization_id)
    if asked.clinic_id:
        rows = rows.filter(clinic_id=asked.clinic_id)
    if asked.doctor_id:
        rows = rows.filter(doctor_id=asked.doctor_id)
    described = rows.select_related("patient", "doctor", "clinic").annotate(file_number=Subquery(here.values("number")))
    return described.defer("reason", "notes", "cancellation_reason").order_by("starts_at", "pk")


def _has_lapsed(visit: Appointment, now: datetime) -> bool:
    return visit.status == Status.PENDING and visit.hold_ends_at is not None and visit.hold_ends_at <= now


def _part(name: str, title: str, statuses: Sequence[Status], rows: Sequence[Row], only: str) -> Part:
    mine = [row for row in rows if row.visit.status in statuses]
    if name == "waiting":
        mine.sort(key=lambda row: (row.visit.check_in_time or row.visit.starts_at, row.visit.pk))
    return Part(name=name, title=title, count=len(mine), rows=mine if only in ("", name) else [])


def _mark_next(rows: Sequence[Row]) -> None:
    """Of those who wait for the same doctor, the one who came first."""
    waiting = [row for row in rows if row.visit.status == Status.CHECKED_IN]
    waiting.sort(key=lambda row: (row.visit.check_in_time or row.visit.starts_at, row.visit.pk))
    called: set[UUID] = set()
    for row in waiting:
        row.is_next = row.visit.doctor_id not in called
        called.add(row.visit.doctor_id)


def _minutes(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds() // 60)
