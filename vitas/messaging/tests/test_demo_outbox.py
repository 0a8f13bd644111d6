"""The demo outbox shows what was "sent", and is nowhere else."""

import pytest

from vitas.messaging import outbox, sending

pytestmark = pytest.mark.django_db

PHONE = "+5511999999999"


def put(key, address=PHONE, code="123456"):
    return outbox.put(key=key, address=address, template="sign_in_code", language="pt-br", variables={"code": code})


@pytest.fixture(autouse=True)
def demo(settings):
    settings.MESSENGER = "vitas.messaging.providers.demo.DemoMessenger"


@pytest.mark.parametrize("query", [f"?to={PHONE}", "?to=%2B5511999999999"])
def test_lists_what_was_sent_to_a_number_newest_first(client, query):
    put("1", code="111111")
    put("2", address="+14155550100")
    sending.send_due()
    newest = put("3", code="333333")
    sending.send_due()
    put("4", code="444444")

    answer = client.get(f"/demo/outbox{query}")

    listed = answer.json()
    newest.refresh_from_db()
    assert [(row["to"], row["channel"], row["body"][:6]) for row in listed] == [
        (PHONE, "whatsapp", "333333"),
        (PHONE, "whatsapp", "111111"),
    ]
    assert sorted(listed[0]) == ["body", "channel", "sentAt", "to"]
    assert listed[0]["sentAt"] == newest.sent_at.isoformat().replace("+00:00", "Z")
    assert answer["Cache-Control"].count("no-store") == 1


def test_browser_gets_a_page_that_says_it_is_simulated(client):
    put("1")
    sending.send_due()

    answer = client.get(f"/demo/outbox?to={PHONE}", headers={"accept": "text/html,*/*", "accept-language": "en"})

    page = answer.content.decode()
    assert (answer.status_code, "123456" in page, "This is a simulation" in page) == (200, True, True)


def test_number_without_messages_is_an_empty_list(client):
    assert client.get("/demo/outbox?to=+10000000").json() == []


@pytest.mark.parametrize("given", [{"DEMO": False}, {"MESSENGER": "vitas.messaging.providers.twilio.TwilioMessenger"}])
def test_it_is_not_there_where_messages_are_real(client, settings, given):
    for name, value in given.items():
        setattr(settings, name, value)

    assert client.get(f"/demo/outbox?to={PHONE}").status_code == 404


@pytest.mark.parametrize(("mailer", "listed"), [("demo.DemoMessenger", ["ana@example.test"]), ("smtp.SmtpMailer", [])])
def test_letters_are_listed_only_where_they_are_simulated(client, settings, mailer, listed):
    settings.MAILER = "vitas.messaging.providers.demo.DemoMessenger"
    variables = {"name": "Ana", "link": "https://clinic.example/"}
    outbox.put(
        key="1",
        channel="email",
        address="ana@example.test",
        template="password_link",
        language="en",
        variables=variables,
    )
    sending.send_due()
    settings.MAILER = f"vitas.messaging.providers.{mailer}"

    answer = client.get("/demo/outbox")

    assert [row["to"] for row in answer.json()] == listed
