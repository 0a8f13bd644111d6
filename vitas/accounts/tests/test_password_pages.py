"""The pages of signing in by a password and of a forgotten one, as a browser without scripts walks them."""

import json
import re

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory

from vitas import testing
from vitas.accounts import page_sessions, passwords
from vitas.accounts.models import Role, Session
from vitas.messaging.models import OutboxMessage
from vitas.testing import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "correct horse battery"


def member(role, **given):
    found = testing.make_member(testing.make_organization(), role, **given)
    found.user.set_password(PASSWORD)
    found.user.save()
    return found


@pytest.fixture
def doctor():
    found = testing.make_doctor()
    user = found.membership.user
    user.set_password(PASSWORD)
    user.save()
    return user


def signs_in(page, email, password=PASSWORD, **more):
    return page.post("/sign-in/staff", {"email": email, "password": password, **more})


def browser(user):
    """Signed in, without the way there."""
    client = Client(headers={"accept-language": "en"})
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(user))
    request.session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def test_each_lands_on_their_own_pages(page, doctor):
    homes = {"doctor": signs_in(page, doctor.email).headers["Location"]}
    for role in (Role.NURSE, Role.RECEPTIONIST, Role.ADMIN):
        homes[role.value] = signs_in(Client(), member(role).user.email).headers["Location"]
    operator = testing.make_user(is_operator=True)
    operator.set_password(PASSWORD)
    operator.save()
    homes["operator"] = signs_in(Client(), operator.email).headers["Location"]

    assert homes == {
        "doctor": "/doctor",
        "nurse": "/doctor",
        "receptionist": "/admin/",
        "admin": "/admin/",
        "operator": "/admin/",
    }


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [("/doctor/patients?q=a", "/doctor/patients?q=a"), ("https://evil.example/", "/doctor"), ("//evil", "/doctor")],
)
def test_goes_on_to_where_the_person_was_if_that_is_ours(page, doctor, wanted, goes):
    assert signs_in(page, doctor.email, next=wanted).headers["Location"] == goes


def test_wrong_password_is_told_and_the_email_kept(page, doctor):
    answer = signs_in(page, doctor.email, "not the password")

    words = answer.content.decode()
    assert (answer.status_code, "The e-mail or the password is wrong." in words) == (401, True)
    assert f'value="{doctor.email}"' in words
    assert "not the password" not in words


def test_unknown_email_reads_the_same(page, doctor):
    answers = [signs_in(page, email, "not the password").content.decode() for email in (doctor.email, "x@example.test")]

    same = [re.sub(r'value="[^"]*"', "", answer).replace("\n", "") for answer in answers]
    assert same[0] == same[1]


def test_guessing_is_stopped_and_says_for_how_long(page, doctor):
    answers = [signs_in(page, doctor.email, "a wrong guess") for _guess in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900


def test_who_is_signed_in_goes_straight_on(doctor):
    client = browser(doctor)

    assert client.get("/sign-in/staff").headers["Location"] == "/doctor"
    assert "You are signed in as" in client.get("/sign-in/staff?next=/admin/").content.decode()


def test_field_that_is_empty_is_said_beside_it(page):
    answer = page.post("/sign-in/staff", {"email": "no address"})

    words = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_email"' in words
    assert 'aria-invalid="true"' in words


def test_forgotten_password_is_set_by_the_letter(page, doctor):
    asked = page.post("/password/forgotten", {"email": doctor.email})
    told = page.get(asked.headers["Location"]).content.decode()
    passwords.look_up_due()
    letter = OutboxMessage.objects.get(template="password_link")
    link = "/" + json.loads(letter.variables)["link"].split("/", 3)[3]

    looked = [page.get(link).status_code for _mail_program in range(2)]
    weak = page.post(link, {"password": "short"})
    done = page.post(link, {"password": NEW})
    again = page.get(link)

    assert asked.headers["Location"] == "/password/forgotten?sent"
    assert "If the e-mail belongs to an account" in told
    assert looked == [200, 200]
    assert (weak.status_code, "Too short: a password has at least 15 characters." in weak.content.decode()) == (
        422,
        True,
    )
    assert done.headers["Location"] == "/sign-in/staff"
    assert (again.status_code, "This link has expired or was used already." in again.content.decode()) == (404, True)
    assert again.headers["Referrer-Policy"] == "strict-origin"
    assert signs_in(page, doctor.email, NEW).headers["Location"] == "/doctor"


def test_answer_is_the_same_for_an_unknown_address(page, doctor):
    answers = [page.post("/password/forgotten", {"email": email}) for email in (doctor.email, "nobody@example.test")]

    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [
        (302, "/password/forgotten?sent")
    ] * 2


def test_without_a_mail_server_the_page_says_whom_to_ask(page, settings, doctor):
    settings.MAILER = "vitas.messaging.providers.absent.NoMailer"

    shown = page.get("/password/forgotten").content.decode()
    asked = page.post("/password/forgotten", {"email": doctor.email})

    assert "E-mail is not set up here" in shown
    assert '<form method="post" class="card' not in shown
    assert asked.status_code == 422


def test_secret_of_a_link_is_not_logged(page, caplog):
    with caplog.at_level("INFO", "vitas.request"):
        page.get("/password/new/0195f2a07c1e7d3b9b1e0d9a3c1f2b4a-secret")

    assert [record.path for record in caplog.records if record.name == "vitas.request"] == ["/password/new/…"]


def test_own_password_is_changed_and_other_browsers_are_signed_out(doctor):
    here, elsewhere = browser(doctor), browser(doctor)

    shown = here.get("/password/change")
    wrong = here.post("/password/change", {"old": "not it at all", "password": NEW})
    done = here.post("/password/change", {"old": PASSWORD, "password": NEW})

    assert shown.status_code == 200
    assert (wrong.status_code, "This is not your present password." in wrong.content.decode()) == (422, True)
    assert done.headers["Location"] == "/doctor"
    assert here.get("/password/change").status_code == 200
    assert elsewhere.get("/password/change").headers["Location"] == "/sign-in/staff?next=%2Fpassword%2Fchange"
    assert Session.objects.filter(user=doctor, revoked_at=None).count() == 1


def test_patients_have_no_password_to_change():
    patient = testing.make_patient()
    client = Client()
    request = RequestFactory().get("/")
    request.session = SessionStore()
    page_sessions.sign_in_page(request, testing.make_session(testing.user_of(patient), patient_id=patient.pk))
    request.session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = request.session.session_key

    assert client.get("/password/change").status_code == 302
