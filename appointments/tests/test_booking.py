"""Booking, moving and cancelling: the rules of S3 4.1, 4.3 and 5.3."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appointments import booking, claims
from appointments.models import Appointment, AppointmentStep, Status, TimeClaim
from appointments.tests.cast import Cast
from clinic.models import DoctorDay, VisitKind
from patients.models import CareRelationship, PatientFile
from vitas import testing
from vitas.accounts.actor import PAYMENTS
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.errors import Conflict, Invalid, NotAllowed, NotPossibleNow
from vitas.common.ids import new_id
from vitas.common.models import Event

pytestmark = pytest.mark.django_db


def fields(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [problem.field for problem in error.value.problems]


def test_visit_without_payment_in_advance_is_scheduled_at_once():
    cast = Cast()

    visit = cast.book(cast.ana, cast.at(9))

    assert (visit.status, visit.hold_ends_at, visit.fee, visit.currency) == ("scheduled", None, 15_000, "USD")
    assert {claim.resource for claim in visit.claims.all()} == {cast.doctor.pk, cast.ana.pk}
    assert [step.after for step in visit.steps.all()] == ["scheduled"]
    assert Event.objects.get().kind == "AppointmentFirm"
    assert AuditEntry.objects.get().action == "CREATE_APPOINTMENT"
    assert PatientFile.objects.get().number == 1


def test_visit_to_be_paid_is_held_for_fifteen_minutes():
    cast = Cast(paid=True)

    with time_machine.travel(timezone.now(), tick=False):
        visit = cast.book(cast.ana, cast.at(9))

        assert visit.status == "pending"
        assert visit.hold_ends_at == timezone.now() + timedelta(minutes=15)
    assert {claim.held_until for claim in visit.claims.all()} == {visit.hold_ends_at}
    assert Event.objects.get().kind == "AppointmentHeld"


def test_second_of_two_rivals_is_told_and_nothing_is_booked():
    cast = Cast()
    cast.book(cast.ana, cast.at(9))

    with pytest.raises(booking.SlotTaken):
        cast.book(cast.bruno, cast.at(9))

    assert [visit.patient for visit in cast.doctor.appointments.all()] == [cast.ana]


def test_patient_cannot_hold_two_times_that_overlap():
    cast = Cast()
    elsewhere = Cast()
    cast.book(cast.ana, cast.at(9))

    with pytest.raises(booking.SlotTaken):
        elsewhere.book(cast.ana, elsewhere.at(9))

    assert elsewhere.doctor.appointments.count() == 0


def test_lapsed_hold_frees_its_time_at_once_for_whoever_asks():
    cast = Cast(paid=True)
    lapsed = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        visit = cast.book(cast.bruno, cast.at(9))

    lapsed.refresh_from_db()
    assert (lapsed.status, visit.status) == ("expired", "pending")
    assert {claim.appointment_id for claim in TimeClaim.objects.filter(resource=cast.doctor.pk)} == {visit.pk}


def test_sweep_expires_lapsed_holds_once():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        first, second = booking.expire_lapsed_holds(), booking.expire_lapsed_holds()

    visit.refresh_from_db()
    assert (first, second, visit.status, visit.claims.count()) == (1, 0, "expired", 0)


def test_claims_of_time_that_is_over_go():
    cast = Cast()
    cast.book(cast.ana, cast.at(9))
    ahead = cast.book(cast.bruno, cast.at(9, day=testing.next_weekday(0, weeks=3)))

    dropped = claims.drop_past(cast.at(9) + timedelta(days=2))

    assert (dropped, {claim.appointment_id for claim in TimeClaim.objects.all()}) == (2, {ahead.pk})


def test_day_counts_follow_bookings_and_cancellations():
    cast = Cast()
    day = cast.monday
    visit = cast.book(cast.ana, cast.at(9))

    events.deliver_due()
    booked = DoctorDay.objects.get(place=cast.place, date=day)
    booking.cancel(appointment_id=visit.pk, reason="", by=cast.staff_actor(cast.doctor_user))
    events.deliver_due()
    freed = DoctorDay.objects.get(place=cast.place, date=day)

    assert (booked.free_count, booked.first_free) == (11, cast.at(9, 30))
    assert (freed.free_count, freed.first_free) == (12, cast.at(9))


@pytest.mark.parametrize(
    ("hour", "minute", "field"), [(8, 0, "time"), (9, 10, "time"), (12, 0, "time"), (17, 0, "time")]
)
def test_time_off_the_grid_or_outside_hours_is_invalid(hour, minute, field):
    cast = Cast()

    with pytest.raises(Invalid) as refused:
        cast.book(cast.ana, cast.at(hour, minute))

    assert fields(refused) == [field]


def test_past_and_more_than_six_months_ahead_are_invalid():
    cast = Cast()

    with pytest.raises(Invalid) as past:
        cast.book(cast.ana, cast.at(9, day=testing.next_weekday(0) - timedelta(days=14)))
    with pytest.raises(Invalid) as far:
        cast.book(cast.ana, cast.at(9, day=testing.next_weekday(0, weeks=30)))

    assert (fields(past), fields(far)) == (["date"], ["date"])


def test_buffers_keep_time_free_around_a_visit():
    cast = Cast()
    VisitKind.objects.create(organization=cast.organization, type="procedure", minutes=30, buffer_after=15)
    cast.book(cast.ana, cast.at(9), type="procedure")

    with pytest.raises(booking.SlotTaken):
        cast.book(cast.bruno, cast.at(9, 30))
    later = cast.book(cast.bruno, cast.at(10))

    assert later.status == "scheduled"


def test_doctor_who_takes_no_new_patients_keeps_the_known_ones():
    cast = Cast(extra={"accepts_new_patients": False})
    CareRelationship.objects.create(
        organization=cast.organization, doctor=cast.doctor, patient=cast.ana, because="appointment"
    )

    known = cast.book(cast.ana, cast.at(9))
    with pytest.raises(NotPossibleNow):
        cast.book(cast.bruno, cast.at(10))

    assert known.status == "scheduled"


def test_same_client_id_books_once_and_another_use_of_it_is_refused():
    cast = Cast()
    mine = new_id()
    first = cast.book(cast.ana, cast.at(9), id=mine)

    again = cast.book(cast.ana, cast.at(9), id=mine)
    with pytest.raises(Conflict):
        cast.book(cast.ana, cast.at(10), id=mine)
    with pytest.raises(Conflict):
        cast.book(cast.bruno, cast.at(9), id=mine)

    assert again.pk == first.pk == mine
    assert Appointment.objects.count() == 1


def test_paid_hold_becomes_confirmed_and_care_begins():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))

    stands = booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)
    again = booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)

    visit.refresh_from_db()
    assert (stands, again, visit.status, visit.hold_ends_at) == (True, True, "confirmed", None)
    assert {claim.held_until for claim in visit.claims.all()} == {None}
    assert CareRelationship.objects.get().patient == cast.ana
    assert list(visit.steps.order_by("id").values_list("after", flat=True)) == ["pending", "confirmed"]


def test_paid_after_the_hold_lapsed_stands_while_the_time_is_free():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        booking.expire_lapsed_holds()

        stands = booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)

    visit.refresh_from_db()
    assert (stands, visit.status, visit.claims.count()) == (True, "confirmed", 2)


def test_paid_after_the_time_was_taken_does_not_stand():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        winner = cast.book(cast.bruno, cast.at(9))

        stands = booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)

    visit.refresh_from_db()
    assert (stands, visit.status) == (False, "expired")
    assert {claim.appointment_id for claim in TimeClaim.objects.all()} == {winner.pk}


def test_moving_keeps_state_and_takes_the_new_time():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))

    moved = booking.reschedule(
        appointment_id=visit.pk, starts_at=cast.at(9, 30), reason="", by=cast.patient_actor(cast.ana)
    )
    rival = cast.book(cast.bruno, cast.at(9))

    assert (moved.status, moved.starts_at, moved.version) == ("scheduled", cast.at(9, 30), 2)
    assert rival.status == "scheduled"
    assert TimeClaim.objects.filter(resource=cast.doctor.pk).count() == 2


def test_moving_onto_a_taken_time_changes_nothing():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    cast.book(cast.bruno, cast.at(10))

    with pytest.raises(booking.SlotTaken):
        booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(10), reason="", by=cast.patient_actor(cast.ana))

    visit.refresh_from_db()
    assert (visit.starts_at, visit.claims.count()) == (cast.at(9), 2)


def test_patient_moves_until_two_hours_before_and_the_desk_later():
    cast = Cast()
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(9) - timedelta(minutes=119)):
        with pytest.raises(NotPossibleNow):
            booking.reschedule(
                appointment_id=visit.pk, starts_at=cast.at(11), reason="", by=cast.patient_actor(cast.ana)
            )
        moved = booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(11), reason="", by=desk)

    assert moved.starts_at == cast.at(11)


def test_hold_keeps_its_end_when_moved():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))

    moved = booking.reschedule(
        appointment_id=visit.pk, starts_at=cast.at(10), reason="", by=cast.patient_actor(cast.ana)
    )

    assert (moved.status, moved.hold_ends_at) == ("pending", visit.hold_ends_at)
    assert {claim.held_until for claim in moved.claims.all()} == {visit.hold_ends_at}


def test_cancelled_visit_frees_its_time_and_cannot_be_cancelled_again():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))

    done = booking.cancel(appointment_id=visit.pk, reason="I am travelling", by=cast.patient_actor(cast.ana))
    with pytest.raises(NotPossibleNow):
        booking.cancel(appointment_id=visit.pk, reason="I am travelling", by=cast.patient_actor(cast.ana))

    assert (done.status, done.claims.count()) == ("cancelled", 0)
    assert Appointment.objects.get().cancellation_reason == "I am travelling"
    assert cast.book(cast.bruno, cast.at(9)).status == "scheduled"


def test_past_visit_can_be_neither_moved_nor_cancelled():
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    ana = cast.patient_actor(cast.ana)

    with time_machine.travel(cast.at(9, 31)):
        with pytest.raises(NotPossibleNow):
            booking.cancel(appointment_id=visit.pk, reason="I am travelling", by=ana)
        with pytest.raises(NotPossibleNow):
            booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(11), reason="", by=ana)

    visit.refresh_from_db()
    assert visit.status == "scheduled"


def test_the_day_goes_from_check_in_to_completed_and_care_begins_at_check_in():
    cast = Cast()
    desk, doctor = cast.staff_actor(cast.staff(Role.RECEPTIONIST)), cast.staff_actor(cast.doctor_user)
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(8, 50), tick=False):
        booking.step(appointment_id=visit.pk, to="checked_in", reason="", by=desk)
        booking.step(appointment_id=visit.pk, to="in_progress", reason="", by=doctor)
        done = booking.step(appointment_id=visit.pk, to="completed", reason="", by=doctor)

    assert (done.status, done.check_in_time, done.check_out_time) == ("completed", cast.at(8, 50), cast.at(8, 50))
    assert CareRelationship.objects.get().doctor == cast.doctor


def test_steps_of_the_day_are_not_possible_before_it():
    cast = Cast()
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(9) - timedelta(days=1)), pytest.raises(NotPossibleNow):
        booking.step(appointment_id=visit.pk, to="checked_in", reason="", by=desk)
    with time_machine.travel(cast.at(8, 59)), pytest.raises(NotPossibleNow):
        booking.step(appointment_id=visit.pk, to="no_show", reason="", by=desk)

    visit.refresh_from_db()
    assert visit.status == "scheduled"


def test_desk_takes_its_last_step_back_within_ten_minutes_with_a_reason():
    cast = Cast()
    desk, doctor = cast.staff_actor(cast.staff(Role.RECEPTIONIST)), cast.staff_actor(cast.doctor_user)
    visit = cast.book(cast.ana, cast.at(9))

    with time_machine.travel(cast.at(8, 50)):
        booking.step(appointment_id=visit.pk, to="checked_in", reason="", by=desk)
        with pytest.raises(NotPossibleNow):
            booking.step(appointment_id=visit.pk, to="scheduled", reason="", by=desk)
        with pytest.raises(NotPossibleNow):
            booking.step(appointment_id=visit.pk, to="scheduled", reason="The wrong person", by=doctor)
        back = booking.step(appointment_id=visit.pk, to="scheduled", reason="The wrong person", by=desk)
        booking.step(appointment_id=visit.pk, to="checked_in", reason="", by=desk)
    with time_machine.travel(cast.at(9, 1)), pytest.raises(NotPossibleNow):
        booking.step(appointment_id=visit.pk, to="scheduled", reason="The wrong person", by=desk)

    assert (back.status, back.check_in_time) == ("scheduled", None)
    assert AppointmentStep.objects.filter(after="scheduled", before="checked_in").count() == 1


def test_cancelled_by_mistake_comes_back_with_its_time():
    cast = Cast()
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="", by=desk)

    back = booking.step(appointment_id=visit.pk, to="scheduled", reason="The wrong patient", by=desk)

    assert (back.status, back.claims.count()) == ("scheduled", 2)


@pytest.mark.parametrize(
    ("role", "to", "refusal"),
    [
        (Role.PATIENT, "confirmed", NotAllowed),
        (Role.PATIENT, "completed", NotPossibleNow),
        (Role.NURSE, "confirmed", NotAllowed),
        (Role.DOCTOR, "checked_in", NotAllowed),
        (Role.DOCTOR, "completed", NotPossibleNow),
        (Role.RECEPTIONIST, "pending", NotPossibleNow),
    ],
)
def test_step_of_another_role_is_forbidden_and_one_of_no_role_impossible(role, to, refusal):
    cast = Cast()
    visit = cast.book(cast.ana, cast.at(9))
    by = {
        Role.PATIENT: lambda: cast.patient_actor(cast.ana),
        Role.DOCTOR: lambda: cast.staff_actor(cast.doctor_user),
    }.get(role, lambda: cast.staff_actor(cast.staff(role)))()

    with pytest.raises(refusal):
        booking.step(appointment_id=visit.pk, to=to, reason="", by=by)

    visit.refresh_from_db()
    assert visit.status == Status.SCHEDULED
