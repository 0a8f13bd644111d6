"""Who gets money back, and how it goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments import booking
from appointments.payments import inbox, ledger, refunds, settle
from appointments.payments.models import LedgerEntry, Payment, Refund
from appointments.payments.tests.conftest import fresh, make_payment, make_visit
from vitas import testing
from vitas.accounts.actor import PAYMENTS, Actor
from vitas.accounts.models import Role
from vitas.common import events
from vitas.common.errors import NotPossibleNow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("appointments.payments.tests.urls")]


@pytest.fixture
def paid(gateway, deliver):
    """A visit in a week, confirmed and paid online."""
    payment = make_payment()
    deliver(gateway.pay(payment.pk, amount=150))
    inbox.apply_due()
    return fresh(payment)


def patient_of(visit) -> Actor:
    user = testing.user_of(visit.patient)
    return Actor(role=Role.PATIENT, user_id=user.pk, patient_id=visit.patient_id)


def desk_of(visit) -> Actor:
    member = testing.make_member(visit.organization, Role.RECEPTIONIST)
    return Actor(
        role=Role.RECEPTIONIST,
        user_id=member.user_id,
        membership_id=member.pk,
        organization_id=visit.organization_id,
    )


def cancel(visit, by: Actor) -> None:
    booking.cancel(appointment_id=visit.pk, reason="Cannot come", by=by)
    events.deliver_due()


def test_patient_who_cancels_in_time_gets_everything_back(gateway, paid):
    cancel(paid.appointment, patient_of(paid.appointment))
    owed = Refund.objects.get()
    refunds.send_due()

    assert (owed.state, owed.amount, owed.because) == ("waiting", 15_000, "cancelled_by_patient")
    assert (fresh(paid).status, fresh(owed).state) == ("REFUNDED", "done")
    assert [refund["amount"] for refund in gateway.refunds.values()] == [150]
    assert list(gateway.refunds) == [str(owed.pk)]
    assert ledger.unbalanced() == []


def test_patient_who_cancels_too_late_gets_nothing(gateway, paid, clock):
    clock.move_to(paid.appointment.starts_at - timedelta(hours=23))

    cancel(paid.appointment, patient_of(paid.appointment))

    assert fresh(paid.appointment).status == "cancelled"
    assert fresh(paid).status == "COMPLETED"
    assert Refund.objects.count() == 0


def test_desk_that_cancels_late_refunds_in_full(gateway, paid, clock):
    clock.move_to(paid.appointment.starts_at - timedelta(hours=1))

    cancel(paid.appointment, desk_of(paid.appointment))

    assert fresh(paid).status == "REFUNDED"
    assert Refund.objects.get().amount == 15_000


def test_rule_is_judged_when_the_visit_was_cancelled_not_when_the_event_arrives(gateway, paid, clock):
    visit = paid.appointment
    clock.move_to(visit.starts_at - timedelta(hours=25))
    booking.cancel(appointment_id=visit.pk, reason="Cannot come", by=patient_of(visit))
    clock.shift(timedelta(hours=5))

    events.deliver_due()

    assert fresh(paid).status == "REFUNDED"


@pytest.mark.parametrize(
    ("role", "hours", "due"),
    [("patient", 24, 15_000), ("patient", 23.9, 0), ("doctor", 1, 15_000), ("receptionist", 1, 15_000)],
)
def test_rule_is_shown_before_the_click(gateway, paid, role, hours, due):
    visit = paid.appointment

    assert refunds.refund_due(visit, role, visit.starts_at - timedelta(hours=hours)) == due


def test_nothing_is_due_where_nothing_was_paid():
    assert refunds.refund_due(make_visit(), "doctor", timezone.now()) == 0


def test_event_that_comes_twice_refunds_once(gateway, paid):
    visit = paid.appointment
    cancel(visit, patient_of(visit))
    step = visit.steps.latest("id")
    again = events.AppointmentStepped(
        appointment_id=visit.pk, before="confirmed", after="cancelled", by_role="patient", step_id=step.pk
    )

    refunds.on_step(again)
    refunds.send_due()
    refunds.send_due()

    assert Refund.objects.count() == 1
    assert len(gateway.refunds) == 1


@pytest.mark.parametrize("fault", ["500", "401", "reset", "slow"])
def test_refund_is_sent_again_until_it_is_done(gateway, paid, clock, fault):
    refunds.refund_in_full(paid, because="test", by=PAYMENTS)
    gateway.faults, gateway.slowness = [fault], 1.5

    refunds.send_due()
    waiting = Refund.objects.get()
    at_once = refunds.send_due()
    clock.shift(timedelta(seconds=11))
    refunds.send_due()

    assert (waiting.state, waiting.tries, at_once) == ("waiting", 1, 0)
    assert (Refund.objects.get().state, Refund.objects.get().gateway_refund_id) == ("done", "5000")


def test_refund_whose_answer_was_lost_is_made_once(gateway, paid, clock):
    refunds.refund_in_full(paid, because="test", by=PAYMENTS)
    owed = Refund.objects.get()
    refunds._send(owed.pk)  # the worker dies before it writes "done"
    Refund.objects.update(state="waiting", gateway_refund_id="")

    refunds.send_due()

    assert Refund.objects.get().state == "done"
    assert len(gateway.refunds) == 1


def test_refund_that_was_made_at_the_gateway_already_is_done(gateway, paid):
    charge = paid.gateway_payments.get()
    gateway.payments[charge.gateway_id]["status"] = "refunded"
    refunds.refund_in_full(paid, because="test", by=PAYMENTS)

    refunds.send_due()

    assert Refund.objects.get().state == "done"
    assert gateway.refunds == {}


def test_refund_that_the_gateway_never_makes_is_given_up_and_left_to_a_person(gateway, paid, clock):
    refunds.refund_in_full(paid, because="test", by=PAYMENTS)
    gateway.faults = ["400"] * 10

    refunds.send_due()
    clock.shift(timedelta(days=31))
    refunds.send_due()

    assert Refund.objects.get().state == "failed"
    assert fresh(paid).status == "REFUNDED"


def test_cash_goes_back_at_once():
    payment = settle.record_cash(make_payment(), by=PAYMENTS)

    refunds.refund_in_full(payment, because="test", by=PAYMENTS)

    assert (fresh(payment).status, Refund.objects.get().state) == ("REFUNDED", "done")
    assert sorted(LedgerEntry.objects.values_list("account", "amount")) == [
        ("cash_desk", -15_000),
        ("cash_desk", 15_000),
        ("income", -15_000),
        ("refunds", 15_000),
    ]
    with pytest.raises(NotPossibleNow):
        refunds.refund_in_full(payment, because="test", by=PAYMENTS)


def test_money_of_a_visit_said_to_be_paid_too_late_does_not_stay(gateway, paid):
    event = events.PaidTooLate(appointment_id=paid.appointment_id, payment_id=paid.pk)

    refunds.on_paid_too_late(event)
    refunds.on_paid_too_late(event)

    assert fresh(paid).status == "REFUNDED"
    assert Refund.objects.count() == 1


def test_cash_then_an_online_approval_goes_back_online(gateway, deliver):
    payment = settle.record_cash(make_payment(), by=PAYMENTS)
    charge = gateway.pay(payment.pk, amount=150)

    deliver(charge)
    inbox.apply_due()
    refunds.send_due()

    assert (fresh(payment).status, fresh(payment).method) == ("COMPLETED", "cash")
    assert gateway.payments[charge]["status"] == "refunded"
    assert Payment.objects.count() == 1
    assert ledger.unbalanced() == []
