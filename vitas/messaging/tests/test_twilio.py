"""Twilio's own SDK against a stand-in on loopback, with the faults Twilio has."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from vitas.messaging import outbox, sending
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers import base
from vitas.messaging.tests import stand_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
PHONE = "+5511999999999"


@pytest.fixture
def twilio(settings):
    base._made.cache_clear()
    with stand_in.running() as server:
        settings.MESSENGER = "vitas.messaging.providers.twilio.TwilioMessenger"
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "secret"
        settings.TWILIO_WHATSAPP_FROM, settings.TWILIO_SMS_FROM = "+15550001111", "+15550002222"
        settings.TWILIO_API_URL = server.url
        settings.TWILIO_TEMPLATES = ["sign_in_code.en:HXcode", "booking_confirmed.en:HXbooked"]
        yield server
    base._made.cache_clear()


def put_code(**given):
    fields = {"key": "code:1", "address": PHONE, "template": "sign_in_code", "language": "en"}
    return outbox.put(**(fields | {"variables": {"code": "123456"}} | given))


def again(message):
    """The pause is over."""
    OutboxMessage.objects.filter(pk=message.pk).update(next_try_at=timezone.now())
    sending.send_due()
    message.refresh_from_db()
    return message


def sent(message):
    sending.send_due()
    message.refresh_from_db()
    return message


def test_whatsapp_goes_as_an_approved_template(twilio):
    variables = {"patient": "Ana", "doctor": "Dr. B", "when": "Monday", "where": "Clinic"}

    message = sent(put_code(template="booking_confirmed", variables=variables))

    assert (message.state, message.sent_channel) == (State.SENT, "whatsapp")
    assert message.carrier_id == twilio.messages[0]["sid"]
    assert {
        name: twilio.messages[0].get(name) for name in ("To", "From", "ContentSid", "ContentVariables", "Body")
    } == {
        "To": f"whatsapp:{PHONE}",
        "From": "whatsapp:+15550001111",
        "ContentSid": "HXbooked",
        "ContentVariables": '{"1": "Ana", "2": "Dr. B", "3": "Monday", "4": "Clinic"}',
        "Body": None,
    }


def test_without_an_approved_template_it_goes_as_sms(twilio):
    message = sent(put_code(language="es"))

    assert (message.state, message.sent_channel) == (State.SENT, "sms")
    assert [(m["To"], m["From"], "123456" in m["Body"]) for m in twilio.messages] == [(PHONE, "+15550002222", True)]


@pytest.mark.parametrize("code", [63016, 63003, 63024, 63032])
def test_what_whatsapp_refuses_goes_as_sms(twilio, code):
    twilio.faults = [(400, code)]

    message = sent(put_code())

    assert (message.state, message.sent_channel) == (State.SENT, "sms")
    assert [m["To"] for m in twilio.messages] == [PHONE]


def test_number_that_is_none_is_given_up(twilio):
    twilio.faults = [(400, 21211)]

    message = sent(put_code())

    assert (message.state, message.error_code, message.tries) == (State.FAILED, "21211", 1)
    assert twilio.messages == []


def test_refused_by_both_channels_is_given_up(twilio):
    twilio.faults = [(400, 63003), (400, 21614)]

    message = sent(put_code())

    assert (message.state, message.error_code) == (State.FAILED, "21614")


@pytest.mark.parametrize("fault", [(429, 20429), (500, 20500), (503, 20503), (401, 20003)])
def test_twilio_out_of_order_is_tried_again(twilio, fault):
    twilio.faults = [fault]
    message = sent(put_code())
    assert (message.state, message.tries, message.next_try_at > timezone.now()) == (State.WAITING, 1, True)

    message = again(message)

    assert (message.state, message.sent_channel, message.tries) == (State.SENT, "whatsapp", 2)
    assert len(twilio.messages) == 1


@pytest.mark.parametrize("fault", ["torn", "slow"])
def test_no_answer_is_looked_up_before_sending_again(twilio, settings, fault):
    settings.OUTSIDE_TIMEOUT, twilio.pause = 0.2, 0.6
    twilio.faults = [fault]
    message = sent(put_code())
    assert (message.state, message.error_code) == (State.WAITING, "NO_ANSWER")

    message = again(message)

    assert (message.state, message.carrier_id) == (State.SENT, twilio.messages[0]["sid"])
    assert len(twilio.messages) == 1


def test_worker_that_died_after_sending_sends_no_second_time(twilio):
    message = put_code()
    twilio.keep({"To": f"whatsapp:{PHONE}", "From": "whatsapp:+15550001111", "Body": "123456 is your code"})
    OutboxMessage.objects.update(state=State.SENDING, tries=1)

    message = again(message)

    assert (message.state, message.carrier_id, len(twilio.messages)) == (State.SENT, twilio.messages[0]["sid"], 1)


def test_worker_that_died_before_sending_is_made_up_for(twilio):
    message = put_code()
    twilio.keep({"To": f"whatsapp:{PHONE}", "From": "whatsapp:+15550001111", "Body": "654321 is your code"})
    OutboxMessage.objects.update(state=State.SENDING, tries=1)

    message = again(message)

    assert (message.state, [m["body"] for m in twilio.messages]) == (State.SENT, ["654321 is your code", "123456"])


def test_first_try_asks_for_nothing_else(twilio):
    sent(put_code())

    assert twilio.listed == 0


def test_nothing_of_the_person_is_logged(twilio, caplog):
    caplog.set_level(logging.DEBUG)
    twilio.faults = ["torn", (400, 21211)]

    message = sent(put_code())
    again(message)

    # The lines of the database driver and of the web library are not switched on outside of tests.
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("vitas", "twilio"))]
    assert ours
    assert [line for line in ours if PHONE in line or "123456" in line] == []


def test_stale_code_is_never_sent(twilio):
    message = put_code(stale_after=timezone.now() + timedelta(minutes=5))
    OutboxMessage.objects.update(stale_after=timezone.now() - timedelta(seconds=1))

    message = sent(message)

    assert (message.state, twilio.messages) == (State.STALE, [])
