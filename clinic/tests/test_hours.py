"""A doctor's own typical week and absences: who changes them, what is sane, what a stale change may not do."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation

from clinic import absences, hours
from clinic.hours import Span
from clinic.models import Absence, DoctorDay
from clinic.own_time import ChangedMeanwhile
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow

pytestmark = pytest.mark.django_db

NINE_TO_TWELVE = Span(0, 540, 180)


def actor_of(doctor) -> Actor:
    member = doctor.membership
    return Actor(
        role=Role.DOCTOR,
        user_id=member.user_id,
        membership_id=member.pk,
        organization_id=doctor.organization_id,
        doctor_id=doctor.pk,
    )


def staff_of(organization, role: Role) -> Actor:
    member = testing.make_member(organization, role)
    return Actor(role=role, user_id=member.user_id, membership_id=member.pk, organization_id=organization.pk)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return testing.make_place()


@pytest.fixture
def doctor(place) -> Actor:
    return actor_of(place.doctor)


def replace(place, spans, by, seen=None):
    seen = hours.version(hours.of(place)) if seen is None else seen
    return hours.replace(place=place, spans=spans, seen=seen, by=by)


def tomorrow(hour: int = 9):
    return timezone.now().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=1)


def away(at, by, **given) -> Absence:
    asked = {"starts_at": tomorrow(9), "ends_at": tomorrow(12), "place": None, "reason": ""}
    return absences.add(doctor_id=at.doctor_id, by=by, **(asked | given))


def change(absence, by, **given) -> Absence:
    asked = {
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "place": absence.place,
        "reason": absence.reason,
        "seen": absences.version(absence),
    }
    return absences.change(absence_id=absence.pk, by=by, **(asked | given))


def test_a_week_is_replaced_counted_again_and_noted(place, doctor):
    kept = place.hours.get(weekday=0, start_minute=540)

    made = replace(place, [NINE_TO_TWELVE, Span(6, 22 * 60, 240)], doctor)
    events.deliver_due()

    assert hours.of(place) == made == [NINE_TO_TWELVE, Span(6, 22 * 60, 240)]
    assert place.hours.get(weekday=0) == kept
    assert {day.date.weekday() for day in DoctorDay.objects.filter(place=place, free_count__gt=0)} == {0, 6}
    entry = AuditEntry.objects.get(action="CHANGE_HOURS")
    assert (entry.resource_id, entry.details["after"]) == (place.doctor_id, ["0 09:00 180", "6 22:00 240"])


def test_spans_are_added_changed_and_removed_one_by_one(place, doctor):
    def seen() -> str:
        return hours.version(hours.of(place))

    replace(place, [NINE_TO_TWELVE], doctor)
    hours.add(place=place, span=Span(1, 540, 60), seen=seen(), by=doctor)
    hours.change(place=place, old=NINE_TO_TWELVE, new=Span(0, 540, 240), seen=seen(), by=doctor)
    hours.remove(place=place, span=Span(1, 540, 60), seen=seen(), by=doctor)

    assert hours.of(place) == [Span(0, 540, 240)]


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([NINE_TO_TWELVE, Span(0, 700, 60)], "over each other: the one from 09:00 and the one from 11:40"),
        ([NINE_TO_TWELVE, Span(0, 540, 60)], "over each other"),
        ([Span(6, 23 * 60, 180), Span(0, 60, 120)], "over each other: the one from 23:00 and the one from 01:00"),
        ([Span(0, 540, 20)], "09:00–09:20 is too short: a visit takes 30 minutes here"),
        ([Span(7, 540, 60)], "on a day of the week"),
        ([Span(0, 540, 1441)], "at most 24 hours"),
    ],
)
def test_a_week_that_is_not_sane_is_refused(place, doctor, spans, said):
    before = hours.of(place)

    with pytest.raises(Invalid) as refused:
        replace(place, spans, doctor)

    assert said in str(refused.value.problems[0].message)
    assert hours.of(place) == before


@pytest.mark.parametrize(
    "spans",
    [
        [Span(day, 0, 1440) for day in range(7)],
        [NINE_TO_TWELVE, Span(0, 720, 60)],
        [Span(6, 23 * 60, 120), Span(0, 60, 120)],
        [],
    ],
)
def test_spans_may_touch_cross_midnight_and_last_all_day(place, doctor, spans):
    assert replace(place, spans, doctor) == sorted(spans)


def test_a_stale_week_overwrites_nothing(place, doctor):
    seen = hours.version(hours.of(place))
    replace(place, [NINE_TO_TWELVE], doctor)

    with pytest.raises(ChangedMeanwhile):
        replace(place, [Span(2, 540, 60)], doctor, seen=seen)

    assert hours.of(place) == [NINE_TO_TWELVE]


def test_the_same_week_sent_twice_is_taken_once(place, doctor):
    seen = hours.version(hours.of(place))

    replace(place, [NINE_TO_TWELVE], doctor, seen=seen)
    replace(place, [NINE_TO_TWELVE], doctor, seen=seen)

    assert AuditEntry.objects.filter(action="CHANGE_HOURS").count() == 1


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.NURSE])
def test_only_the_doctor_and_the_administrator_change_time(place, doctor, role):
    colleague = actor_of(testing.make_doctor(place.clinic.organization))
    stranger = actor_of(testing.make_doctor())

    for person, refusal in (
        (staff_of(place.clinic.organization, role), NotAllowed),
        (colleague, NotAllowed),
        (stranger, NotFound),
    ):
        with pytest.raises(refusal):
            replace(place, [NINE_TO_TWELVE], person)
        with pytest.raises(refusal):
            away(place, person)

    replace(place, [NINE_TO_TWELVE], staff_of(place.clinic.organization, Role.ADMIN))
    assert hours.of(place) == [NINE_TO_TWELVE]


def test_an_absence_is_added_once_and_closes_the_days(place, doctor):
    week = timedelta(days=70)
    first, again = (away(place, doctor, ends_at=tomorrow() + week, reason="Congress") for _ in range(2))
    events.deliver_due()

    assert first == again
    assert not DoctorDay.objects.filter(place=place, free_count__gt=0, date__gt=first.starts_at.date()).exists()
    absences.remove(absence_id=first.pk, seen=absences.version(first), by=doctor)
    events.deliver_due()
    assert DoctorDay.objects.filter(place=place, free_count__gt=0, date__gt=first.starts_at.date()).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ends_at": tomorrow(9)}, "ends_at"),
        ({"ends_at": tomorrow() + timedelta(days=400)}, "ends_at"),
        ({"starts_at": tomorrow() - timedelta(days=9), "ends_at": tomorrow() - timedelta(days=8)}, "ends_at"),
    ],
)
def test_an_absence_that_is_not_sane_is_refused(place, doctor, given, field):
    with pytest.raises(Invalid) as refused:
        away(place, doctor, **given)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_an_absence_is_at_a_place_of_the_doctor(place, doctor):
    other = testing.make_place(place.clinic)

    with pytest.raises(Invalid) as refused:
        away(place, doctor, place=other)

    assert refused.value.problems[0].field == "place"


def test_a_stale_change_of_an_absence_is_refused(place, doctor):
    absence = away(place, doctor)
    seen = absences.version(absence)
    change(absence, doctor, ends_at=tomorrow(13))

    for act in (
        lambda: change(absence, doctor, seen=seen, ends_at=tomorrow(15)),
        lambda: absences.remove(absence_id=absence.pk, seen=seen, by=doctor),
    ):
        with pytest.raises(ChangedMeanwhile):
            act()

    absence.refresh_from_db()
    assert absence.ends_at == tomorrow(13)


def test_what_has_begun_keeps_its_start_and_what_is_over_stays(place, doctor):
    absence = away(place, doctor)

    with time_machine.travel(tomorrow(10)):
        with pytest.raises(Invalid) as refused:
            change(absence, doctor, starts_at=tomorrow(10))
        change(absence, doctor, ends_at=tomorrow(14))
        absence.refresh_from_db()
        absences.remove(absence_id=absence.pk, seen=absences.version(absence), by=doctor)
        absence.refresh_from_db()
        ended = absence.ends_at
    with time_machine.travel(tomorrow(16)), pytest.raises(NotPossibleNow):
        change(absence, doctor, ends_at=tomorrow(18))

    assert refused.value.problems[0].field == "starts_at"
    assert tomorrow(10) <= ended < tomorrow(11)


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told(place, doctor):
    seen, told = hours.version(hours.of(place)), []

    def save(weekday: int) -> None:
        try:
            replace(place, [Span(weekday, 540, 60)], doctor, seen=seen)
        except ChangedMeanwhile:
            told.append(weekday)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[day]) for day in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(told) == 3
    assert [span.weekday for span in hours.of(place)] == list({0, 1, 2, 3} - set(told))
