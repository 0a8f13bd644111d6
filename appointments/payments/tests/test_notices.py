"""What /confirm-pay takes in, and what becomes of it."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, TimeClaim
from appointments.payments import asking, inbox, ledger, refunds
from appointments.payments.models import (
    GatewayPayment,
    LedgerEntry,
    Payment,
    PaymentAccount,
    Refund,
    WebhookDelivery,
)
from appointments.payments.tests.conftest import fresh, make_payment, make_visit
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import events
from vitas.common.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("appointments.payments.tests.urls")]


def sums() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in LedgerEntry.objects.all():
        found[entry.account] = found.get(entry.account, 0) + entry.amount
    return found


def lapse(visit: Appointment) -> None:
    """The hold ran out and its time was given back."""
    Appointment.objects.filter(pk=visit.pk).update(hold_ends_at=timezone.now() - timedelta(seconds=1))
    booking.expire_lapsed_holds()


def test_approval_completes_the_payment_and_confirms_the_visit(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)

    answer = deliver(charge)
    inbox.apply_due()

    assert (answer.status_code, answer.json()) == (200, {"received": True})
    paid = fresh(payment)
    assert (paid.status, paid.paid_at is not None) == ("COMPLETED", True)
    assert fresh(payment.appointment).status == "confirmed"
    assert sums() == {"gateway": 15_000, "income": -15_000}
    assert ledger.unbalanced() == []
    assert list(Event.objects.filter(kind="PaymentChanged").values_list("payload", flat=True)) == [
        {"payment_id": str(payment.pk), "status": "COMPLETED", "at": paid.paid_at.isoformat()}
    ]
    entry = AuditEntry.objects.get(action="UPDATE_PAYMENT")
    assert (entry.user_role, entry.resource_id, entry.organization_id) == (
        "system:payments",
        payment.pk,
        payment.organization_id,
    )


def test_nothing_is_applied_before_the_answer(gateway, deliver):
    payment = make_payment()

    deliver(gateway.pay(payment.pk, amount=150))

    assert gateway.asked == []
    assert fresh(payment).status == "PENDING"
    assert WebhookDelivery.objects.get().applied_at is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-signature": "ts=1,v1=" + "0" * 64, "x-request-id": "r-1"},
        {"x-signature": "ts=1,v1=é", "x-request-id": "r-1"},
        {"x-signature": "ts=,v1=", "x-request-id": "r-1"},
        {"x-signature": "v1", "x-request-id": "r-1"},
        {"x-signature": "ts=1,v1=" + "0" * 64},
    ],
)
def test_forged_or_absent_signature_is_401_and_changes_nothing(gateway, deliver, headers):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)

    answer = deliver(charge, headers=headers)
    inbox.apply_due()

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "AUTHENTICATION_ERROR"
    assert WebhookDelivery.objects.count() == 0
    assert fresh(payment).status == "PENDING"


def test_signature_of_another_payment_or_secret_is_refused(gateway, deliver):
    payment = make_payment()
    charge, other = gateway.pay(payment.pk, amount=150), gateway.pay(payment.pk, amount=1)

    answers = [
        deliver(charge, query=f"data.id={other}&type=payment"),
        deliver(charge, headers=gateway.notice(charge, secret="another secret")["headers"]),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert WebhookDelivery.objects.count() == 0


def test_body_is_not_believed(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150, status="rejected")

    deliver(charge, body={"type": "payment", "status": "approved", "data": {"id": charge}})
    inbox.apply_due()

    assert fresh(payment).status == "FAILED"
    assert fresh(payment.appointment).status == "pending"


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("data.id=1&type=payment", b"not json", 401),
        ("data.id=1&type=payment", b"\xff\x00", 401),
        ("data.id=1&type=payment", b"[" * 100_000, 401),
        ("", b'{"data": [1]}', 401),
        ("data.id=%00", b"{}", 400),
        ("account=nobody&data.id=1", b"{}", 401),
        ("data.id=1", b"x" * 1_100_000, 413),
    ],
)
def test_garbage_is_refused_and_nothing_breaks(gateway, query, body, status):
    answer = testing.ApiClient().post(f"/confirm-pay?{query}", body, content_type="text/plain")

    assert answer.status_code == status
    assert "error" in answer.json()
    assert WebhookDelivery.objects.count() == 0


def test_signed_notice_counts_whatever_its_body_is(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)
    headers = gateway.notice(charge)["headers"]

    answer = testing.ApiClient().post(f"/confirm-pay?data.id={charge}", b"\xff", content_type="x/y", headers=headers)
    inbox.apply_due()

    assert (answer.status_code, fresh(payment).status) == (200, "COMPLETED")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_other_methods_are_405(gateway, method):
    assert testing.ApiClient().send(method, "/confirm-pay").status_code == 405


def test_old_notice_is_taken_in_for_the_gateway_repeats_for_days(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)

    answer = deliver(charge, headers=gateway.notice(charge, ts="1500000000")["headers"])

    assert answer.status_code == 200


def test_same_notice_twice_is_stored_once(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)

    answers = [deliver(charge, request_id="request-00000001") for _ in range(3)]
    inbox.apply_due()
    inbox.apply_due()

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert WebhookDelivery.objects.count() == 1
    assert sums() == {"gateway": 15_000, "income": -15_000}
    assert gateway.asked_for("GET", f"/v1/payments/{charge}") == 1


def test_notice_about_something_else_is_answered_and_put_aside(gateway, deliver):
    answer = deliver("77", query="data.id=77&type=merchant_order")

    assert answer.status_code == 200
    assert WebhookDelivery.objects.get().problem == "not about a payment"
    assert inbox.apply_due() == 0


def test_payment_unknown_at_the_gateway_is_asked_about_again_then_given_up(gateway, deliver, clock):
    deliver("404404")

    inbox.apply_due()
    waiting = WebhookDelivery.objects.get()
    clock.shift(timedelta(hours=2))
    inbox.apply_due()

    assert (waiting.applied_at, waiting.problem) == (None, "UnknownAtGateway 404")
    assert WebhookDelivery.objects.get().applied_at is not None


def test_payment_of_somebody_else_is_put_aside(gateway, deliver):
    deliver(gateway.pay("order-4711", amount=150))

    inbox.apply_due()

    assert WebhookDelivery.objects.get().problem == "no payment of ours"


@pytest.mark.parametrize("fault", ["500", "401", "429", "reset", "slow", "garbage"])
def test_gateway_in_trouble_is_asked_again_later(gateway, deliver, clock, fault):
    payment = make_payment()
    deliver(gateway.pay(payment.pk, amount=150))
    gateway.faults, gateway.slowness = [fault], 1.5

    inbox.apply_due()
    between = fresh(payment).status
    inbox.apply_due()
    clock.shift(timedelta(seconds=3))
    inbox.apply_due()

    assert between == "PENDING"
    assert fresh(payment).status == "COMPLETED"
    assert len(gateway.asked) == 2


def test_sweep_takes_over_what_a_dead_worker_left(gateway, deliver, clock, monkeypatch):
    payment = make_payment()
    deliver(gateway.pay(payment.pk, amount=150))
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "_apply", lambda delivery_id: None)  # the worker dies right after its claim
        inbox.apply_due()

    assert inbox.apply_due() == 0
    clock.shift(inbox.CALL_LASTS + timedelta(seconds=1))
    assert inbox.apply_due() == 1

    assert fresh(payment).status == "COMPLETED"


@pytest.mark.parametrize(
    ("amount", "currency", "verdict"),
    [(149.99, "USD", "wrong_amount"), (1, "USD", "wrong_amount"), (150, "ARS", "wrong_currency")],
)
def test_other_amount_or_currency_never_confirms_and_goes_back(gateway, deliver, amount, currency, verdict):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=amount, currency=currency)

    deliver(charge)
    inbox.apply_due()
    refunds.send_due()

    assert fresh(payment).status == "PENDING"
    assert fresh(payment.appointment).status == "pending"
    assert GatewayPayment.objects.get().verdict == verdict
    assert (Refund.objects.get().state, gateway.payments[charge]["status"]) == ("done", "refunded")
    assert ledger.unbalanced() == []


def test_rejected_payment_may_be_made_by_a_second_attempt(gateway, deliver):
    payment = make_payment()

    deliver(gateway.pay(payment.pk, amount=150, status="rejected"))
    inbox.apply_due()
    after_the_first = (fresh(payment).status, fresh(payment.appointment).status)
    deliver(gateway.pay(payment.pk, amount=150))
    inbox.apply_due()

    assert after_the_first == ("FAILED", "pending")
    assert (fresh(payment).status, fresh(payment.appointment).status) == ("COMPLETED", "confirmed")


def test_rejected_news_after_the_approval_changes_nothing(gateway, deliver):
    payment = make_payment()
    rejected = gateway.pay(payment.pk, amount=150, status="rejected")
    approved = gateway.pay(payment.pk, amount=150)

    for charge in (approved, rejected):
        deliver(charge)
        inbox.apply_due()

    assert fresh(payment).status == "COMPLETED"


def test_pending_then_approved(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150, status="in_process")

    deliver(charge)
    inbox.apply_due()
    between = fresh(payment).status
    gateway.payments[charge]["status"] = "approved"
    deliver(charge)
    inbox.apply_due()

    assert (between, fresh(payment).status) == ("PENDING", "COMPLETED")


def test_second_charge_goes_back_and_the_first_stays(gateway, deliver):
    payment = make_payment()
    first, second = gateway.pay(payment.pk, amount=150), gateway.pay(payment.pk, amount=150)

    for charge in (first, second):
        deliver(charge)
        inbox.apply_due()
    refunds.send_due()

    assert fresh(payment).status == "COMPLETED"
    assert [gateway.payments[charge]["status"] for charge in (first, second)] == ["approved", "refunded"]
    assert sums() == {"gateway": 15_000, "income": -30_000, "refunds": 15_000}


def test_late_approval_is_kept_while_the_time_is_free(gateway, deliver):
    payment = make_payment()
    lapse(payment.appointment)

    deliver(gateway.pay(payment.pk, amount=150))
    inbox.apply_due()

    assert (fresh(payment).status, fresh(payment.appointment).status) == ("COMPLETED", "confirmed")
    assert Refund.objects.count() == 0


def test_late_approval_goes_back_where_the_time_was_taken(gateway, deliver):
    payment = make_payment()
    visit = payment.appointment
    lapse(visit)
    make_visit(visit.place, starts_at=visit.starts_at)
    charge = gateway.pay(payment.pk, amount=150)

    for _ in range(2):
        deliver(charge)
        inbox.apply_due()
        refunds.send_due()

    assert (fresh(payment).status, fresh(visit).status) == ("REFUNDED", "expired")
    assert gateway.payments[charge]["status"] == "refunded"
    assert Event.objects.filter(kind="PaidTooLate").count() == 1
    assert sums() == {"gateway": 0, "income": -15_000, "refunds": 15_000}
    assert not TimeClaim.objects.filter(appointment=visit).exists()


def test_approval_of_a_cancelled_visit_goes_back(gateway, deliver):
    payment = make_payment()
    Appointment.objects.filter(pk=payment.appointment_id).update(status="cancelled", hold_ends_at=None)

    deliver(gateway.pay(payment.pk, amount=150))
    inbox.apply_due()

    assert fresh(payment).status == "REFUNDED"
    assert Refund.objects.get().because == "too_late"


def test_money_that_the_gateway_gave_back_is_noted(gateway, deliver):
    payment = make_payment()
    charge = gateway.pay(payment.pk, amount=150)
    deliver(charge)
    inbox.apply_due()

    gateway.payments[charge]["status"] = "charged_back"
    deliver(charge)
    inbox.apply_due()

    assert fresh(payment).status == "REFUNDED"
    assert (Refund.objects.get().because, Refund.objects.get().state) == ("at_gateway", "done")
    assert sums() == {"gateway": 0, "income": -15_000, "refunds": 15_000}


def test_lost_notice_is_found_by_asking(gateway, clock):
    payment = make_payment()
    gateway.pay(payment.pk, amount=150, status="rejected")
    gateway.pay(payment.pk, amount=150)

    too_early = asking.ask_about_open()
    clock.shift(timedelta(minutes=3))
    asking.ask_about_open()

    assert too_early == 0
    assert (fresh(payment).status, fresh(payment.appointment).status) == ("COMPLETED", "confirmed")


def test_asking_grows_seldom_and_ends(gateway, clock):
    payment = make_payment()
    asked = []
    for minutes in (3, 1, 2, 60, 3, 10, 60 * 24 * 8, 60 * 24):
        clock.shift(timedelta(minutes=minutes))
        asked.append(asking.ask_about_open())

    assert asked == [1, 0, 1, 1, 0, 1, 1, 0]
    assert fresh(payment).ask_next_at is None


def test_payment_that_nobody_made_is_closed(gateway, clock):
    payment = make_payment()
    lapse(payment.appointment)
    clock.shift(timedelta(days=8))

    closed = asking.close_unpaid()

    assert (closed, fresh(payment).status) == (1, "FAILED")


def test_notice_signed_by_an_organizations_account_speaks_for_that_account_alone(gateway, deliver):
    visit, other = make_visit(), make_payment()
    account = PaymentAccount.objects.create(
        organization=visit.organization,
        gateway="mercadopago",
        country="AR",
        currency="USD",
        access_token=gateway.token,
        webhook_secret="its own secret",
    )
    payment = make_payment(visit)
    own, foreign = gateway.pay(payment.pk, amount=150), gateway.pay(other.pk, amount=150)

    answers = [
        deliver(
            charge,
            query=f"account={account.pk}&data.id={charge}",
            headers=gateway.notice(charge, secret=secret)["headers"],
        )
        for charge, secret in ((own, "its own secret"), (foreign, "its own secret"), (own, "no secret"))
    ]
    inbox.apply_due()

    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert (fresh(payment).status, fresh(other).status) == ("COMPLETED", "PENDING")


@pytest.mark.parametrize("seed", range(4))
def test_twenty_notices_in_any_order_have_one_end(gateway, deliver, seed):
    payment = make_payment()
    rejected = gateway.pay(payment.pk, amount=150, status="rejected")
    twice = [gateway.pay(payment.pk, amount=150), gateway.pay(payment.pk, amount=150)]
    wrong = gateway.pay(payment.pk, amount=15)
    wanted = [rejected, *twice, wrong] * 5
    random.Random(seed).shuffle(wanted)

    for charge in wanted:
        deliver(charge)
        if random.Random(seed + len(charge)).random() < 0.5:
            inbox.apply_due()
    inbox.apply_due()
    refunds.send_due()

    assert WebhookDelivery.objects.filter(applied_at=None).count() == 0
    assert (fresh(payment).status, fresh(payment.appointment).status) == ("COMPLETED", "confirmed")
    assert sorted(gateway.payments[charge]["status"] for charge in twice) == ["approved", "refunded"]
    assert gateway.payments[wrong]["status"] == "refunded"
    assert sums() == {"gateway": 15_000, "income": -31_500, "refunds": 16_500}


@pytest.mark.django_db(transaction=True)
def test_twenty_notices_at_once_have_one_end(gateway, deliver):
    payment = make_payment()
    charges = [
        gateway.pay(payment.pk, amount=150),
        gateway.pay(payment.pk, amount=150),
        gateway.pay(payment.pk, amount=150, status="rejected"),
        gateway.pay(payment.pk, amount=1),
    ]
    answers = []

    def arrive(charge: str) -> None:
        try:
            answers.append(deliver(charge).status_code)
            inbox.apply_due()
            refunds.send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive, args=[charge]) for charge in charges * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    WebhookDelivery.objects.filter(applied_at=None).update(next_try_at=timezone.now())
    inbox.apply_due()
    refunds.send_due()

    assert answers == [200] * 20
    assert (fresh(payment).status, fresh(payment.appointment).status) == ("COMPLETED", "confirmed")
    assert sorted(gateway.payments[charge]["status"] for charge in charges[:2]) == ["approved", "refunded"]
    assert sums() == {"gateway": 15_000, "income": -30_100, "refunds": 15_100}
    assert Payment.objects.count() == 1
    assert Event.objects.filter(kind="PaymentChanged", payload__status="COMPLETED").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(6))
def test_cancellation_and_approval_at_once_never_keep_the_money_of_a_cancelled_visit(gateway, deliver, attempt):
    payment = make_payment()
    visit = payment.appointment
    charge = gateway.pay(payment.pk, amount=150)
    deliver(charge)
    user = testing.user_of(visit.patient)
    patient = Actor(role=Role.PATIENT, user_id=user.pk, patient_id=visit.patient_id)

    def run(act) -> None:
        try:
            act()
            events.deliver_due()
        finally:
            connection.close()

    acts = [inbox.apply_due, lambda: booking.cancel(appointment_id=visit.pk, reason="I cannot come", by=patient)]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Event.objects.filter(settled_at=None).update(next_try_at=timezone.now())
    events.deliver_due()
    WebhookDelivery.objects.filter(applied_at=None).update(next_try_at=timezone.now())
    inbox.apply_due()
    refunds.send_due()

    assert (fresh(visit).status, fresh(payment).status) == ("cancelled", "REFUNDED")
    assert gateway.payments[charge]["status"] == "refunded"
    assert Refund.objects.count() == 1
    assert sums() == {"gateway": 0, "income": -15_000, "refunds": 15_000}
