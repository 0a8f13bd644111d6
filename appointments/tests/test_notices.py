"""Who hears what of a visit: live events, and messages to the patient's phone."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, Status
from appointments.payments.models import Payment, PaymentStatus
from appointments.payments.steps import move
from appointments.tests.cast import Cast
from vitas import testing
from vitas.accounts.actor import PAYMENTS, Actor
from vitas.accounts.models import Role
from vitas.common import events
from vitas.common.models import Event
from vitas.live.models import LiveEvent
from vitas.live.presenting import presented
from vitas.live.topics import topics_of
from vitas.messaging import sending, templates
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
REASON = "Chest pain since Tuesday"


@pytest.fixture
def cast():
    return Cast()


def heard_by(actor):
    """What a socket of this person carries, oldest first."""
    stored = LiveEvent.objects.filter(topic__in=topics_of(actor)).order_by("id")
    return [(message["event"], message["data"]) for message in presented(actor, list(stored))]


def texts(**wanted):
    rows = OutboxMessage.objects.filter(**wanted).order_by("created_at", "id")
    return [templates.named(row.template).render(json.loads(row.variables), row.language) for row in rows]


def iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_new_visit_is_heard_by_doctor_and_desk_and_the_desk_gets_no_reason(cast):
    starts_at = cast.at(9)
    visit = cast.book(cast.ana, starts_at, reason=REASON)

    events.deliver_due()

    payload = {
        "appointmentId": str(visit.pk),
        "patientName": cast.ana.full_name,
        "scheduledAt": iso(starts_at),
        "reason": None,
    }
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    admin = cast.staff_actor(cast.staff(Role.ADMIN))
    assert heard_by(cast.staff_actor(cast.doctor_user)) == [("appointment:new", payload | {"reason": REASON})]
    assert heard_by(desk) == heard_by(admin) == [("appointment:new", payload)]
    assert heard_by(cast.patient_actor(cast.ana)) == []


def test_nobody_else_hears_of_a_visit(cast):
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="no", by=cast.patient_actor(cast.ana))
    elsewhere = Cast()

    events.deliver_due()

    others = [
        elsewhere.staff_actor(elsewhere.doctor_user),
        elsewhere.staff_actor(elsewhere.staff(Role.RECEPTIONIST)),
        cast.staff_actor(cast.staff(Role.NURSE)),
        cast.patient_actor(cast.bruno),
    ]
    assert [heard_by(other) for other in others] == [[], [], [], []]


def test_topic_alone_opens_nothing(cast):
    """Even somebody who listened to a foreign desk would read nothing there."""
    cast.book(cast.ana, cast.at(9))
    events.deliver_due()
    stranger = Actor(role=Role.RECEPTIONIST, organization_id=testing.make_organization().pk)

    assert presented(stranger, list(LiveEvent.objects.all())) == []


def test_step_is_heard_by_all_three_in_upper_case(cast):
    visit = cast.book(cast.ana, cast.at(9))
    doctor = cast.staff_actor(cast.doctor_user)

    booking.step(appointment_id=visit.pk, to=Status.CONFIRMED, reason="", by=doctor)
    events.deliver_due()

    update = {"appointmentId": str(visit.pk), "status": "CONFIRMED", "scheduledAt": iso(visit.starts_at)}
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    heard = [heard_by(actor)[-1] for actor in (doctor, desk, cast.patient_actor(cast.ana))]
    assert heard == [("appointment:update", update)] * 3


def test_listening_to_a_name_is_in_the_audit_trail(cast):
    from vitas.audit.models import AuditEntry

    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()
    doctor = cast.staff_actor(cast.doctor_user)

    heard_by(doctor)

    entry = AuditEntry.objects.get(action="READ_APPOINTMENT")
    assert (entry.user_id, entry.resource_id, entry.patient_id) == (doctor.user_id, visit.pk, cast.ana.pk)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Hello Ana, your visit is confirmed: {doctor}, {day}, at {clinic}, 123 Main St, Boston."),
    ],
)
def test_booking_is_confirmed_to_the_phone_in_words_on_the_clinics_clock(cast, language, words):
    visit = cast.book(cast.ana, cast.at(14, 30), reason=REASON)

    events.deliver_due()

    message = OutboxMessage.objects.get()
    day = f"{cast.monday:%A, %B} {cast.monday.day}, 2:30 PM"
    assert (message.key, message.address) == (f"booking_confirmed:{visit.pk}:1", cast.ana.phone)
    assert (message.language, message.stale_after) == (language, visit.starts_at)
    assert texts() == [words.format(doctor=cast.doctor, day=day, clinic=cast.clinic.name)]


def test_day_is_in_the_patients_language(cast):
    cast.ana.language = "pt-br"
    cast.ana.save()
    cast.book(cast.ana, cast.at(14, 30))

    events.deliver_due()

    when = json.loads(OutboxMessage.objects.get().variables)["when"]
    assert (when.startswith("segunda-feira, "), when.endswith(", 14:30"), " de " in when) == (True, True, True)


def test_message_tells_neither_reason_nor_specialty(cast):
    cast.doctor.specialty = "oncology"
    cast.doctor.save()
    cast.book(cast.ana, cast.at(9), reason=REASON)

    events.deliver_due()

    said = texts()[0].lower()
    assert (REASON.lower() in said, "oncolog" in said) == (False, False)


def test_held_visit_is_news_only_when_paid():
    cast = Cast(paid=True)
    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()
    assert (heard_by(cast.staff_actor(cast.doctor_user)), OutboxMessage.objects.count()) == ([], 0)

    booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)
    events.deliver_due()

    heard = heard_by(cast.staff_actor(cast.doctor_user))
    assert sorted(name for name, _data in heard) == ["appointment:new", "appointment:update"]
    assert [row.template for row in OutboxMessage.objects.all()] == ["booking_confirmed"]


def test_cancelled_visit_takes_the_unsent_confirmation_back(cast):
    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()

    booking.cancel(appointment_id=visit.pk, reason="I am well", by=cast.patient_actor(cast.ana))
    events.deliver_due()

    assert list(OutboxMessage.objects.order_by("id").values_list("template", "state")) == [
        ("booking_confirmed", State.WITHDRAWN),
        ("booking_cancelled", State.WAITING),
    ]
    assert f"/doctors/{cast.place.pk}" in texts(template="booking_cancelled")[0]


def test_lapsed_hold_is_no_message():
    cast = Cast(paid=True)
    cast.book(cast.ana, cast.at(9))
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        booking.expire_lapsed_holds()
        events.deliver_due()

    assert OutboxMessage.objects.count() == 0
    assert [data["status"] for _name, data in heard_by(cast.patient_actor(cast.ana))] == ["EXPIRED"]


def test_moved_visit_tells_the_new_time_and_not_the_old_one(cast):
    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()

    booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(16), reason="", by=cast.patient_actor(cast.ana))
    events.deliver_due()
    sending.send_due()

    sent = OutboxMessage.objects.get(state=State.SENT)
    assert sent.template == "booking_moved"
    assert json.loads(sent.variables)["when"].endswith("4:00 PM")
    assert heard_by(cast.patient_actor(cast.ana)) == [
        ("appointment:update", {"appointmentId": str(visit.pk), "status": "SCHEDULED", "scheduledAt": iso(cast.at(16))})
    ]


def test_receivers_called_twice_say_nothing_twice(cast):
    visit = cast.book(cast.ana, cast.at(9))
    booking.reschedule(appointment_id=visit.pk, starts_at=cast.at(16), reason="", by=cast.patient_actor(cast.ana))
    booking.cancel(appointment_id=visit.pk, reason="no", by=cast.patient_actor(cast.ana))
    events.deliver_due()
    before = (LiveEvent.objects.count(), OutboxMessage.objects.count())

    Event.objects.update(settled_at=None, taken_by=[], next_try_at=timezone.now())
    events.deliver_due()

    assert (LiveEvent.objects.count(), OutboxMessage.objects.count()) == before
    assert before[0] > 0


def test_confirmation_that_comes_after_the_cancellation_is_not_sent(cast):
    visit = cast.book(cast.ana, cast.at(9))
    booking.cancel(appointment_id=visit.pk, reason="no", by=cast.patient_actor(cast.ana))

    events.deliver_due()

    assert [row.template for row in OutboxMessage.objects.all()] == ["booking_cancelled"]


def test_patient_without_a_phone_is_reached_by_who_booked(cast):
    child = testing.make_patient(user=testing.user_of(cast.ana), first_name="Bia", phone="")
    by = cast.patient_actor(cast.ana)
    asked = booking.Request(place=cast.place, patient=child, starts_at=cast.at(9), type="consultation")
    booking.book(asked, by=by)

    events.deliver_due()

    assert [row.address for row in OutboxMessage.objects.all()] == [cast.ana.phone]


def make_payment(cast, visit, **given):
    fields = {"organization": cast.organization, "appointment": visit, "patient": cast.ana}
    return Payment.objects.create(**(fields | {"amount": 15_050, "currency": "USD"} | given))


def test_payment_is_heard_by_doctor_and_desk(cast):
    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()
    payment = make_payment(cast, visit)

    events.record(events.PaymentChanged(payment_id=payment.pk, status="COMPLETED"))
    events.deliver_due()

    update = {
        "paymentId": str(payment.pk),
        "appointmentId": str(visit.pk),
        "amount": 150.5,
        "status": "COMPLETED",
    }
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    heard = [heard_by(actor)[-1] for actor in (cast.staff_actor(cast.doctor_user), desk)]
    assert heard == [("payment:update", update)] * 2
    assert heard_by(cast.patient_actor(cast.ana)) == []


def test_payment_that_fails_a_second_time_is_heard_again(cast):
    visit = cast.book(cast.ana, cast.at(9))
    events.deliver_due()
    payment = make_payment(cast, visit)

    for status in (PaymentStatus.FAILED, PaymentStatus.PENDING, PaymentStatus.FAILED):
        move(payment, status, by=PAYMENTS, now=timezone.now())
        events.deliver_due()

    heard = heard_by(cast.staff_actor(cast.doctor_user))
    assert [data["status"] for event, data in heard if event == "payment:update"] == ["FAILED", "PENDING", "FAILED"]


def test_late_payment_is_told_with_the_refund_and_other_times(cast):
    visit = cast.book(cast.ana, cast.at(9))
    payment = make_payment(cast, visit, status="REFUNDED", paid_at=timezone.now(), amount=1_234_500)
    Event.objects.all().delete()

    events.record(events.PaidTooLate(appointment_id=visit.pk, payment_id=payment.pk))
    events.deliver_due()

    said = texts(template="payment_late_refunded")
    assert len(said) == 1
    assert ("USD 12,345.00" in said[0], f"/doctors/{cast.place.pk}" in said[0]) == (True, True)


def test_reading_many_events_costs_as_many_queries_as_one(cast, django_assert_num_queries):
    desk = cast.staff_actor(cast.staff(Role.RECEPTIONIST))
    for hour in (9, 10, 11):
        cast.book(testing.make_patient(), cast.at(hour))
    events.deliver_due()
    stored = list(LiveEvent.objects.filter(topic__in=topics_of(desk)))
    assert (len(stored), Appointment.objects.count()) == (3, 3)

    with django_assert_num_queries(2):  # the visits, the audit entry
        presented(desk, stored)
