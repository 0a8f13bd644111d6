"""The statement of free time is held against a slow, obvious model in Python: minute by minute, with zoneinfo."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appointments import slots
from appointments.models import TimeClaim
from clinic.models import Absence, Clinic, DoctorPlace, Holiday, WeeklyHours
from vitas import testing

pytestmark = pytest.mark.django_db

# Years of which PostgreSQL's and Python's time zone data tell the same (held by a test below).
YEARS = {
    "America/New_York": (2018, 2024),
    "America/Santiago": (2018, 2024),
    "America/Asuncion": (2018, 2023),
    "America/Sao_Paulo": (2016, 2019),  # no summer time since
    "America/Argentina/Buenos_Aires": (2018, 2024),
    "America/Havana": (2018, 2024),  # back from 01:00 to 00:00
    "Australia/Lord_Howe": (2018, 2024),  # half an hour
    "Asia/Kathmandu": (2018, 2024),  # +05:45
    "Asia/Beirut": (2018, 2022),  # at midnight
    "Africa/Cairo": (2023, 2024),  # at midnight
    "Pacific/Apia": (2011, 2012),  # skipped 30 December 2011
}
MINUTE = timedelta(minutes=1)


def changes_of(zone: str) -> list[date]:
    """Dates within `YEARS` on which clocks of the zone change."""
    clock = ZoneInfo(zone)
    first, last = YEARS[zone]
    day, found = date(first, 1, 1), []
    while day.year <= last:
        midnights = [datetime.combine(day + timedelta(days=nth), time(), clock).utcoffset() for nth in (0, 1)]
        if midnights[0] != midnights[1]:
            found.append(day)
        day += timedelta(days=1)
    return found


CHANGES = {zone: changes_of(zone) for zone in YEARS}


@dataclass
class Case:
    """All that decides what is free."""

    zone: str
    first: date
    days: int
    now: datetime
    slot_minutes: int
    minutes: int
    before: int = 0
    after: int = 0
    hours: list[tuple[int, int, int]] = field(default_factory=list)  # weekday, start minute, minutes
    absences: list[tuple[datetime, int, str]] = field(default_factory=list)  # start, minutes, at: all, here, there
    holidays: list[tuple[date, str]] = field(default_factory=list)  # of: organization, clinic, other clinic
    claims: list[tuple[datetime, int, int, int | None]] = field(default_factory=list)  # start, minutes, lane, hold

    @property
    def first_noon(self) -> datetime:
        return datetime.combine(self.first, time(12), UTC)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


@dataclass
class Model:
    """What is true of each minute, and so of each start."""

    case: Case

    def __post_init__(self) -> None:
        case = self.case
        self.clock = ZoneInfo(case.zone)
        self.grid: set[datetime] = set()
        self.open: set[datetime] = set()
        self.shut: set[datetime] = set()
        self.taken: set[datetime] = set()
        day = case.first - timedelta(days=4)
        while day <= case.last + timedelta(days=4):
            for weekday, start, minutes in case.hours:
                if weekday == day.weekday():
                    self._work(day, start, minutes)
            day += timedelta(days=1)
        for absent, minutes, where in case.absences:
            if where != "there":
                self.shut |= stretch(absent, absent + minutes * MINUTE)
        for holiday, of in case.holidays:
            if of != "other clinic":
                self.shut |= stretch(self.instant(holiday, 0), self.instant(holiday, 1440))
        for claimed, minutes, lane, hold in case.claims:
            if lane == 0 and (hold is None or hold > 0):
                self.taken |= stretch(claimed, claimed + minutes * MINUTE)

    def _work(self, day: date, start: int, minutes: int) -> None:
        begins, ends = self.instant(day, start), self.instant(day, start + minutes)
        if begins.astimezone(self.clock).date() != day:
            return  # the date never happened
        self.open |= stretch(begins, ends)
        while begins < ends:
            self.grid.add(begins)
            begins += self.case.slot_minutes * MINUTE

    def instant(self, day: date, minute: int) -> datetime:
        """The first occurrence of a wall time, or what it becomes when the clock skips it."""
        wall = datetime.combine(day, time()) + minute * MINUTE
        return wall.replace(tzinfo=self.clock, fold=0).astimezone(UTC)

    def state(self, start: datetime) -> str:
        case = self.case
        visit = stretch(start, start + case.minutes * MINUTE)
        around = stretch(start - case.before * MINUTE, start + (case.minutes + case.after) * MINUTE)
        today = case.now.astimezone(self.clock).date()
        if (
            start not in self.grid
            or not today <= start.astimezone(self.clock).date() <= six_months_after(today)
            or start <= case.now
            or not visit <= self.open
            or around & self.shut
        ):
            return "closed"
        return "taken" if around & self.taken else "free"

    def free(self) -> list[datetime]:
        case = self.case
        asked = [start for start in self.grid if case.first <= start.astimezone(self.clock).date() <= case.last]
        return sorted(start for start in asked if self.state(start) == "free")


def stretch(begins: datetime, ends: datetime) -> set[datetime]:
    return {begins + nth * MINUTE for nth in range(int((ends - begins) / MINUTE))}


def six_months_after(day: date) -> date:
    year, month = day.year + (day.month + 5) // 12, (day.month + 5) % 12 + 1
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, day.day)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone = draw(st.sampled_from(sorted(YEARS)))
    first_year, last_year = YEARS[zone]
    some_day = st.dates(date(first_year, 1, 8), date(last_year, 12, 24))
    near_change = st.tuples(st.sampled_from(CHANGES[zone] or [date(last_year, 3, 1)]), st.integers(-2, 1)).map(
        lambda found: found[0] + timedelta(days=found[1])
    )
    first = draw(st.one_of(near_change, near_change, some_day))
    noon = datetime.combine(first, time(12), UTC)
    moment = st.integers(-3 * 1440, 4 * 1440).map(lambda minutes: noon + minutes * MINUTE)
    days_ahead = draw(st.sampled_from([0, 0, 1, 2, 3, 5, 30, 181, 182, 183, 184]))
    now = noon - timedelta(days=days_ahead) + draw(st.integers(-720, 720)) * MINUTE + timedelta(seconds=1)
    weekdays = st.integers(-1, 2).map(lambda days: (first + timedelta(days=days)).weekday())
    start = st.one_of(st.integers(0, 95).map(lambda quarter: quarter * 15), st.integers(0, 1439))
    length = st.one_of(st.integers(1, 96).map(lambda quarter: quarter * 15), st.integers(1, 1440))
    hours = draw(
        st.lists(st.tuples(weekdays, start, length), min_size=1, max_size=6, unique_by=lambda row: (row[0], row[1]))
    )
    claims = st.tuples(moment, st.integers(5, 240), st.sampled_from([0, 0, 0, 1]), st.sampled_from([None, None, 0, 60]))
    return Case(
        zone=zone,
        first=first,
        days=draw(st.integers(1, 3)),
        now=now,
        slot_minutes=draw(st.sampled_from([10, 15, 20, 30, 45, 60, 90, 240])),
        minutes=draw(st.one_of(st.sampled_from([15, 30, 60]), st.integers(5, 480))),
        before=draw(st.sampled_from([0, 0, 5, 30, 240])),
        after=draw(st.sampled_from([0, 0, 10, 45, 240])),
        hours=hours,
        absences=draw(
            st.lists(st.tuples(moment, st.integers(1, 1500), st.sampled_from(["all", "here", "there"])), max_size=2)
        ),
        holidays=draw(
            st.lists(
                st.tuples(
                    st.integers(-1, 3).map(lambda days: first + timedelta(days=days)),
                    st.sampled_from(["organization", "clinic", "other clinic"]),
                ),
                max_size=1,
            )
        ),
        claims=apart(draw(st.lists(claims, max_size=5))),
    )


def apart(claims: list[tuple[datetime, int, int, int | None]]) -> list[tuple[datetime, int, int, int | None]]:
    """Without those that the database would refuse, because they overlap."""
    kept: list[tuple[datetime, int, int, int | None]] = []
    for claim in claims:
        ends = claim[0] + claim[1] * MINUTE
        if all(claim[2] != lane or ends <= begins or claim[0] >= begins + m * MINUTE for begins, m, lane, _ in kept):
            kept.append(claim)
    return kept


def stored(case: Case) -> DoctorPlace:
    """The case as rows. The claims' visits need not exist: the test rolls back before that is checked."""
    clinic = testing.make_clinic(zone=case.zone)
    place = testing.make_place(
        clinic, testing.make_doctor(clinic.organization, sign_in=False), hours="", slot_minutes=case.slot_minutes
    )
    elsewhere = testing.make_place(
        testing.make_clinic(clinic.organization), place.doctor, hours="always", is_primary=False
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(place=place, weekday=weekday, start_minute=start, minutes=minutes)
        for weekday, start, minutes in case.hours
    )
    places: dict[str, DoctorPlace | None] = {"all": None, "here": place, "there": elsewhere}
    Absence.objects.bulk_create(
        Absence(doctor=place.doctor, place=places[at], starts_at=start, ends_at=start + minutes * MINUTE)
        for start, minutes, at in case.absences
    )
    clinics: dict[str, Clinic | None] = {"organization": None, "clinic": clinic, "other clinic": elsewhere.clinic}
    Holiday.objects.bulk_create(
        Holiday(organization=clinic.organization, clinic=clinics[of], date=day, name="Holiday")
        for day, of in case.holidays
    )
    TimeClaim.objects.bulk_create(
        TimeClaim(
            resource=place.doctor_id,
            span=(start, start + minutes * MINUTE),
            lane=lane,
            held_until=None if hold is None else case.now + timedelta(seconds=hold),
            appointment_id=uuid4(),
        )
        for start, minutes, lane, hold in case.claims
    )
    return place


def compare(case: Case) -> list[datetime]:
    """The statement and the model agree on what is free, and on every start near it."""
    model = Model(case)
    visit = {"buffer_before": case.before, "buffer_after": case.after, "now": case.now}
    with transaction.atomic():
        place = stored(case)

        found = slots.free_slots([place.pk], case.first, case.last, minutes=case.minutes, **visit)

        expected = model.free()
        assert [slot.starts_at for slot in found] == expected
        assert {slot.ends_at - slot.starts_at for slot in found} <= {case.minutes * MINUTE}
        # Not the starts at the model's own edges: it knows four days more at each end, and no hours beyond.
        near = sorted(start for start in model.grid if abs(start - case.first_noon) < timedelta(days=case.days + 1))
        for start in [*near[:: max(1, len(near) // 6)], *(start + MINUTE for start in expected[:2])]:
            state = slots.check_start(place, start, case.minutes, case.before, case.after, now=case.now).state
            assert (start, state) == (start, model.state(start))
        transaction.set_rollback(True)
    return expected


ROUND_THE_CLOCK = [(weekday, 0, 1440) for weekday in range(7)]
NIGHTS = [(weekday, 22 * 60, 480) for weekday in range(7)]


def around_change(zone: str, day: date, hours: list[tuple[int, int, int]], **given_: Any) -> Case:
    noon = datetime.combine(day - timedelta(days=2), time(12), UTC)
    fields = {"days": 3, "slot_minutes": 30, "minutes": 30, "hours": hours, "now": noon}
    return Case(zone=zone, first=day - timedelta(days=1), **(fields | given_))


@example(around_change("Pacific/Apia", date(2011, 12, 30), NIGHTS))
@example(around_change("Africa/Cairo", date(2023, 4, 28), [(4, 0, 120), (4, 30, 60)], holidays=[]))
@settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_statement_agrees_with_the_model(case: Case):
    compare(case)


@pytest.mark.parametrize(
    "hours", [ROUND_THE_CLOCK, NIGHTS, [(d, 90, 60) for d in range(7)], [(d, 150, 30) for d in range(7)]]
)
@pytest.mark.parametrize("zone", [zone for zone in YEARS if CHANGES[zone]])
def test_days_when_clocks_change_agree_with_the_model(zone: str, hours: list[tuple[int, int, int]]):
    for day in CHANGES[zone][-2:]:
        compare(around_change(zone, day, hours))


def test_clocks_of_postgresql_and_python_agree():
    with connection.cursor() as cursor:
        for zone, (first, last) in YEARS.items():
            noons = [
                datetime(first, 1, 1, nth % 24, tzinfo=UTC) + timedelta(days=nth)
                for nth in range((last - first + 1) * 365)
            ]
            cursor.execute(
                "SELECT array_agg(moment AT TIME ZONE %s::text ORDER BY moment) FROM unnest(%s::timestamptz[]) moment",
                [zone, noons],
            )
            walls = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in sorted(noons)]
            assert cursor.fetchone()[0] == walls, zone


def test_spring_day_is_an_hour_shorter_and_autumn_day_an_hour_longer():
    spring = around_change("America/New_York", date(2024, 3, 10), ROUND_THE_CLOCK, days=1, slot_minutes=60)
    autumn = around_change("America/New_York", date(2024, 11, 3), ROUND_THE_CLOCK, days=1, slot_minutes=60)

    def starts_on(case: Case, day: date) -> int:
        case.first = day
        return len(compare(case))

    assert starts_on(spring, date(2024, 3, 10)) == 23
    assert starts_on(autumn, date(2024, 11, 3)) == 25


def test_night_shift_keeps_to_the_wall_clock():
    spring = around_change("America/New_York", date(2024, 3, 10), [(5, 22 * 60, 480)], slot_minutes=60)
    autumn = around_change("America/New_York", date(2024, 11, 3), [(5, 22 * 60, 480)], slot_minutes=60)

    assert [len(compare(case)) for case in (spring, autumn)] == [7, 9]


def test_skipped_time_moves_forward_and_skipped_span_is_none():
    moved = around_change("America/New_York", date(2024, 3, 10), [(6, 150, 90)])
    skipped = around_change("America/New_York", date(2024, 3, 10), [(6, 120, 60)])

    assert compare(moved) == [datetime(2024, 3, 10, 7, 30, tzinfo=UTC)]
    assert compare(skipped) == []


def test_hour_that_happens_twice_begins_at_the_first():
    case = around_change("America/New_York", date(2024, 11, 3), [(6, 90, 60)])

    assert [start.strftime("%H:%M") for start in compare(case)] == ["05:30", "06:00", "06:30", "07:00"]


def test_skipped_date_has_no_hours():
    case = around_change("Pacific/Apia", date(2011, 12, 30), [(4, 540, 60)], days=3)

    assert compare(case) == []


def test_night_before_a_skipped_date_ends_on_the_date_after():
    case = around_change("Pacific/Apia", date(2011, 12, 30), NIGHTS, slot_minutes=60)
    case.first, case.days = date(2011, 12, 31), 1

    assert [start.strftime("%d %H") for start in compare(case)][:6] == [
        "30 10",
        "30 11",
        "30 12",
        "30 13",
        "30 14",
        "30 15",
    ]
