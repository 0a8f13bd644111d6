"""The demo's visits: past ones with every outcome, and coming ones whose time is claimed.

They are written as rows, for a past visit cannot be booked, but with all that booking leaves: steps, claims, care
relationships, payments and their ledger.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from appointments.models import FIRM, Appointment, AppointmentStep, Status, TimeClaim
from appointments.payments.models import DemoCharge, GatewayPayment, LedgerEntry, Payment, PaymentStatus
from clinic.models import Absence, DoctorPlace, Holiday
from patients.models import CareRelationship, Patient
from vitas.accounts.models import Role
from vitas.operations.demo import cast, people
from vitas.operations.demo.directory import AROUND_THE_CLOCK
from vitas.operations.demo.ids import demo_id

LENGTH = timedelta(minutes=30)
STARTS = [
    time(9),
    time(9, 30),
    time(10),
    time(10, 30),
    time(11),
    time(11, 30),
    time(14),
    time(14, 30),
    time(15),
    time(16),
]

# How many days ago, and how it ended.
PAST = [(10, Status.COMPLETED), (45, Status.COMPLETED), (120, Status.COMPLETED)]
SOME_PAST = [(25, Status.NO_SHOW), (70, Status.CANCELLED)]
COMING = [3, 12]  # days ahead
TODAYS = [f"{name}@{cast.DOMAIN}" for name in (AROUND_THE_CLOCK, "ana.ruiz", "paulo.costa", "sarah.johnson")]
TODAY_MOST = 14  # visits of a doctor

_Taken = set[tuple[UUID, datetime]]


@dataclass(frozen=True)
class _Care:
    """A patient and the places where they are seen; `number` shares out times."""

    patient: Patient
    places: Sequence[DoctorPlace]
    number: int


def make_past() -> None:
    """Visits that took place, or should have."""
    rows: list[Appointment] = []
    taken: _Taken = set()
    for care in cares():
        for nth, (days, status) in enumerate([*PAST, SOME_PAST[care.number % 2]]):
            for place in care.places[nth % 2 : nth % 2 + 1] if nth else care.places:
                rows.append(_visit(care, place, status, _weekday_before(place, days + care.number % 5), nth, taken))
    _write(rows)


def make_coming() -> None:
    """Coming visits for every patient who has none; the time is claimed as booking claims it."""
    ahead = Appointment.objects.filter(starts_at__gt=timezone.now(), status__in=FIRM)
    have = set(ahead.values_list("patient_id", flat=True))
    taken: _Taken = {
        (resource, span.lower.astimezone(UTC))
        for resource, span in TimeClaim.objects.filter(span__endswith__gt=timezone.now()).values_list(
            "resource", "span"
        )
    }
    days_off = _days_off()
    rows: list[Appointment] = []
    for care in cares():
        if care.patient.pk in have:
            continue
        for nth, days in enumerate(COMING):
            place = care.places[nth % len(care.places)]
            day = _working_day_after(place, days + care.number % 4, days_off)
            status = Status.CONFIRMED if place.payment_in_advance or (care.number + nth) % 3 == 0 else Status.SCHEDULED
            rows.append(_visit(care, place, status, day, nth, taken))
    _write(rows)


def make_today() -> None:
    """A day in full swing for the doctors whom people sign in as, where they work today and have no visit yet."""
    now = timezone.now()
    rows: list[Appointment] = []
    for place in DoctorPlace.objects.filter(is_primary=True, doctor__email__in=TODAYS).select_related(
        "doctor", "clinic__organization"
    ):
        zone = ZoneInfo(place.clinic.zone)
        day = now.astimezone(zone).date()
        midnight = datetime.combine(day, time(0), zone)
        around = place.doctor.email.startswith(AROUND_THE_CLOCK)
        off = (day.weekday() > 4 and not around) or _days_off() & {
            (place.doctor_id, day),
            (place.clinic.organization_id, day),
        }
        tomorrow = midnight + timedelta(days=1)
        if off or place.appointments.filter(starts_at__gte=midnight, starts_at__lt=tomorrow).exists():
            continue
        grid = [datetime.combine(day, time(hour, minute), zone) for hour in range(24) for minute in (0, 30)]
        open_times = [at for at in grid if around or at.timetz().replace(tzinfo=None) in STARTS]
        near = sorted((at.astimezone(UTC) for at in open_times), key=lambda at: abs((at - now).total_seconds()))
        rows += _todays(place, near[:TODAY_MOST], now, {(row.patient_id, row.starts_at) for row in rows})
    _write(rows)


def _todays(place: DoctorPlace, starts: list[datetime], now: datetime, taken: _Taken) -> Iterator[Appointment]:
    """What is over is completed, but for one who did not come; one is in, those who come next are waiting.

    `starts` are the times of the day, the nearest first; `taken` is when another doctor sees a patient.
    """
    slug = place.clinic.organization.slug
    known = [person for person in cast.PATIENTS if person.organization == slug][3:]  # the first few keep quiet days
    patients = Patient.objects.in_bulk([people.patient_id(person) for person in known])
    cares = [_Care(patient, [place], number) for number, patient in enumerate(patients.values())]
    busy = set(
        TimeClaim.objects.filter(span__overlap=TimestamptzRange(min(starts), max(starts) + LENGTH, "[)")).values_list(
            "resource", flat=True
        )
    )
    waiting = 0
    free = [care for care in cares if care.patient.pk not in busy]
    turn = len(taken) % max(len(free), 1)  # not everybody at the time of another doctor
    free = free[turn:] + free[:turn]
    for nth, (care, starts_at) in enumerate(zip(free, sorted(starts[: len(free)]), strict=False)):
        if nth % 7 == 5 and not starts_at <= now < starts_at + LENGTH:
            continue  # a gap, as every day has
        if (care.patient.pk, starts_at) in taken:
            continue
        if starts_at + LENGTH <= now:
            status = Status.NO_SHOW if nth == 1 else Status.COMPLETED
        elif starts_at <= now:
            status = Status.IN_PROGRESS
        elif waiting < 2:
            status, waiting = Status.CHECKED_IN, waiting + 1
        else:
            status = Status.CONFIRMED if place.payment_in_advance or nth % 2 else Status.SCHEDULED
        yield _row(care, place, status, starts_at, nth)


def cares() -> Iterator[_Care]:
    places = list(
        DoctorPlace.objects.filter(is_primary=True).select_related("doctor", "clinic__organization").order_by("id")
    )
    by_name = {f"{place.doctor.first_name} {place.doctor.last_name}": place for place in places}
    regular = defaultdict(list)
    for place in places:
        if not place.doctor.email.startswith(AROUND_THE_CLOCK):
            regular[place.clinic.organization.slug].append(place)
    patients = Patient.objects.in_bulk([people.patient_id(person) for person in cast.PATIENTS])
    for number, person in enumerate(cast.PATIENTS):
        patient = patients.get(people.patient_id(person))
        if patient is None:
            continue
        here = regular[person.organization]
        names = cast.SEES.get(patient.full_name)
        seen = (
            [by_name[name] for name in names] if names else [here[number % len(here)], here[(number + 3) % len(here)]]
        )
        yield _Care(patient, seen, number)


def _weekday_before(place: DoctorPlace, days: int) -> date:
    day = _today(place) - timedelta(days=days)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _working_day_after(place: DoctorPlace, days: int, days_off: set[tuple[UUID, date]]) -> date:
    day = _today(place) + timedelta(days=days)
    while day.weekday() > 4 or (place.doctor_id, day) in days_off or (place.clinic.organization_id, day) in days_off:
        day += timedelta(days=1)
    return day


def _days_off() -> set[tuple[UUID, date]]:
    """(organization or doctor, day), on the doctor's own calendar or a day more."""
    found = set(Holiday.objects.values_list("organization_id", "date"))
    for absence in Absence.objects.all():
        for days in range((absence.ends_at - absence.starts_at).days + 2):
            found.add((absence.doctor_id, (absence.starts_at + timedelta(days=days - 1)).date()))
    return found


def _today(place: DoctorPlace) -> date:
    return timezone.now().astimezone(ZoneInfo(place.clinic.zone)).date()


def _visit(care: _Care, place: DoctorPlace, status: Status, day: date, nth: int, taken: _Taken) -> Appointment:
    """The next time of that day, or of a weekday after it, that neither doctor nor patient has given away."""
    zone = ZoneInfo(place.clinic.zone)
    turn = (care.number * 3 + nth) % len(STARTS)
    for at in STARTS[turn:] + STARTS[:turn]:
        starts_at = datetime.combine(day, at, zone).astimezone(UTC)
        if (place.doctor_id, starts_at) not in taken and (care.patient.pk, starts_at) not in taken:
            break
    taken |= {(place.doctor_id, starts_at), (care.patient.pk, starts_at)}
    return _row(care, place, status, starts_at, nth)


def _row(care: _Care, place: DoctorPlace, status: Status, starts_at: datetime, nth: int) -> Appointment:
    """A visit with the moments that its status leaves behind."""
    booked_at = min(starts_at - timedelta(days=6), timezone.now() - timedelta(hours=2))
    now = timezone.now()
    done, inside, waits = (status == one for one in (Status.COMPLETED, Status.IN_PROGRESS, Status.CHECKED_IN))
    came_at = min(starts_at - timedelta(minutes=8), now - timedelta(minutes=3 + 6 * (care.number % 3)))
    return Appointment(
        id=demo_id(f"visit {care.patient.pk} {place.pk} {starts_at.isoformat()}"),
        organization_id=place.clinic.organization_id,
        clinic=place.clinic,
        doctor=place.doctor,
        place=place,
        patient=care.patient,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        type=("consultation", "follow_up", "routine_checkup")[nth % 3],
        status=status,
        firm_at=booked_at,
        fee=place.fee,
        currency=place.clinic.currency,
        payment_in_advance=place.payment_in_advance,
        reason=cast.REASONS[place.clinic.organization.language][(care.number + nth) % 4],
        booked_by=demo_id(f"user {care.patient.phone}"),
        booked_by_role=Role.PATIENT,
        check_in_time=came_at if done or inside or waits else None,
        started_at=min(starts_at + timedelta(minutes=4), now) if done or inside else None,
        check_out_time=starts_at + timedelta(minutes=27) if done else None,
        cancelled_at=starts_at - timedelta(days=2) if status == Status.CANCELLED else None,
        created_at=booked_at,
        updated_at=booked_at,
    )


def _write(rows: list[Appointment]) -> None:
    Appointment.objects.bulk_create(rows)
    AppointmentStep.objects.bulk_create(step for row in rows for step in _steps(row))
    coming = [row for row in rows if row.status in FIRM]
    TimeClaim.objects.bulk_create(
        TimeClaim(resource=resource, span=TimestamptzRange(row.starts_at, row.ends_at, "[)"), appointment=row)
        for row in coming
        for resource in (row.doctor_id, row.patient_id)
    )
    CareRelationship.objects.bulk_create(
        (
            CareRelationship(
                organization_id=row.organization_id,
                doctor_id=row.doctor_id,
                patient_id=row.patient_id,
                began_at=row.created_at,
                because="appointment",
            )
            for row in sorted(rows, key=lambda row: row.starts_at)
            if row.status in (Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED)
        ),
        ignore_conflicts=True,
    )
    _pay([row for row in rows if row.payment_in_advance or row.status == Status.COMPLETED])


def _steps(row: Appointment) -> Iterator[AppointmentStep]:
    """The way from booking to where the visit stands."""
    first = Status.PENDING if row.payment_in_advance else Status.SCHEDULED
    yield _step(row, "", first, row.created_at, Role.PATIENT)
    before: str = first
    if row.payment_in_advance:
        yield _step(row, before, Status.CONFIRMED, row.created_at + timedelta(minutes=3), "system:payments")
        before = Status.CONFIRMED
    elif row.status == Status.CONFIRMED:
        yield _step(row, before, Status.CONFIRMED, row.created_at + timedelta(hours=1), Role.DOCTOR)
    match row.status:
        case Status.COMPLETED:
            yield _step(row, before, Status.CHECKED_IN, row.check_in_time, Role.RECEPTIONIST)
            yield _step(row, Status.CHECKED_IN, Status.IN_PROGRESS, row.started_at, Role.DOCTOR)
            yield _step(row, Status.IN_PROGRESS, Status.COMPLETED, row.check_out_time, Role.DOCTOR)
        case Status.CHECKED_IN:
            yield _step(row, before, Status.CHECKED_IN, row.check_in_time, Role.RECEPTIONIST)
        case Status.IN_PROGRESS:
            yield _step(row, before, Status.CHECKED_IN, row.check_in_time, Role.RECEPTIONIST)
            yield _step(row, Status.CHECKED_IN, Status.IN_PROGRESS, row.started_at, Role.DOCTOR)
        case Status.CANCELLED:
            yield _step(row, before, Status.CANCELLED, row.cancelled_at, Role.DOCTOR)
        case Status.NO_SHOW:
            yield _step(row, before, Status.NO_SHOW, row.ends_at, Role.RECEPTIONIST)


def _step(row: Appointment, before: str, after: str, at: datetime | None, by_role: str) -> AppointmentStep:
    by = row.booked_by if by_role == Role.PATIENT else None
    return AppointmentStep(appointment=row, before=before, after=after, at=at or row.created_at, by=by, by_role=by_role)


def _pay(rows: list[Appointment]) -> None:
    """Online before the visit where the doctor asks for it, in cash after it where not; both sides of the ledger.

    What the doctor cancelled was given back already: the demo keeps that simple and shows it as never charged.
    """
    paid = [row for row in rows if row.status != Status.CANCELLED]
    payments = [_payment(row) for row in paid]
    Payment.objects.bulk_create(payments)
    online = [payment for payment in payments if payment.gateway]
    GatewayPayment.objects.bulk_create(
        GatewayPayment(
            payment=payment,
            gateway=payment.gateway,
            gateway_id=str(demo_id(f"charge {payment.pk}")),
            status="approved",
            verdict=GatewayPayment.Verdict.KEPT,
            amount=payment.amount,
            currency=payment.currency,
            seen_at=payment.updated_at,
        )
        for payment in online
    )
    # What the simulated gateway remembers of them, so that they can be refunded.
    DemoCharge.objects.bulk_create(
        DemoCharge(
            id=demo_id(f"charge {payment.pk}"),
            external_reference=str(payment.pk),
            amount=payment.amount,
            currency=payment.currency,
            status="approved",
            created_at=payment.updated_at,
        )
        for payment in online
    )
    LedgerEntry.objects.bulk_create(entry for payment in payments for entry in _both_sides(payment))


def _payment(row: Appointment) -> Payment:
    online = row.payment_in_advance
    paid_at = row.created_at + timedelta(minutes=3) if online else row.check_out_time or row.ends_at
    return Payment(
        id=demo_id(f"payment {row.pk}"),
        organization_id=row.organization_id,
        appointment=row,
        patient_id=row.patient_id,
        amount=row.fee,
        currency=row.currency,
        status=PaymentStatus.COMPLETED,
        method=Payment.Method.GATEWAY if online else Payment.Method.CASH,
        gateway="demo" if online else "",
        paid_at=paid_at,
        ask_next_at=None,
        created_at=row.created_at,
        updated_at=paid_at,
    )


def _both_sides(payment: Payment) -> Iterator[LedgerEntry]:
    cash = payment.method == Payment.Method.CASH
    for account, amount in (
        (LedgerEntry.Account.CASH_DESK if cash else LedgerEntry.Account.GATEWAY, payment.amount),
        (LedgerEntry.Account.INCOME, -payment.amount),
    ):
        yield LedgerEntry(
            movement=demo_id(f"movement {payment.pk}"),
            organization_id=payment.organization_id,
            payment=payment,
            account=account,
            amount=amount,
            currency=payment.currency,
            at=payment.updated_at,
        )
