"""A forgotten password by e-mail, and one's own changed."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from vitas import testing
from vitas.accounts import passwords, signing
from vitas.accounts.models import PasswordLink, Role, Session, User
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotPossibleNow, TooMany, Unavailable
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

NEW = "correct horse battery"


@pytest.fixture(autouse=True)
def links_lead_to_pages(settings):
    settings.MAILER = "vitas.messaging.providers.demo.DemoMessenger"


@pytest.fixture
def member():
    found = testing.make_member(
        testing.make_organization(), Role.DOCTOR, email="ana@example.test", full_name="Ana Ruiz"
    )
    found.user.set_password(testing.PASSWORD)
    found.user.save()
    return found


def letters(template):
    return [
        (row.address, json.loads(row.variables))
        for row in OutboxMessage.objects.filter(channel="email", template=template).order_by("pk")
    ]


def token():
    """Of the newest letter."""
    _address, variables = letters("password_link")[-1]
    return re.search(r"/password/new/(\S+)$", variables["link"])[1]


def asked(email="ana@example.test"):
    passwords.ask(email=email)
    passwords.look_up_due()


def signs_in(password):
    try:
        return signing.sign_in_with_password(email="ana@example.test", password=password)
    except signing.WrongCredentials:
        return None


def test_link_of_the_letter_sets_a_new_password_once(member):
    asked(" ANA@example.test ")
    link = token()

    passwords.change_by_link(token=link, password=NEW)

    with pytest.raises(passwords.DeadLink):
        passwords.change_by_link(token=link, password="another good password")
    assert (signs_in(testing.PASSWORD), bool(signs_in(NEW))) == (None, True)


def test_asking_does_the_same_for_every_address(member):
    passwords.ask(email="first@example.test")  # makes the platform's key

    statements = []
    for email in ("ana@example.test", "nobody@example.test"):
        with CaptureQueriesContext(connection) as asking:
            passwords.ask(email=email)
        statements.append(
            [
                re.sub(r"VALUES.*|'[^']*'|\$?\d+|\"s\w+\"", "", query["sql"], flags=re.S)
                for query in asking.captured_queries
            ]
        )

    assert statements[0] == statements[1]
    assert OutboxMessage.objects.count() == 0


def test_letters_go_to_members_alone(member):
    testing.make_user(email="left@example.test")
    operator = testing.make_user(email="operator@example.test", is_operator=True)
    closed = testing.make_member(member.organization, Role.NURSE, email="closed@example.test").user
    User.objects.filter(pk=closed.pk).update(is_active=False)

    for email in ("left@example.test", "closed@example.test", "nobody@example.test", "no address", operator.email):
        passwords.ask(email=email)
    sent = passwords.look_up_due()

    assert (sent, [address for address, _variables in letters("password_link")]) == (1, ["operator@example.test"])
    assert passwords.look_up_due() == 0


def test_link_works_for_half_an_hour(member):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        asked()
        link = token()
        clock.shift(timedelta(minutes=29, seconds=59))
        passwords.whose(link)
        clock.shift(timedelta(seconds=1))

        with pytest.raises(passwords.DeadLink):
            passwords.whose(link)


def test_change_of_the_password_ends_every_link(member):
    asked()
    first = token()
    asked()
    passwords.change_by_link(token=token(), password=NEW)

    with pytest.raises(passwords.DeadLink):
        passwords.whose(first)


@pytest.mark.parametrize("of", ["", "x", "-", "0195f2a0", "{id}", "{id}-", "{id}-wrong", "{{{id}}}-wrong"])
def test_token_that_is_not_ours_is_a_dead_link(member, of):
    asked()

    with pytest.raises(passwords.DeadLink):
        passwords.whose(of.format(id=PasswordLink.objects.get().pk.hex))


def test_secret_of_a_link_is_not_in_the_database(member):
    asked()

    secret = token().partition("-")[2]
    row = PasswordLink.objects.values().get()
    assert (len(row["token_hash"]), secret in str(row), b"ana@" in bytes(row["email"])) == (64, False, False)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("good word", "Too short: a password has at least 15 characters."),
        ("thisismypassword", "Too many people use this password. Choose another one."),
        ("ana@example.test", "Too close to your name or e-mail. Choose another one."),
        ("x" * 201, "A password has at most 200 characters."),
    ],
)
def test_weak_password_is_told_why_and_uses_up_no_link(member, password, sentence):
    asked()

    with translation.override("en"):
        with pytest.raises(Invalid) as refusal:
            passwords.change_by_link(token=token(), password=password)
        said = [str(problem.message) for problem in refusal.value.problems]

    assert said == [sentence]
    assert passwords.whose(token())


def test_change_by_link_signs_out_everywhere_and_says_so(member):
    sessions = [testing.make_session(member.user) for _browser in range(2)]
    asked()

    passwords.change_by_link(token=token(), password=NEW)

    assert Session.objects.filter(pk__in=[found.pk for found in sessions], revoked_at=None).count() == 0
    [(address, variables)] = letters("password_changed")
    assert (address, variables["name"], "/password/forgotten" in variables["link"]) == (
        "ana@example.test",
        "Ana Ruiz",
        True,
    )


def test_own_change_keeps_this_session_and_ends_the_others(member):
    here, elsewhere = testing.make_session(member.user), testing.make_session(member.user)

    passwords.change_own(session=here, old=testing.PASSWORD, password=NEW)

    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.revoked_at is None, elsewhere.revoked_at is None) == (True, False)
    assert len(letters("password_changed")) == 1
    assert signs_in(NEW)


def test_own_change_asks_for_the_present_password(member):
    here = testing.make_session(member.user)

    with pytest.raises(Invalid) as refusal:
        passwords.change_own(session=here, old="not it at all", password=NEW)

    assert [problem.field for problem in refusal.value.problems] == ["old"]
    assert (signs_in(NEW), letters("password_changed")) == (None, [])


def test_present_password_cannot_be_guessed_without_end(member):
    here = testing.make_session(member.user)
    for _guess in range(5):
        with pytest.raises(Invalid):
            passwords.change_own(session=here, old="a wrong guess", password=NEW)

    with pytest.raises(TooMany):
        passwords.change_own(session=here, old=testing.PASSWORD, password=NEW)


def test_same_password_again_is_no_change(member):
    with pytest.raises(Invalid):
        passwords.change_own(session=testing.make_session(member.user), old=testing.PASSWORD, password=testing.PASSWORD)


def test_links_are_asked_for_three_times_an_hour_known_or_not(member):
    for email in ("ana@example.test", "nobody@example.test"):
        for _time in range(3):
            passwords.ask(email=email)

        with pytest.raises(TooMany):
            passwords.ask(email=email)


def test_one_address_asks_for_twenty_mailboxes_an_hour(member):
    for number in range(20):
        passwords.ask(email=f"person{number}@example.test")

    with pytest.raises(TooMany):
        passwords.ask(email="ana@example.test")


def test_without_redis_nobody_asks(member):
    with testing.without_redis(), pytest.raises(Unavailable):
        passwords.ask(email="ana@example.test")


def test_without_a_mail_server_nobody_is_promised_a_letter(member, settings):
    settings.MAILER = "vitas.messaging.providers.absent.NoMailer"

    with pytest.raises(NotPossibleNow):
        passwords.ask(email="ana@example.test")

    assert PasswordLink.objects.count() == 0


def test_each_step_is_in_the_audit_trail(member):
    asked()
    passwords.change_by_link(token=token(), password=NEW)
    with pytest.raises(Invalid):
        passwords.change_own(session=testing.make_session(member.user), old="wrong", password=NEW)

    entries = AuditEntry.objects.filter(action__contains="PASSWORD").order_by("pk")
    assert [(entry.action, entry.outcome) for entry in entries] == [
        ("FORGET_PASSWORD", "success"),
        ("SEND_PASSWORD_LINK", "success"),
        ("CHANGE_PASSWORD", "success"),
        ("CHANGE_PASSWORD_FAILED", "refused"),
    ]
    assert entries[2].resource_id == member.user_id
