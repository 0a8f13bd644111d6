"""On to the gateway's page and back: held, refused, down, lost on the way, paid twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments import booking
from appointments.models import Appointment, Status
from appointments.payments import checkout, settle, standing
from appointments.payments.gateways.base import GatewayError, GatewayReport
from appointments.payments.gateways.demo import DemoGateway
from appointments.payments.models import GatewayPayment, Payment, PaymentStatus
from appointments.payments.standing import Money
from appointments.tests.cast import Cast
from appointments.tests.page_client import book_address, browser_of, hidden_of, text_of
from vitas.accounts.actor import PAYMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast(paid=True)


@pytest.fixture
def client(cast):
    return browser_of(cast.ana)


@pytest.fixture
def gateway_down(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise GatewayError("no answer", temporary=True)

    monkeypatch.setattr(DemoGateway, "open_checkout", refuse)


def hold(cast, client, hour=9):
    address = book_address(cast.place, cast.at(hour))
    return client.post(address, hidden_of(client.get(address)))


def test_holding_leads_on_to_the_gateway_by_a_page_of_ours(cast, client):
    answer = hold(cast, client)

    visit, payment = Appointment.objects.get(), Payment.objects.get()
    shown = client.get(answer["Location"]).content.decode()
    assert visit.status == Status.PENDING
    assert answer["Location"] == reverse("pay", args=[visit.pk])
    assert f'http-equiv="refresh" content="0; url={payment.checkout_url}"' in shown
    assert f'href="{payment.checkout_url}"' in shown


def test_looking_opens_no_checkout(cast, client):
    visit = cast.book(cast.ana, cast.at(9))

    answer = client.get(reverse("pay", args=[visit.pk]))

    assert answer["Location"] == reverse("visit", args=[visit.pk])
    assert not Payment.objects.exists()


def test_a_second_click_opens_one_checkout(cast, client):
    visit = cast.book(cast.ana, cast.at(9))

    answers = [client.post(reverse("pay", args=[visit.pk])) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [reverse("pay", args=[visit.pk])] * 2
    assert Payment.objects.count() == 1


def test_a_gateway_that_is_down_is_said_and_the_time_stays_held(cast, client, gateway_down):
    answer = hold(cast, client)

    visit = Appointment.objects.get()
    shown = client.get(answer["Location"])
    assert answer["Location"] == reverse("visit", args=[visit.pk])
    assert "The payment page cannot be reached right now. The time stays held" in shown.content.decode()
    assert "Pay USD 150 and confirm" in text_of(shown)
    assert visit.status == Status.PENDING


def test_it_can_be_tried_again_when_the_gateway_is_back(cast, client, monkeypatch):
    with monkeypatch.context() as down:
        down.setattr(DemoGateway, "open_checkout", lambda *_: (_ for _ in ()).throw(GatewayError("x", temporary=True)))
        hold(cast, client)
    visit = Appointment.objects.get()

    answer = client.post(reverse("pay", args=[visit.pk]))

    assert answer["Location"] == reverse("pay", args=[visit.pk])
    assert client.get(answer["Location"]).status_code == 200


def test_the_held_visit_counts_down_and_says_what_happens(cast, client):
    visit = cast.book(cast.ana, cast.at(9))

    shown = client.get(reverse("visit", args=[visit.pk]))

    assert f'data-countdown="{visit.hold_ends_at.isoformat()}"' in shown.content.decode()
    assert "If not, the time is freed and nothing is charged." in text_of(shown)


@pytest.mark.parametrize("way", ["success", "pending", "failure"])
def test_a_payer_comes_back_to_the_visit(cast, client, way):
    visit = cast.book(cast.ana, cast.at(9))

    answer = client.get(f"/booking/{way}", {"appointmentId": str(visit.pk)})

    assert answer["Location"] == f"{reverse('visit', args=[visit.pk])}?back={way}"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("success", "We are waiting for word of your payment"),
        ("pending", "The payment is not decided yet"),
        ("failure", "The payment was not made"),
    ],
)
def test_who_is_back_before_the_gateways_word_is_told_how_it_stands(cast, client, way, said):
    visit = cast.book(cast.ana, cast.at(9))

    shown = client.get(reverse("visit", args=[visit.pk]), {"back": way})

    assert said in text_of(shown)
    assert "Your time is held" in text_of(shown)


def test_an_address_that_claims_success_confirms_nothing(cast, client):
    visit = cast.book(cast.ana, cast.at(9))

    client.get("/booking/success", {"appointmentId": str(visit.pk)}, follow=True)

    visit.refresh_from_db()
    assert visit.status == Status.PENDING


def test_back_in_the_browser_after_paying_does_no_harm(cast, client):
    answer = hold(cast, client)
    visit = Appointment.objects.get()
    booking.confirm_paid(appointment_id=visit.pk, by=PAYMENTS)
    there = reverse("visit", args=[visit.pk])

    again = [
        client.get(answer["Location"]),
        client.post(answer["Location"]),
        client.get(book_address(cast.place, cast.at(9))),
        client.get("/booking/failure", {"appointmentId": str(visit.pk)}, follow=True),
    ]

    assert [each["Location"] for each in again[:3]] == [there] * 3
    assert "Your visit is confirmed" in text_of(again[3])
    assert "was not made" not in text_of(again[3])


@pytest.mark.parametrize("asked", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_who_comes_back_for_no_visit_of_theirs_learns_nothing(client, asked):
    answer = client.get("/booking/success", {"appointmentId": asked})

    assert (answer.status_code, "You will get a message" in text_of(answer)) == (200, True)


def test_who_comes_back_signed_out_can_sign_in_and_see_the_visit(cast, page):
    visit = cast.book(cast.ana, cast.at(9))

    answer = page.get("/booking/success", {"appointmentId": str(visit.pk)})

    assert f'href="/sign-in?next={reverse("visit", args=[visit.pk])}"' in answer.content.decode()
    assert str(cast.doctor) not in answer.content.decode()


def payment_of(visit, **given):
    payment = checkout.payment_for(visit)
    Payment.objects.filter(pk=payment.pk).update(**given)
    return payment


def money_of(visit):
    return standing.of(Appointment.objects.select_related("organization").get(pk=visit.pk), timezone.now()).money


def test_how_the_money_stands_while_it_is_owed(cast):
    visit = cast.book(cast.ana, cast.at(9))
    found = [money_of(visit)]
    payment = payment_of(visit)
    found.append(money_of(visit))
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.FAILED)
    found.append(money_of(visit))
    GatewayPayment.objects.create(
        payment=payment, gateway="demo", gateway_id="1", status="in_process", amount=visit.fee, currency="USD"
    )
    found.append(money_of(visit))

    assert found == [Money.DUE, Money.DUE, Money.REJECTED, Money.ASKED]


@pytest.mark.parametrize(
    ("hours_before", "ago", "money"),
    [(30, 0, Money.GOING_BACK), (20, 0, Money.KEPT), (30, 2, Money.KEPT)],
    ids=["in time, the refund's row is not there yet", "too late", "no refund after hours"],
)
def test_how_the_money_stands_after_cancelling(cast, hours_before, ago, money):
    visit, now = cast.book(cast.ana, cast.at(9)), timezone.now()
    payment_of(visit, status=PaymentStatus.COMPLETED, paid_at=now)
    cancelled_at = now - timedelta(hours=ago)
    starts_at = cancelled_at + timedelta(hours=hours_before)
    Appointment.objects.filter(pk=visit.pk).update(
        status=Status.CANCELLED,
        cancelled_at=cancelled_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        hold_ends_at=None,
    )

    assert money_of(visit) == money


def test_a_visit_without_payment_in_advance_is_paid_at_the_clinic():
    cast = Cast()

    assert money_of(cast.book(cast.ana, cast.at(9))) == Money.AT_CLINIC


def lapse(visit):
    ended = timezone.now() - timedelta(minutes=1)
    Appointment.objects.filter(pk=visit.pk).update(hold_ends_at=ended)
    visit.claims.update(held_until=ended)
    booking.expire_lapsed_holds()


def report(payment, status):
    made = GatewayReport(
        gateway_id="7",
        status=status,
        amount=payment.amount,
        currency=payment.currency,
        external_reference=str(payment.pk),
    )
    settle.apply_report(payment.pk, made, gateway="demo")


def test_a_payment_that_is_not_decided_when_the_hold_lapses_is_told_as_it_is(cast, client):
    visit = cast.book(cast.ana, cast.at(9))
    report(checkout.payment_for(visit), "in_process")
    lapse(visit)

    shown = client.get(reverse("visit", args=[visit.pk]))

    assert "The time is no longer held" in text_of(shown)
    assert "If it is approved while the time is still free, the visit is yours" in text_of(shown)
    assert "Nothing was charged" not in text_of(shown)
    assert "Take the same time again" not in text_of(shown)


def test_a_payment_that_comes_when_the_time_is_gone_is_said_to_go_back(cast, client):
    visit = cast.book(cast.ana, cast.at(9))
    payment = checkout.payment_for(visit)
    lapse(visit)
    cast.book(cast.bruno, cast.at(9))
    report(payment, "approved")

    shown = text_of(client.get(reverse("visit", args=[visit.pk])))

    assert "Your payment came when the time was gone, so all of it goes back to you." in shown
    assert "USD 150 goes back to you" in shown
    assert "Nothing was charged" not in shown
