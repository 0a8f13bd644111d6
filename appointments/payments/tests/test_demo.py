"""The simulated checkout, from the page to the confirmed visit."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from appointments.payments import asking, checkout, gateways, inbox, refunds
from appointments.payments.models import DemoCharge, Payment, WebhookDelivery
from appointments.payments.tests.conftest import fresh, make_visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(live_server, settings, page):
    page.defaults["HTTP_HOST"] = live_server.url.removeprefix("http://")
    settings.PUBLIC_URL = settings.FRONTEND_URL = live_server.url
    settings.PAYMENT_GATEWAY = "appointments.payments.gateways.demo.DemoGateway"
    return make_visit()


def choose(page, url: str, outcome: str):
    return page.post(url, {"outcome": outcome})


def test_approval_goes_over_http_signed_and_confirms_the_visit(page, live_server, visit):
    url = checkout.open_checkout(visit.pk)
    shown = page.get(url.removeprefix(live_server.url)).content.decode()
    answer = choose(page, url.removeprefix(live_server.url), "approve")
    arrived = WebhookDelivery.objects.get()
    inbox.apply_due()

    payment = Payment.objects.get()
    assert "No money moves" in shown
    assert "USD\u00a0150" in shown
    assert str(visit.patient) not in shown
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{live_server.url}/booking/success?appointmentId={visit.pk}",
    )
    assert (arrived.source, arrived.applied_at) == ("demo", None)
    assert (payment.status, fresh(visit).status) == ("COMPLETED", "confirmed")


def test_rejected_then_approved(page, visit):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    choose(page, f"/demo/{url}", "reject")
    inbox.apply_due()
    rejected = Payment.objects.get().status
    choose(page, f"/demo/{url}", "approve")
    inbox.apply_due()

    assert (rejected, Payment.objects.get().status, fresh(visit).status) == ("FAILED", "COMPLETED", "confirmed")


def test_left_pending_then_approved_is_one_charge(page, visit):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    choose(page, f"/demo/{url}", "pending")
    inbox.apply_due()
    pending = Payment.objects.get().status
    for _ in range(2):
        choose(page, f"/demo/{url}", "approve")
        inbox.apply_due()

    assert (pending, Payment.objects.get().status) == ("PENDING", "COMPLETED")
    assert DemoCharge.objects.count() == 1


def test_charge_is_found_where_the_notice_does_not_arrive(page, visit, settings):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    choose(page, f"/demo/{url}", "approve")
    asking.ask_about_open()

    assert WebhookDelivery.objects.count() == 0
    assert Payment.objects.get().status == "COMPLETED"


def test_refund_is_simulated_too(page, visit):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    choose(page, f"/demo/{url}", "approve")
    inbox.apply_due()
    refunds.refund_in_full(Payment.objects.get(), because="test", by=asking.PAYMENTS)
    refunds.send_due()
    refunds.send_due()

    assert DemoCharge.objects.get().status == "refunded"
    assert Payment.objects.get().refunds.get().state == "done"


def test_there_is_no_such_page_and_no_such_gateway_outside_a_demo(page, visit, settings):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    settings.DEMO = False

    with pytest.raises(ImproperlyConfigured):
        gateways.default()
    assert page.get(f"/demo/{url}").status_code == 404
    assert choose(page, f"/demo/{url}", "approve").status_code == 404
    assert DemoCharge.objects.count() == 0


def test_a_front_end_elsewhere_is_led_to_by_a_page(page, visit, settings):
    url = checkout.open_checkout(visit.pk).partition("/demo/")[2]
    settings.FRONTEND_URL = "https://front.example"

    answer = choose(page, f"/demo/{url}", "reject")

    back = f"https://front.example/booking/failure?appointmentId={visit.pk}"
    assert answer.status_code == 200
    assert f'content="0; url={back}"' in answer.content.decode()


@pytest.mark.parametrize("way", ["success", "pending", "failure"])
def test_payer_comes_back_to_a_page_that_promises_nothing(page, way):
    answer = page.get(f"/booking/{way}?appointmentId=x")

    assert answer.status_code == 200
    assert page.get("/booking/elsewhere").status_code == 404
