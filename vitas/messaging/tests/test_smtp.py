"""E-mail against a mail server on loopback: what arrives, and what becomes of it when the server fails."""

from time import monotonic

import pytest

from vitas.messaging import outbox, sending
from vitas.messaging.models import OutboxMessage
from vitas.messaging.providers import base
from vitas.messaging.tests import mail_stand_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
LINK = "https://clinic.example/password/new/abc?x=1&y=2"


@pytest.fixture
def mail(settings):
    with mail_stand_in.running() as server:
        connect(settings, server.port)
        yield server


@pytest.fixture(autouse=True)
def by_smtp(settings):
    settings.MAILER = "vitas.messaging.providers.smtp.SmtpMailer"


def connect(settings, port):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 0.5
    settings.DEFAULT_FROM_EMAIL = "Clínica Vitas <no-reply@clinic.example>"


def put(**given):
    fields = {"key": "link:1", "channel": "email", "address": "ana@example.test", "template": "password_link"}
    return outbox.put(**(fields | {"language": "es", "variables": {"name": "Ana <b>Ruiz</b>", "link": LINK}} | given))


def outcome():
    row = OutboxMessage.objects.get()
    return row.state, row.error_code


def test_letter_arrives_in_plain_text_and_html(mail):
    put()

    settled = sending.send_due()

    [letter] = mail.letters
    plain = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert (settled, outcome()) == (1, (State.SENT, ""))
    assert (letter["To"], letter["From"]) == ("ana@example.test", "Clínica Vitas <no-reply@clinic.example>")
    assert (letter["Content-Language"], letter["Auto-Submitted"]) == ("es", "auto-generated")
    assert LINK in plain
    assert "Ana <b>Ruiz</b>" in plain
    assert "Ana &lt;b&gt;Ruiz&lt;/b&gt;" in html
    assert 'href="https://clinic.example/password/new/abc?x=1&amp;y=2"' in html
    assert OutboxMessage.objects.get().sent_channel == "email"


def test_same_message_tried_twice_has_the_same_id(mail):
    row = put()
    sending.send_due()
    OutboxMessage.objects.filter(pk=row.pk).update(state=State.WAITING, next_try_at=row.next_try_at)

    sending.send_due()

    first, second = mail.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@clinic.example>")


@pytest.mark.parametrize(
    ("command", "answer", "expected"),
    [
        ("RCPT", "550 5.1.1 No such mailbox", (State.FAILED, "550")),
        ("RCPT", "450 4.2.0 Greylisted, come again", (State.WAITING, "450")),
        ("RCPT", "452 4.2.2 Mailbox full", (State.WAITING, "452")),
        ("DATA", "451 4.3.0 Try again", (State.WAITING, "451")),
        ("DATA", "554 5.7.1 Refused for its content", (State.FAILED, "554")),
        ("MAIL", "553 5.1.8 Sender not welcome", (State.WAITING, "553")),
        ("MAIL", "421 4.3.2 Going down", (State.WAITING, "421")),
    ],
)
def test_servers_answer_says_whether_to_come_again(mail, command, answer, expected):
    put()
    mail.faults[command] = answer

    sending.send_due()

    assert (outcome(), mail.letters) == (expected, [])


def test_greylisting_server_is_left_alone_for_a_minute(mail):
    put()
    mail.faults["RCPT"] = "450 4.2.0 Greylisted"

    sending.send_due()

    row = OutboxMessage.objects.get()
    assert round((row.next_try_at - row.created_at).total_seconds()) == 60


def test_server_that_does_not_answer_is_given_up_in_time_and_asked_again(mail):
    put()
    mail.faults["RCPT"] = 30.0
    began = monotonic()

    sending.send_due()

    assert monotonic() - began < 5
    assert outcome() == (State.WAITING, base.Busy.NO_ANSWER)


def test_server_that_takes_a_letter_and_is_silent_may_get_it_again_under_the_same_id(mail):
    put()
    mail.faults["DATA"] = 2.0
    sending.send_due()
    silent = outcome()
    mail.faults.clear()
    OutboxMessage.objects.update(next_try_at=OutboxMessage.objects.get().created_at)

    sending.send_due()

    assert silent == (State.WAITING, base.Busy.NO_ANSWER)
    assert outcome() == (State.SENT, "")
    assert len({letter["Message-ID"] for letter in mail.letters}) == 1


def test_server_that_forgets_to_say_goodbye_has_taken_the_letter(mail):
    put()
    mail.faults["QUIT"] = 30.0

    sending.send_due()

    assert outcome() == (State.SENT, "")


def test_server_that_refuses_connections_is_tried_again(settings):
    connect(settings, mail_stand_in.free_port())
    put()

    sending.send_due()

    assert outcome() == (State.WAITING, "NO_CONNECTION")


def test_server_that_takes_connections_and_says_nothing_is_tried_again(settings):
    with mail_stand_in.silent() as port:
        connect(settings, port)
        put()

        sending.send_due()

    assert outcome() == (State.WAITING, "NO_CONNECTION")


def test_server_without_encryption_gets_no_password(mail, settings):
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "vitas", "secret"
    put()

    sending.send_due()

    assert (outcome(), mail.letters) == ((State.WAITING, "NOT_SUPPORTED"), [])


def test_words_that_are_no_address_fail_at_once(mail):
    put(address="ana@@example..test\nBcc: all@example.test")

    sending.send_due()

    state, _code = outcome()
    assert (state, mail.letters) == (State.FAILED, [])


def test_phone_carriers_get_no_letters_and_the_mail_server_no_text_messages(mail):
    with pytest.raises(base.WrongChannel):
        base.mailer().send(
            base.Outgoing(
                key="1",
                channel="sms",
                address="+5511999999999",
                template="sign_in_code",
                language="es",
                variables={},
                text="",
            )
        )


def test_without_a_mail_server_a_letter_fails_and_says_so(settings):
    settings.MAILER = "vitas.messaging.providers.absent.NoMailer"
    put()

    sending.send_due()

    assert (outcome(), base.mailer().absent) == ((State.FAILED, "NO_MAIL_SERVER"), True)
