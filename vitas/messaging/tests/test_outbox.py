"""A message is a row first, written once, taken back as long as it was not sent."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from vitas.messaging import outbox, templates
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers.approved import content_sids

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def put_code(**given):
    fields = {"key": "code:1", "address": "+5511999999999", "template": "sign_in_code", "language": "es"}
    return outbox.put(**(fields | {"variables": {"code": "123456"}} | given))


def test_same_key_twice_is_one_message():
    first = put_code()

    second = put_code(variables={"code": "999999"})

    assert second.pk == first.pk
    assert [row.variables for row in OutboxMessage.objects.all()] == ['{"code": "123456"}']


def test_variables_are_sealed_in_the_database(django_assert_num_queries):
    put_code()

    sealed = OutboxMessage.objects.extra(select={"raw": "variables"}).values_list("raw", flat=True).get()

    assert b"123456" not in bytes(sealed)


@pytest.mark.parametrize("variables", [{}, {"code": "1", "more": "2"}, {"code": 123456}])
def test_variables_that_are_not_the_templates_are_a_mistake(variables):
    with pytest.raises(ValueError, match="sign_in_code takes the texts code"):
        put_code(variables=variables)


def test_unknown_template_is_a_mistake():
    with pytest.raises(ValueError, match="No message template is called hello"):
        put_code(template="hello")


@pytest.mark.parametrize(
    ("given", "known"), [("pt_BR", "pt-br"), ("pt", "pt-br"), ("en-US", "en"), ("es", "es"), ("fr", "es"), ("", "es")]
)
def test_language_is_one_that_we_speak(given, known):
    assert put_code(language=given).language == known


def test_withdrawn_is_every_version_and_no_other_key():
    for key in ("visit:1", "visit:1:2", "visit:12:1"):
        put_code(key=key)

    count = outbox.withdraw("visit:1")

    assert count == 2
    states = dict(OutboxMessage.objects.values_list("key", "state"))
    assert states == {"visit:1": State.WITHDRAWN, "visit:1:2": State.WITHDRAWN, "visit:12:1": State.WAITING}


def test_sent_message_is_not_withdrawn():
    message = put_code()
    OutboxMessage.objects.update(state=State.SENT, sent_at=timezone.now())

    count = outbox.withdraw("code:1")

    message.refresh_from_db()
    assert (count, message.state) == (0, State.SENT)


def test_later_message_is_due_later():
    later = timezone.now() + timedelta(hours=1)

    message = put_code(not_before=later)

    assert (message.not_before, message.next_try_at) == (later, later)


def test_template_numbers_its_parameters_in_their_order():
    template = templates.named("booking_confirmed")

    numbered = template.numbered({"where": "w", "when": "t", "doctor": "d", "patient": "p"})

    assert numbered == {"1": "p", "2": "d", "3": "t", "4": "w"}


def test_approved_templates_are_read_from_settings():
    found = content_sids(["sign_in_code.es:HX1", "booking_moved.pt-BR:HX2"])

    assert found == {("sign_in_code", "es"): "HX1", ("booking_moved", "pt-br"): "HX2"}


@pytest.mark.parametrize("entry", ["sign_in_code", "sign_in_code.es", "hello.es:HX1", "sign_in_code.fr:HX1", "x:y"])
def test_mistake_in_approved_templates_stops_the_start(entry):
    with pytest.raises(ImproperlyConfigured, match="TWILIO_TEMPLATES holds"):
        content_sids([entry])
