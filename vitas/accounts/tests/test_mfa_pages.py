"""The second step on pages, as a browser without scripts walks them, and nothing opens on the way."""

import html
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from vitas import testing
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.models import (
    Organization,
    Passkey,
    RecoveryCode,
    Role,
    Session,
    TotpDevice,
    User,
)
from vitas.accounts.tests.authenticator import Authenticator, unknown_id, with_app, with_codes
from vitas.audit.models import AuditEntry
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)
    settings.PUBLIC_URL = settings.FRONTEND_URL = "http://localhost:8000"


@pytest.fixture
def doctor() -> User:
    found = testing.make_doctor().membership.user
    found.set_password(testing.PASSWORD)
    found.save()
    return found


@pytest.fixture
def desk() -> User:
    member = testing.make_member(testing.make_organization(), Role.ADMIN, password=make_password(testing.PASSWORD))
    return member.user


def signs_in(page: Client, user: User, path: str = "/sign-in/staff", **more: str) -> Any:
    return page.post(path, {"email": user.email, "password": testing.PASSWORD, **more})


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def typed_key(answer: Any) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', text(answer))
    assert found is not None
    return found[1].replace(" ", "")


def test_code_after_the_password_leads_where_one_wanted(page, doctor):
    app = with_app(doctor)

    first = signs_in(page, doctor, next="/doctor/agenda")
    asked = page.get("/sign-in/second-step")
    second = page.post("/sign-in/second-step", {"code": app.now()})

    assert (first.status_code, first.headers["Location"]) == (302, "/sign-in/second-step")
    assert f"Signing in as {doctor.email}." in text(asked)
    assert (second.status_code, second.headers["Location"]) == (302, "/doctor/agenda")
    assert Session.objects.get().second_factor == "totp"


def test_half_signed_in_browser_opens_nothing(page, doctor):
    with_app(doctor)
    signs_in(page, doctor)

    opened = {path: page.get(path).status_code for path in ("/doctor", "/security", "/notifications", "/admin/")}
    api = page.get("/api/users/me").status_code

    assert (set(opened.values()), api) == ({302}, 401)
    assert not Session.objects.exists()


def test_half_signed_in_cookie_opens_no_socket(page, doctor, settings):
    from vitas.accounts import page_sessions

    with_app(doctor)
    signs_in(page, doctor)

    assert page_sessions.session_named_by(page.cookies[settings.SESSION_COOKIE_NAME].value) is None


def test_cookie_before_the_first_step_is_not_the_one_after_it(page, doctor, settings):
    signs_in(page, doctor)
    before = page.cookies[settings.SESSION_COOKIE_NAME].value
    with_app(doctor)

    signs_in(page, doctor)

    assert page.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert page.get("/doctor").status_code == 302


def test_wrong_code_says_how_many_tries_are_left(page, doctor):
    with_app(doctor)
    signs_in(page, doctor)

    answer = page.post("/sign-in/second-step", {"code": "000000"})

    assert answer.status_code == 401
    assert "Tries left: 4." in text(answer)


def test_recovery_code_opens_too(page, doctor):
    with_app(doctor)
    code = with_codes(doctor)[0]
    signs_in(page, doctor)

    asked = page.get("/sign-in/second-step?by=recoveryCode")
    answer = page.post("/sign-in/second-step?by=recoveryCode", {"recovery_code": f" {code.upper()} "})

    assert "Recovery code" in text(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/doctor")


def test_passkey_opens_too_by_what_the_script_sends(page, doctor):
    import json

    key = Authenticator()
    key.kept_for(doctor)
    signs_in(page, doctor)

    asked = page.post("/sign-in/passkey/options").json()
    answer = page.post("/sign-in/second-step", {"passkey": json.dumps(key.get(asked))})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/doctor")


def test_passkey_alone_signs_in_without_a_password(page, doctor):
    import json

    key = Authenticator()
    key.kept_for(doctor)

    asked = page.post("/sign-in/passkey/options?alone").json()
    answer = page.post("/sign-in/passkey", {"passkey": json.dumps(key.get(asked)), "next": "/doctor/agenda"})

    assert (asked["allowCredentials"], asked["userVerification"]) == ([], "required")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/doctor/agenda")


@pytest.mark.parametrize("given", ["", "no json", "[]", "7", '{"id": "x"}', "[" * 10_000])
def test_what_is_no_passkey_is_told_so(page, given):
    answer = page.post("/sign-in/passkey", {"passkey": given})

    assert answer.status_code == 401
    assert "This passkey is not known here." in text(answer)


def test_second_page_without_the_first_leads_to_it(page):
    assert page.get("/sign-in/second-step").headers["Location"] == "/sign-in/staff"
    assert page.get("/sign-in/set-up").headers["Location"] == "/sign-in/staff"


def test_waiting_too_long_begins_anew(page, doctor):
    app = with_app(doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        signs_in(page, doctor, next="/doctor/agenda")
        clock.shift(timedelta(minutes=5))
        answer = page.post("/sign-in/second-step", {"code": app.at(timezone.now())}, follow=True)

    assert answer.redirect_chain == [("/sign-in/staff?next=%2Fdoctor%2Fagenda", 302)]
    assert "Sign in again from the start." in text(answer)


def test_admin_asks_for_the_second_step(page, desk):
    app = with_app(desk)

    first = signs_in(page, desk, "/admin/login/?next=/admin/accounts/user/", next="/admin/accounts/user/")
    shut = page.get("/admin/")
    second = page.post("/sign-in/second-step", {"code": app.now()})

    assert (first.headers["Location"], shut.status_code) == ("/sign-in/second-step", 302)
    assert second.headers["Location"] == "/admin/accounts/user/"
    assert page.get("/admin/accounts/user/").status_code == 200


def test_doctor_who_tried_the_admin_lands_on_the_own_pages(page, doctor):
    app = with_app(doctor)
    signs_in(page, doctor, "/admin/login/", next="/admin/")

    answer = page.post("/sign-in/second-step", {"code": app.now()})

    assert answer.headers["Location"] == "/doctor"


def test_foreign_address_is_not_gone_to(page, doctor):
    app = with_app(doctor)
    signs_in(page, doctor, next="https://evil.example/")

    assert page.post("/sign-in/second-step", {"code": app.now()}).headers["Location"] == "/doctor"


# Required by the organization.


def test_who_must_have_one_sets_it_up_before_anything_else(page, doctor):
    Organization.objects.update(mfa_required=True)

    first = signs_in(page, doctor, next="/doctor/agenda")
    shut = page.get("/doctor").status_code
    asked = page.get("/sign-in/set-up")
    page.post("/security/app/new")
    shown = page.get("/security/app")
    done = page.post("/security/app", {"code": pyotp.TOTP(typed_key(shown)).now()})

    assert (first.headers["Location"], shut, asked.status_code) == ("/sign-in/set-up", 302, 200)
    codes = re.findall(r"<code>([2-9a-z]{5}-[2-9a-z]{5})</code>", text(done))
    assert (len(set(codes)), 'href="/doctor/agenda"' in text(done)) == (10, True)
    assert done.headers["Cache-Control"].count("no-store") == 1
    assert page.get("/doctor/agenda").status_code == 200
    assert Session.objects.get().second_factor == "totp"


def test_page_session_ends_when_the_date_has_come(page, doctor):
    signs_in(page, doctor)
    assert page.get("/doctor").status_code == 200

    Organization.objects.update(mfa_required=True)

    assert page.get("/doctor").status_code == 302


def test_before_the_date_one_is_reminded(page, doctor):
    Organization.objects.update(mfa_required=True, mfa_required_from=timezone.now() + timedelta(days=5))

    answer = page.post("/sign-in/staff", {"email": doctor.email, "password": testing.PASSWORD}, follow=True)

    assert "your organization asks for a second step" in text(answer)
    assert "your organization asks for a second step" in text(page.get("/security"))


# One's own security.


@pytest.fixture
def browser(doctor: User) -> Client:
    return testing.browser(doctor)


def test_app_is_set_up_from_ones_own_page(browser, doctor):
    browser.post("/security/app/new")
    shown = browser.get("/security/app")

    wrong = browser.post("/security/app", {"code": "000000"})
    done = browser.post("/security/app", {"code": pyotp.TOTP(typed_key(shown)).now()})

    assert ("<svg" in text(shown), "otpauth://totp/Vitas" in text(shown)) == (True, True)
    assert (wrong.status_code, done.status_code) == (422, 200)
    assert "Recovery codes" in text(done)
    assert (TotpDevice.objects.get().user, Session.objects.get().second_factor) == (doctor, "totp")
    assert AuditEntry.objects.filter(action="ADD_AUTHENTICATOR_APP", user_id=doctor.pk).count() == 1
    assert OutboxMessage.objects.get().template == "sign_in_changed"


def test_look_at_the_page_changes_nothing(browser):
    browser.get("/security/app")
    browser.get("/security")

    assert not TotpDevice.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_code_that_set_the_app_up_does_not_sign_in_again(page, browser, doctor):
    browser.post("/security/app/new")
    code = pyotp.TOTP(typed_key(browser.get("/security/app"))).now()
    browser.post("/security/app", {"code": code})
    signs_in(page, doctor)

    assert page.post("/sign-in/second-step", {"code": code}).status_code == 401


def test_second_app_takes_the_place_of_the_first(browser, doctor):
    old = with_app(doctor)
    browser.post("/security/app/new")
    shown = browser.get("/security/app")
    assert TotpDevice.objects.filter(user=doctor, confirmed_at__isnull=False).count() == 1

    browser.post("/security/app", {"code": pyotp.TOTP(typed_key(shown)).now()})

    assert str(TotpDevice.objects.get(user=doctor).secret) not in ("", old.secret)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/security/app/new", lambda: TotpDevice.objects.filter(confirmed_at=None).count() == 0),
        ("/security/app/remove", lambda: TotpDevice.objects.count() == 1),
        ("/security/recovery-codes", lambda: RecoveryCode.objects.count() == 10),
        ("/security/passkeys/options", lambda: True),
        ("/security/passkeys/{key}/remove", lambda: Passkey.objects.count() == 1),
    ],
)
def test_change_asks_first_who_one_is(browser, doctor, path, kept):
    with_app(doctor)
    with_codes(doctor)
    key = Authenticator().kept_for(doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clock.shift(timedelta(minutes=10))

        answer = browser.post(path.format(key=key.pk))

        assert answer.headers["Location"] == "/security/confirm?next=%2Fsecurity"
        assert kept()


@pytest.mark.parametrize("by", ["password", "code"])
def test_confirmed_for_ten_minutes(browser, doctor, by):
    app = with_app(doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clock.shift(timedelta(minutes=10))
        proof = {"password": testing.PASSWORD} if by == "password" else {"code": app.at(timezone.now())}

        wrong = browser.post("/security/confirm", {by: "000000", "next": "/security"})
        right = browser.post("/security/confirm", {**proof, "next": "/security"})
        clock.shift(timedelta(minutes=9))
        open_still = browser.post("/security/app/new")
        clock.shift(timedelta(minutes=1))
        shut = browser.post("/security/app/new")

    assert (wrong.status_code, right.headers["Location"]) == (422, "/security")
    assert open_still.headers["Location"] == "/security/app"
    assert shut.headers["Location"].startswith("/security/confirm")


def test_wrong_passwords_here_are_counted_as_at_the_door(browser):
    statuses = [browser.post("/security/confirm", {"password": "wrong"}).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_last_factor_stays_where_it_is_required(browser, doctor):
    with_app(doctor)
    Session.objects.update(second_factor="totp")
    Organization.objects.update(mfa_required=True)

    answer = browser.post("/security/app/remove", follow=True)

    assert "Add another one before you remove this one." in text(answer)
    assert TotpDevice.objects.count() == 1


def test_last_factor_stays_beside_a_short_password(browser, doctor):
    with_app(doctor)
    User.objects.filter(pk=doctor.pk).update(short_password=True)

    answer = browser.post("/security/app/remove", follow=True)

    assert "Choose one of at least 15 characters first." in text(answer)
    assert TotpDevice.objects.count() == 1


def test_removing_the_last_factor_takes_the_recovery_codes_along(browser, doctor):
    with_app(doctor)
    with_codes(doctor)

    browser.post("/security/app/remove")

    assert (TotpDevice.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert AuditEntry.objects.filter(action="REMOVE_AUTHENTICATOR_APP").count() == 1
    assert OutboxMessage.objects.get().template == "sign_in_changed"


def test_passkey_is_added_renamed_and_removed(browser, doctor):
    import json

    key = Authenticator()
    asked = browser.post("/security/passkeys/options").json()
    added = browser.post("/security/passkeys", {"passkey": json.dumps(key.create(asked)), "name": "My phone"})
    kept = Passkey.objects.get(user=doctor)

    browser.post(f"/security/passkeys/{kept.pk}", {"name": "  Ana's phone "})
    renamed = Passkey.objects.get(user=doctor).name
    browser.post(f"/security/passkeys/{kept.pk}/remove")

    assert "Recovery codes" in text(added)
    assert (kept.name, renamed, Passkey.objects.count()) == ("My phone", "Ana's phone", 0)


def test_passkey_of_a_foreign_page_is_refused(browser):
    import json

    asked = browser.post("/security/passkeys/options").json()
    bent = Authenticator("https://evil.example").create(asked)

    answer = browser.post("/security/passkeys", {"passkey": json.dumps(bent)}, follow=True)

    assert "This passkey could not be checked." in text(answer)
    assert not Passkey.objects.exists()


def test_challenge_to_register_is_ones_own_and_used_once(browser, desk):
    import json

    asked = browser.post("/security/passkeys/options").json()
    stolen = json.dumps(Authenticator().create(asked))
    testing.browser(desk).post("/security/passkeys", {"passkey": stolen})
    browser.post("/security/passkeys", {"passkey": stolen})
    browser.post("/security/passkeys", {"passkey": json.dumps(Authenticator().create(asked))})

    assert [row.user_id for row in Passkey.objects.all()] == [Session.objects.earliest("created_at").user_id]


def test_same_passkey_is_not_added_twice(browser):
    import json

    key = Authenticator()
    for _ in range(2):
        asked = browser.post("/security/passkeys/options").json()
        browser.post("/security/passkeys", {"passkey": json.dumps(key.create(asked))})

    assert Passkey.objects.count() == 1


def test_passkey_of_another_is_not_found(browser, desk):
    key = Authenticator().kept_for(desk)

    answers = [
        browser.post(f"/security/passkeys/{key.pk}", {"name": "Mine"}).status_code,
        browser.post(f"/security/passkeys/{key.pk}/remove").status_code,
        browser.post(f"/security/passkeys/{unknown_id()}/remove").status_code,
    ]

    assert answers == [404, 404, 404]
    assert Passkey.objects.get().name == "A key"


def test_own_sessions_are_shown_and_ended(browser, doctor, desk):
    here = Session.objects.get()
    away, third = testing.make_session(doctor), testing.make_session(doctor)
    foreign = testing.make_session(desk)

    shown = text(browser.get("/security"))
    browser.post(f"/security/sessions/{away.pk}/end")
    answer = browser.post(f"/security/sessions/{foreign.pk}/end")
    ended = set(Session.objects.exclude(revoked_at=None).values_list("pk", flat=True))
    browser.post("/security/sessions/end-others")

    assert (shown.count("This device, now"), shown.count("Last seen")) == (1, 2)
    assert (ended, answer.status_code) == ({away.pk}, 404)
    assert set(Session.objects.filter(revoked_at=None).values_list("pk", flat=True)) == {here.pk, foreign.pk}
    assert third.pk not in {here.pk, foreign.pk}


# The end of a session that nobody uses.


def test_asking_how_long_is_left_does_not_prolong_it_and_being_seen_does(doctor):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = testing.browser(doctor)
        clock.shift(timedelta(minutes=10))
        asked = browser.get("/session/left", headers={"X-By-Itself": "1"}).json()
        seen = browser.post("/session/seen").json()
        clock.shift(timedelta(minutes=14))
        later = browser.get("/session/left", headers={"X-By-Itself": "1"}).json()
        clock.shift(timedelta(minutes=1))
        over = browser.get("/session/left", headers={"X-By-Itself": "1"}).json()

    assert (asked["secondsLeft"], seen["secondsLeft"], later["secondsLeft"]) == (300, 900, 60)
    assert (asked["who"], over) == (str(doctor.pk), {"secondsLeft": 0, "who": ""})


def test_staff_pages_carry_the_warning_and_patients_do_not(doctor, desk):
    patient = testing.make_patient()

    shown = {
        "doctor": text(testing.browser(doctor).get("/doctor")).count('id="session-ends"'),
        "admin": text(testing.browser(desk).get("/admin/all/")).count('id="session-ends"'),
        "patient": text(testing.browser(testing.user_of(patient)).get("/visits")).count('id="session-ends"'),
    }

    assert shown == {"doctor": 1, "admin": 1, "patient": 0}


def test_open_day_board_keeps_the_session(desk):
    board = text(testing.browser(desk).get("/admin/"))

    assert board.count("data-keeps-session") == 1
