"""What the bell says of visits and payments, to whom, and that it is no clinical word."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from appointments import booking, steps
from appointments.models import Appointment, Status
from appointments.payments.models import PaymentStatus
from appointments.payments.steps import move as move_payment
from appointments.tests.cast import Cast
from patients.models import PatientAccess
from vitas import testing
from vitas.accounts.actor import PAYMENTS
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.live import news

pytestmark = pytest.mark.django_db

REASON = "Chest pain since Tuesday"


@pytest.fixture
def cast():
    return Cast()


def told(actor, language="en"):
    with translation.override(language):
        return [(line.said.sentence, line.unread) for line in news.told(actor, list(news.of(actor)))]


def test_booking_is_told_to_doctor_and_desk_and_not_to_who_booked(cast):
    cast.book(cast.ana, cast.at(9), reason=REASON)
    events.deliver_due()

    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    expected = [(f"New visit: {cast.ana.full_name}", True)]
    assert told(cast.staff_actor(cast.doctor_user)) == told(desk) == expected
    assert told(cast.patient_actor(cast.ana)) == []


def test_cancelling_is_told_to_both_sides_and_unread_to_the_other(cast):
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="no time that day", by=cast.patient_actor(cast.ana))
    events.deliver_due()

    assert told(cast.patient_actor(cast.ana)) == [("You cancelled your visit.", False)]
    assert told(cast.staff_actor(cast.doctor_user))[0] == (f"Cancelled: {cast.ana.full_name}", True)


def test_patient_is_told_what_the_clinic_did(cast):
    doctor = cast.staff_actor(cast.doctor_user)
    visit = cast.book(cast.ana, cast.at(9))
    steps.move(visit, Status.CONFIRMED, by=doctor)
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(11), reason="The doctor is late", by=desk)
    booking.cancel(appointment_id=visit.pk, reason="The doctor is ill", by=desk)
    events.deliver_due()

    assert told(cast.patient_actor(cast.ana)) == [
        ("Your visit was cancelled.", True),
        ("Your visit has a new time.", True),
        ("Your visit is confirmed.", True),
    ]
    # The doctor accepted it: that is no news to staff.
    assert told(doctor) == [
        (f"Cancelled: {cast.ana.full_name}", True),
        (f"New time: {cast.ana.full_name}", True),
        (f"New visit: {cast.ana.full_name}", True),
    ]


def test_payment_is_told_to_the_patient_by_the_visit_and_to_staff_by_its_amount():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    payment = visit.payments.first() or _payment(visit)
    now = timezone.now()
    move_payment(payment, PaymentStatus.COMPLETED, by=PAYMENTS, now=now, paid_at=now)
    steps.move(visit, Status.CONFIRMED, by=PAYMENTS)
    events.deliver_due()

    assert told(cast.patient_actor(cast.ana)) == [("Your payment has arrived. The visit is confirmed.", True)]
    sentences = [sentence for sentence, _unread in told(cast.staff_actor(cast.doctor_user))]
    assert sorted(sentences) == [f"New visit: {cast.ana.full_name}", f"Paid USD\u00a0150: {cast.ana.full_name}"]


def test_returned_payment_is_told_with_the_cancelled_visit():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    payment, now = visit.payments.first() or _payment(visit), timezone.now()
    move_payment(payment, PaymentStatus.COMPLETED, by=PAYMENTS, now=now, paid_at=now)
    steps.move(visit, Status.CONFIRMED, by=PAYMENTS)
    booking.cancel(appointment_id=visit.pk, reason="ill", by=cast.staff_actor(cast.staff(Role.RECEPTIONIST)))
    payment.refresh_from_db()
    if payment.status != PaymentStatus.REFUNDED:
        move_payment(payment, PaymentStatus.REFUNDED, by=PAYMENTS, now=now)
    events.deliver_due()

    assert told(cast.patient_actor(cast.ana))[0] == ("Your visit was cancelled. The payment was returned.", True)


def test_another_profile_of_the_family_is_named(cast):
    child = testing.make_patient(user=testing.user_of(cast.ana), first_name="Tomás", phone="")
    PatientAccess.objects.filter(patient=child).update(relation="child")
    visit = cast.book(child, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="ill", by=cast.staff_actor(cast.staff(Role.RECEPTIONIST)))
    events.deliver_due()

    (line,) = news.told(cast.patient_actor(cast.ana), list(news.of(cast.patient_actor(cast.ana))))

    assert line.said.about == f"Tomás · {cast.doctor}"


def test_who_may_no_longer_see_a_visit_is_not_told_of_it(cast):
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="ill", by=cast.staff_actor(cast.staff(Role.RECEPTIONIST)))
    events.deliver_due()
    other = Cast().doctor
    Appointment.objects.filter(pk=visit.pk).update(firm_at=None)

    assert told(cast.staff_actor(cast.doctor_user)) == []
    assert other != cast.doctor


def test_page_has_links_words_in_the_persons_language_and_no_reason(cast):
    visit = cast.book(cast.ana, cast.at(9), reason=REASON)
    booking.cancel(appointment_id=visit.pk, reason="Her cough is better", by=cast.patient_actor(cast.ana))
    events.deliver_due()
    people = {
        testing.user_of(cast.ana): reverse("visit", args=[visit.pk]),
        cast.doctor_user: reverse("doctor-visit", args=[visit.pk]),
        cast.staff(Role.RECEPTIONIST): reverse("admin:appointments_appointment_change", args=[visit.pk]),
    }

    for user, address in people.items():
        body = testing.browser(user).get("/notifications").content.decode()
        assert f'href="{address}"' in body
        assert not re.search("chest|cough", body, re.I)

    assert AuditEntry.objects.filter(action="READ_APPOINTMENTS", user_id=cast.doctor_user.pk).exists()


@pytest.mark.parametrize("how_many", [1, 6])
def test_list_costs_the_same_for_one_and_for_many(cast, how_many, django_assert_num_queries):
    for hour in (9, 10, 11, 14, 15, 16)[:how_many]:
        cast.book(cast.ana, cast.at(hour))
    events.deliver_due()
    browser = testing.browser(cast.doctor_user)

    with django_assert_num_queries(7):  # session, savepoint, list, visits, audit, unread, release
        browser.get("/notifications")


def _payment(visit):
    from appointments.payments import checkout

    return checkout.payment_for(visit)
