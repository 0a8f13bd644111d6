"""Signing in by phone, choosing a profile and one's own data, on pages, without a script."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from patients.models import Patient, PatientAccess, PatientFile
from vitas import testing
from vitas.accounts.models import OneTimeCode, Session, User
from vitas.audit.models import AuditEntry
from vitas.common import limits
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

PHONE = "+5511999999999"
TODAY = timezone.now().date()


def code_sent_to(phone):
    message = OutboxMessage.objects.filter(address=phone, template="sign_in_code").latest("created_at")
    found = re.search(r"\d{6}", str(message.variables))
    assert found
    return found[0]


def text(answer):
    """What is to be read of a page."""
    body = answer.content.decode()
    main = body[body.index("<main") : body.index("</main>")] if "<main" in body else body
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def ana():
    return testing.make_patient(first_name="Ana", last_name="Pérez", birth_date=date(1990, 5, 17))


@pytest.fixture
def browser(ana):
    return testing.browser(testing.user_of(ana))


# Signing in


@pytest.mark.parametrize(
    "typed",
    [
        {"phone": PHONE},
        {"phone": "+55 11 99999-9999"},
        {"country": "BR", "phone": "11 99999-9999"},
        {"country": "AR", "phone": "+55 (11) 99999-9999"},
        {"country": "AR", "phone": "0055 11 999999999"},
    ],
)
def test_number_is_understood_however_it_is_written(page, typed):
    answer = page.post("/sign-in", typed)

    assert answer.headers["Location"] == "/sign-in/code"
    assert OneTimeCode.objects.get().phone == PHONE


@pytest.mark.parametrize("typed", [{"phone": ""}, {"phone": "hello"}, {"country": "AR", "phone": "12"}])
def test_what_is_no_number_is_said_beside_the_field(page, typed):
    answer = page.post("/sign-in", typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize(
    ("spoken", "country"),
    [("es-MX,es;q=0.9", "MX"), ("pt-BR", "BR"), ("es", "AR"), ("en;q=0.8", "US"), ("xx-YY", "AR")],
)
def test_country_is_the_browsers(spoken, country):
    body = Client(headers={"accept-language": spoken}).get("/sign-in").content.decode()

    assert re.search(r'<option value="(\w\w)"\s+selected', body)[1] == country


def test_code_may_be_pasted_with_a_gap(page, ana):
    page.post("/sign-in", {"phone": ana.phone})
    code = code_sent_to(ana.phone)

    answer = page.post("/sign-in/code", {"code": f"{code[:3]} {code[3:]}"})

    assert answer.headers["Location"] == "/visits"


def test_code_field_is_one_that_phones_fill(page, ana):
    page.post("/sign-in", {"phone": ana.phone})

    field = re.search(r'<input[^>]*name="code"[^>]*>', page.get("/sign-in/code").content.decode())[0]

    assert 'autocomplete="one-time-code"' in field
    assert 'inputmode="numeric"' in field
    assert 'maxlength="6"' not in field


def test_who_is_new_is_asked_for_a_name_after_the_code(page):
    page.post("/sign-in", {"phone": PHONE, "next": "/doctors"})
    code = code_sent_to(PHONE)

    asked = page.post("/sign-in/code", {"code": code})
    answer = page.post("/sign-in/code", {"code": code, "patient_name": "João da Silva"})

    assert (asked.status_code, "This phone is new to us." in text(asked)) == (200, True)
    assert answer.headers["Location"] == "/doctors"
    assert Patient.objects.get().full_name == "João da Silva"


def test_wrong_code_says_what_to_do_and_empties_the_field(page, ana):
    page.post("/sign-in", {"phone": ana.phone})
    wrong = "000000" if code_sent_to(ana.phone) != "000000" else "000001"

    answer = page.post("/sign-in/code", {"code": wrong})

    assert answer.status_code == 401
    assert "The code is wrong or has expired. Ask for a new one." in text(answer)
    assert wrong not in re.search(r'<input[^>]*name="code"[^>]*>', answer.content.decode())[0]
    assert not Session.objects.exists()


def test_another_code_comes_after_a_minute_and_the_wait_is_said_before(page, ana):
    with time_machine.travel(timezone.now(), tick=False):
        page.post("/sign-in", {"phone": ana.phone})
        until = timezone.now() + timedelta(minutes=1)
        shown = page.get("/sign-in/code").content.decode()
        early = page.post("/sign-in/code/again")

    assert f'data-countdown="{until.isoformat()[:19]}' in shown
    assert (early.status_code, "That is in about 1 minute." in text(early)) == (429, True)
    assert OneTimeCode.objects.count() == 1


def test_no_code_that_is_not_sent_is_said_to_be(page, ana):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _each in range(3):
            page.post("/sign-in", {"phone": ana.phone})
            clock.shift(timedelta(minutes=2))

        answer = page.post("/sign-in", {"phone": ana.phone})

    assert (answer.status_code, "Too many codes were sent." in text(answer)) == (429, True)
    assert "That is in about 1 minute." in text(answer)


def test_signing_in_again_ends_the_browsers_earlier_session(page, ana):
    for _again in range(2):
        page.post("/sign-in", {"phone": ana.phone})
        page.post("/sign-in/code", {"code": code_sent_to(ana.phone)})
        limits.server().flushdb()

    assert Session.objects.filter(revoked_at=None).count() == 1


def test_second_click_on_sending_goes_on_to_the_code(page, ana):
    answers = [page.post("/sign-in", {"phone": ana.phone}) for _click in range(2)]

    assert [answer.headers["Location"] for answer in answers] == ["/sign-in/code"] * 2
    assert OneTimeCode.objects.count() == 1


@pytest.mark.parametrize("is_demo", [True, False])
def test_demo_says_where_the_code_is(page, ana, settings, is_demo):
    settings.DEMO = is_demo
    page.post("/sign-in", {"phone": ana.phone})

    body = page.get("/sign-in/code").content.decode()

    assert ("demo/outbox?to=%2B" in body) is is_demo


def test_code_page_without_a_number_asks_for_it(page):
    assert page.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert page.post("/sign-in/code/again").headers["Location"] == "/sign-in"


def test_lost_phone_names_the_front_desks(page):
    clinic = testing.make_clinic(phone="+541143210000")
    testing.make_clinic(phone="+541143210001", active=False)

    shown = text(page.get("/sign-in/lost-phone"))

    assert clinic.name in shown
    assert "+54 11 4321-0000" in shown
    assert "4321-0001" not in shown


@pytest.mark.parametrize("path", ["/me", "/records", "/messages", "/me/phone"])
def test_expired_session_comes_back_to_where_it_was(browser, ana, path):
    Session.objects.update(revoked_at=timezone.now())

    plain = browser.get(path)
    by_htmx = browser.get("/me", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"http://testserver{path}?a=1")
    browser.post("/sign-in", {"phone": ana.phone, "next": path})
    back = browser.post("/sign-in/code", {"code": code_sent_to(ana.phone)})

    assert plain.headers["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"
    assert by_htmx.headers["HX-Redirect"] == f"/sign-in?next={path.replace('/', '%2F')}%3Fa%3D1"
    assert back.headers["Location"] == path


# Profiles


def family(mother):
    child = testing.make_patient(user=testing.user_of(mother), first_name="Tomás", last_name="Pérez", phone="")
    PatientAccess.objects.filter(patient=child).update(relation="child")
    return child


def test_family_is_asked_for_whom_it_is_after_the_code(page, ana):
    family(ana)
    page.post("/sign-in", {"phone": ana.phone, "next": "/doctors"})

    answer = page.post("/sign-in/code", {"code": code_sent_to(ana.phone)})

    assert answer.headers["Location"] == "/profiles?next=%2Fdoctors"


def test_cards_show_names_and_ages_and_who_acts(browser, ana):
    child = family(ana)
    Patient.objects.filter(pk=child.pk).update(birth_date=TODAY - timedelta(days=8 * 366))

    shown = text(browser.get("/profiles"))

    assert "Ana Pérez" in shown
    assert "Tomás Pérez Child · 8 years" in shown


def test_every_page_says_for_whom_one_acts_where_there_are_several(browser, ana):
    alone = browser.get("/doctors").content.decode()
    child = family(ana)
    browser.post("/profiles", {"patient": child.pk})

    shown = browser.get("/doctors").content.decode()

    assert "For Ana Pérez" not in alone
    assert "For Tomás Pérez" in shown


def test_frame_costs_no_query_for_it(browser, ana, django_assert_num_queries):
    child = family(ana)
    browser.post("/profiles", {"patient": child.pk})

    with django_assert_num_queries(1):  # the session
        assert "For Tomás Pérez" in browser.get("/sign-in").content.decode()


def test_closed_profile_shows_initials_and_opens_by_birth_date_in_its_card(browser, ana):
    other = testing.make_patient(first_name="Bruno", last_name="Díaz", birth_date=date(1980, 1, 2))
    PatientAccess.objects.filter(patient=other).delete()
    Patient.objects.filter(pk=other.pk).update(phone=ana.phone)

    shown = text(browser.get("/profiles"))
    wrong = browser.post("/profiles", {"patient": other.pk, "birth_date": "1980-01-03"})
    right = browser.post("/profiles", {"patient": other.pk, "birth_date": "1980-01-02", "next": "/doctors"})

    assert "B. D." in shown
    assert "Bruno" not in shown
    assert (wrong.status_code, "This is not what the clinic has written down." in text(wrong)) == (403, True)
    assert right.headers["Location"] == "/doctors"


def test_child_is_added_and_acted_for_and_audited(browser, ana):
    asked = {"relation": "child", "first_name": "María José", "last_name": "Pérez", "birth_date": "2019-03-02"}

    answer = browser.post("/profiles/new", {**asked, "next": "/doctors"})

    child = Patient.objects.get(first_name="María José")
    access = child.access.get()
    assert answer.headers["Location"] == "/doctors"
    assert (child.last_name, child.birth_date, child.phone, access.relation) == ("Pérez", date(2019, 3, 2), "", "child")
    assert Session.objects.get().acting_patient_id == child.pk
    assert AuditEntry.objects.filter(action="CREATE_PATIENT", patient_id=child.pk).count() == 1


@pytest.mark.parametrize(
    ("birth_date", "said"),
    [
        ((TODAY - timedelta(days=19 * 366)).isoformat(), "An adult is added at the front desk"),
        ((TODAY + timedelta(days=2)).isoformat(), "Check the birth date."),
        ("1800-01-01", "Check the birth date."),
        ("", "This field is required."),
    ],
)
def test_only_minors_are_added_by_oneself(browser, birth_date, said):
    asked = {"relation": "ward", "first_name": "Elena", "last_name": "Paz", "birth_date": birth_date}

    answer = browser.post("/profiles/new", asked)

    assert answer.status_code in (400, 422)
    assert said in text(answer)
    assert 'value="Elena"' in answer.content.decode()
    assert Patient.objects.count() == 1


def test_same_child_twice_is_one(browser):
    asked = {"relation": "child", "first_name": "Tomás", "last_name": "Pérez", "birth_date": "2019-03-02"}

    answers = [browser.post("/profiles/new", asked) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert Patient.objects.filter(first_name="Tomás").count() == 1


# One's own data


def test_own_data_is_changed_and_audited(browser, ana):
    asked = {
        "first_name": "Ana",
        "last_name": "Pérez",
        "email": " Ana@Example.TEST ",
        "city": "Lima",
        "language": "pt-br",
    }

    answer = browser.post("/me", {**asked, "zone": "America/Lima"})

    ana.refresh_from_db()
    assert answer.headers["Location"] == "/me"
    assert (ana.email, ana.city, ana.language, ana.zone) == ("ana@example.test", "Lima", "pt-br", "America/Lima")
    entry = AuditEntry.objects.get(action="UPDATE_PATIENT")
    assert (entry.patient_id, entry.details["fields"]) == (ana.pk, ["city", "email", "language", "zone"])


def test_name_is_free_until_a_clinic_knows_it_and_the_birth_date_until_it_is_written(browser, ana):
    asked = {"language": "en", "first_name": "Anna", "last_name": "Perez", "birth_date": "2001-01-01"}
    browser.post("/me", asked)
    ana.refresh_from_db()
    first = (ana.first_name, ana.birth_date)
    PatientFile.objects.create(organization=testing.make_organization(), patient=ana, number=1)

    browser.post("/me", asked | {"first_name": "Berta"})

    ana.refresh_from_db()
    assert first == ("Anna", date(1990, 5, 17))
    assert ana.first_name == "Anna"
    assert 'name="first_name"' not in browser.get("/me").content.decode()


def test_own_data_that_makes_no_sense_is_said(browser):
    asked = {"first_name": "Ana", "language": "xx", "email": "no", "zone": "Moon/Base"}

    answer = browser.post("/me", asked)

    assert answer.status_code == 422
    assert "Enter a valid email address." in text(answer)


def test_other_sessions_are_shown_and_ended(browser, ana):
    user = testing.user_of(ana)
    other, foreign = testing.make_session(user), testing.make_session(testing.user_of(testing.make_patient()))
    Session.objects.filter(pk=other.pk).update(
        agent="Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36"
    )

    shown = text(browser.get("/me"))
    ended = browser.post(f"/me/sessions/{other.pk}/end")
    stranger = browser.post(f"/me/sessions/{foreign.pk}/end")

    assert "Chrome, Android" in shown
    assert ended.headers["Location"] == "/me"
    assert stranger.status_code == 404
    other.refresh_from_db()
    foreign.refresh_from_db()
    assert (other.revoked_at is not None, foreign.revoked_at) == (True, None)


def test_signing_out_everywhere_else_keeps_this_browser(browser, ana):
    other = testing.make_session(testing.user_of(ana))

    browser.post("/me/sessions/end")

    other.refresh_from_db()
    assert other.revoked_at is not None
    assert browser.get("/me").status_code == 200


def test_number_is_changed_with_both_phones_at_hand(page, ana):
    page.post("/sign-in", {"phone": ana.phone})
    page.post("/sign-in/code", {"code": code_sent_to(ana.phone)})

    page.post("/me/phone", {"phone": PHONE})
    wrong = page.post("/me/phone/code", {"code": "000000" if code_sent_to(PHONE) != "000000" else "000001"})
    answer = page.post("/me/phone/code", {"code": code_sent_to(PHONE)})

    assert wrong.status_code == 401
    assert answer.headers["Location"] == "/me"
    assert User.objects.get(patient_access__patient=ana).phone == PHONE
    assert "+55 11 99999-9999" in text(page.get("/me"))


def test_number_is_not_changed_without_a_fresh_code_to_the_old_one(browser):
    shown = text(browser.get("/me/phone"))
    browser.post("/me/phone", {"phone": PHONE})

    assert "sign in again by a code" in shown
    assert not OneTimeCode.objects.exists()


# Records and messages


def test_records_are_not_made_up(browser):
    assert "Your clinic has not added any yet." in text(browser.get("/records"))


def sent(phone, **given):
    fields = {"key": str(testing.number()), "channel": "whatsapp", "template": "booking_confirmed", "language": "en"}
    fields |= {"organization_id": testing.make_organization().pk, "state": "sent", "sent_at": timezone.now()}
    fields["variables"] = '{"patient": "Ana", "doctor": "Ana Ruiz, MD", "when": "Monday, 9:00 AM", "where": "Clinic"}'
    return OutboxMessage.objects.create(address=phone, **(fields | given))


def test_messages_are_those_that_clinics_sent_to_this_phone_since_it_is_this_persons(browser, ana):
    sent(ana.phone)
    sent("+16175559999")
    sent(ana.phone, template="sign_in_code", variables='{"code": "123456"}', organization_id=None)
    sent(ana.phone, state="withdrawn")
    sent(ana.phone, created_at=timezone.now() - timedelta(days=400))

    shown = text(browser.get("/messages"))

    assert shown.count("Hello Ana, your visit is confirmed: Ana Ruiz, MD, Monday, 9:00 AM, at Clinic.") == 1
    assert "123456" not in shown


def test_no_messages_say_so(browser):
    assert "No messages yet." in text(browser.get("/messages"))


@pytest.mark.parametrize(
    ("path", "statements"), [("/me", 6), ("/records", 8), ("/messages", 3), ("/profiles", 5), ("/profiles/new", 1)]
)
@pytest.mark.parametrize("how_many", [1, 5])
def test_pages_cost_the_same_for_one_and_for_many(ana, path, statements, how_many, django_assert_max_num_queries):
    for _each in range(how_many):
        family(ana)
        sent(ana.phone)
        testing.make_session(testing.user_of(ana))
    browser = testing.browser(testing.user_of(ana), act_for=ana)

    with django_assert_max_num_queries(statements):
        assert browser.get(path).status_code == 200
