"""Signing in with a second step over the API: no session before it, each proof once, and no way round it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from vitas import testing
from vitas.accounts import attempts, tokens
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.mfa import steps, verifying
from vitas.accounts.models import Membership, Organization, RecoveryCode, Role, Session, SignInStep, User
from vitas.accounts.tests.authenticator import Authenticator, with_app, with_codes
from vitas.audit.models import AuditEntry
from vitas.common.errors import TooMany
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.PUBLIC_URL = settings.FRONTEND_URL = "http://localhost:8000"


def make_staff(role: str = Role.NURSE, **given: Any) -> User:
    found = testing.make_member(testing.make_organization(), role, password=make_password(testing.PASSWORD), **given)
    return found.user


@pytest.fixture
def nurse() -> User:
    return make_staff()


def first_step(client: Any, user: User, **headers: str) -> Any:
    return client.send("POST", "/auth/signin", {"email": user.email, "password": testing.PASSWORD}, **headers)


def token_for(client: Any, user: User) -> str:
    return str(first_step(client, user).json()["mfaToken"])


def verify(client: Any, token: str, **proof: Any) -> Any:
    return client.send("POST", "/api/v1/auth/mfa/verify", {"mfaToken": token, **proof})


def options(client: Any, token: str | None = None) -> Any:
    body = {"mfaToken": token} if token else {}
    return client.send("POST", "/api/v1/auth/mfa/passkeys/options", body).json()["publicKey"]


def test_first_step_answers_a_token_and_no_session(api, nurse):
    with_app(nurse)
    with_codes(nurse)

    answer = first_step(api(), nurse)

    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"mfaRequired", "mfaSetupRequired", "mfaToken", "methods", "expiresIn"}
    assert (body["mfaRequired"], body["mfaSetupRequired"], body["expiresIn"]) == (True, False, 300)
    assert body["methods"] == ["totp", "recoveryCode"]
    assert not answer.cookies
    assert not Session.objects.exists()


def test_code_of_the_app_signs_in(api, nurse):
    app = with_app(nurse)
    client = api()

    answer = verify(client, token_for(client, nurse), code=f"{app.now()[:3]} {app.now()[3:]}")

    body = answer.json()
    assert set(body) == {"accessToken", "refreshToken", "expiresIn", "csrfToken", "user", "token", "doctor"}
    assert Session.objects.get().second_factor == "totp"
    assert list(AuditEntry.objects.filter(action="SIGN_IN").values_list("user_id", flat=True)) == [nurse.pk]
    me = api().send("GET", "/api/users/me", authorization=f"Bearer {body['accessToken']}")
    assert me.json()["id"] == str(nurse.pk)


def test_code_is_used_once(api, nurse):
    app, client = with_app(nurse), api()
    with time_machine.travel(timezone.now(), tick=False):
        code = app.at(timezone.now())

        answers = [verify(client, token_for(client, nurse), code=code).status_code for _ in range(2)]

    assert answers == [200, 401]


def test_code_before_and_after_counts_and_older_does_not(api, nurse):
    app = with_app(nurse)
    with time_machine.travel(timezone.now(), tick=False):
        now = timezone.now()
        codes = [app.at(now + timedelta(seconds=away)) for away in (-60, -30, 30, 60)]

        answers = [verify(api(), token_for(api(), nurse), code=code).status_code for code in codes]

    assert answers == [401, 200, 200, 401]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "٣٤٥٦٧٨"])
def test_what_is_no_code_is_refused(api, nurse, code):
    with_app(nurse)

    answer = verify(api(), token_for(api(), nurse), code=code or "      ")

    assert answer.status_code in (400, 401)
    assert not Session.objects.exists()


def test_token_works_once(api, nurse):
    app, codes = with_app(nurse), with_codes(nurse)
    token = token_for(api(), nurse)

    answers = [verify(api(), token, code=app.now()), verify(api(), token, recoveryCode=codes[0])]

    assert [answer.status_code for answer in answers] == [200, 401]


def test_token_ends_after_five_minutes(api, nurse):
    app = with_app(nurse)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = token_for(api(), nurse)
        clock.shift(300)

        assert verify(api(), token, code=app.at(timezone.now())).status_code == 401


def test_token_is_of_the_browser_that_took_the_first_step(api, nurse):
    app = with_app(nurse)
    token = first_step(api(), nurse, user_agent="Mozilla Firefox/130").json()["mfaToken"]

    answer = api().send("POST", "/api/auth/mfa/verify", {"mfaToken": token, "code": app.now()}, user_agent="curl/8")

    assert answer.status_code == 401


def test_five_wrong_codes_end_the_sign_in(api, nurse, monkeypatch):
    monkeypatch.setattr("django.conf.settings.RATE_LIMIT_AUTH_MAX", 100)
    app = with_app(nurse)
    token = token_for(api(), nurse)

    wrong = [verify(api(), token, code="000000").status_code for _ in range(5)]

    assert (wrong, verify(api(), token, code=app.now()).status_code) == ([401] * 5, 401)
    assert not Session.objects.exists()
    assert AuditEntry.objects.filter(action="SECOND_STEP_FAILED", outcome="refused").count() == 5


def test_new_token_does_not_begin_the_count_anew(api, nurse):
    app = with_app(nurse)
    for _ in range(5):
        verify(api(), token_for(api(), nurse), code="000000")

    here = verify(api(), token_for(api(), nurse), code=app.now())
    elsewhere = api(REMOTE_ADDR="203.0.113.9")

    assert here.status_code == 429
    assert verify(elsewhere, token_for(elsewhere, nurse), code=app.now()).status_code == 200


def test_hundred_wrong_codes_a_day_close_codes_and_leave_passkeys_open(api, nurse, monkeypatch):
    monkeypatch.setattr(attempts, "SECOND_STEPS_A_DAY", 3)
    monkeypatch.setattr(attempts, "SECOND_STEPS_TOLD", 2)
    app, key = with_app(nurse), Authenticator()
    key.kept_for(nurse)
    for at in range(3):
        client = api(REMOTE_ADDR=f"203.0.113.{at}")
        verify(client, token_for(client, nurse), code="000000")
    client = api(REMOTE_ADDR="203.0.113.77")
    token = token_for(client, nurse)

    by_code = verify(client, token, code=app.now())
    by_passkey = verify(client, token, passkey=key.get(options(client, token)))

    assert (by_code.status_code, by_passkey.status_code) == (429, 200)
    assert OutboxMessage.objects.filter(template="second_step_failing").count() == 1


def test_recovery_code_signs_in_once_and_the_person_is_told(api, nurse):
    with_app(nurse)
    codes = with_codes(nurse)

    first = verify(api(), token_for(api(), nurse), recoveryCode=codes[0].upper().replace("-", " "))
    again = verify(api(), token_for(api(), nurse), recoveryCode=codes[0])

    assert (first.status_code, again.status_code) == (200, 401)
    assert RecoveryCode.objects.filter(user=nurse, used_at=None).count() == 9
    assert OutboxMessage.objects.filter(template="sign_in_changed", channel="email").count() == 1
    assert AuditEntry.objects.filter(action="USE_RECOVERY_CODE").count() == 1


def test_recovery_codes_are_stored_as_hashes_only(nurse):
    codes = with_codes(nurse)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_recoverycode t")
        stored = cursor.fetchone()[0]

    assert len(set(codes)) == 10
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_secret_of_the_app_is_sealed(nurse):
    app = with_app(nurse)

    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(secret, 'escape') FROM accounts_totpdevice")
        assert app.secret not in cursor.fetchone()[0]


def test_proof_of_another_person_does_not_count(api, nurse):
    other = make_staff()
    with_app(nurse)
    app, codes, key = with_app(other), with_codes(other), Authenticator()
    key.kept_for(other)
    token = token_for(api(), nurse)

    answers = [
        verify(api(), token, code=app.now()),
        verify(api(), token, recoveryCode=codes[0]),
        verify(api(), token, passkey=key.get(options(api(), token))),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert not Session.objects.exists()


def test_passkey_is_a_second_step(api, nurse):
    key = Authenticator()
    key.kept_for(nurse)
    token = token_for(api(), nurse)
    asked = options(api(), token)

    answer = verify(api(), token, passkey=key.get(asked))

    assert answer.status_code == 200
    assert [each["id"] for each in asked["allowCredentials"]] == [nurse.passkeys.get().credential_id]
    assert Session.objects.get().second_factor == "passkey"


def test_signed_challenge_is_used_once(api, nurse):
    key = Authenticator()
    key.kept_for(nurse)
    signed = key.get(options(api()))

    answers = [api().send("POST", "/api/auth/mfa/verify", {"passkey": signed}).status_code for _ in range(2)]

    assert answers == [200, 401]


def test_challenge_ends_after_five_minutes(api, nurse):
    key = Authenticator()
    key.kept_for(nurse)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        signed = key.get(options(api()))
        clock.shift(300)

        assert api().send("POST", "/api/auth/mfa/verify", {"passkey": signed}).status_code == 401


def test_challenge_of_one_sign_in_does_not_serve_another(api, nurse):
    key = Authenticator()
    key.kept_for(nurse)
    first, second = token_for(api(), nurse), token_for(api(), nurse)

    answer = verify(api(), second, passkey=key.get(options(api(), first)))

    assert answer.status_code == 401


@pytest.mark.parametrize("bent", ["origin", "count", "other key", "unverified", "other person"])
def test_passkey_that_is_bent_is_refused(api, nurse, bent):
    key = Authenticator("https://evil.example" if bent == "origin" else "http://localhost:8000")
    kept = key.kept_for(nurse)
    if bent == "count":
        kept.sign_count = 5
        kept.save()
    if bent == "other key":
        key.key = Authenticator().key
    if bent == "other person":
        key.handle = make_staff().pk.bytes
    key.verifies = bent != "unverified"

    answer = api().send("POST", "/api/auth/mfa/verify", {"passkey": key.get(options(api()))})

    assert answer.status_code == 401
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "passkey",
    [
        {"id": "x"},
        {"id": 5, "response": []},
        {"id": "x", "response": {"clientDataJSON": "!!"}},
        {"id": "x", "response": {"clientDataJSON": "W10"}},
        {"id": "x", "response": {"clientDataJSON": 7, "userHandle": 5}},
        {"id": ["x"], "response": {"clientDataJSON": "e30"}},
    ],
)
def test_what_is_no_passkey_is_refused(api, passkey):
    assert api().send("POST", "/api/auth/mfa/verify", {"passkey": passkey}).status_code == 401


def test_passkey_alone_signs_in_who_has_it(api, nurse):
    key = Authenticator()
    key.kept_for(nurse)

    answer = api().send("POST", "/api/auth/mfa/verify", {"passkey": key.get(options(api()))})

    assert answer.json()["user"]["id"] == str(nurse.pk)
    assert (Session.objects.get().method, Session.objects.get().second_factor) == ("passkey", "passkey")


def test_token_of_the_first_step_opens_nothing_else(api, nurse):
    with_app(nurse)
    token = token_for(api(), nurse)

    statuses = {
        "bearer": api().send("GET", "/api/users/me", authorization=f"Bearer {token}").status_code,
        "refresh": api().send("POST", "/api/auth/refresh", {"refreshToken": token}).status_code,
        "setup": api().send("POST", "/api/auth/mfa/setup", {"mfaToken": token}).status_code,
        "passkey": api().send("POST", "/api/auth/mfa/passkeys/registration", {"mfaToken": token}).status_code,
        "appointments": api().send("GET", "/api/appointments", authorization=f"Bearer {token}").status_code,
    }

    assert set(statuses.values()) == {401}


@pytest.mark.parametrize("token", ["", "x", "-", "0" * 32, f"{'0' * 32}-x", "é" * 20])
def test_token_that_is_none_is_refused(api, token):
    assert verify(api(), token, code="123456").status_code in (400, 401)


def test_without_redis_the_second_step_is_closed(api, nurse):
    app = with_app(nurse)
    token = token_for(api(), nurse)

    with testing.without_redis():
        assert verify(api(), token, code=app.now()).status_code == 503
    assert verify(api(), token, code=app.now()).status_code == 200


def test_demo_accounts_are_asked_for_none(api, nurse):
    assert "accessToken" in first_step(api(), nurse).json()


# Where the organization asks for it.


@pytest.fixture
def strict(nurse: User) -> Organization:
    organization = nurse.memberships.get().organization
    Organization.objects.filter(pk=organization.pk).update(mfa_required=True)
    organization.refresh_from_db()
    return organization


def test_who_must_have_one_can_only_set_it_up(api, nurse, strict):
    body = first_step(api(), nurse).json()

    assert (body["mfaSetupRequired"], body["methods"], body["expiresIn"]) == (True, [], 1800)
    assert not Session.objects.exists()
    assert verify(api(), body["mfaToken"], code="123456").status_code == 401


def test_setting_up_an_app_goes_on_to_the_sign_in(api, nurse, strict):
    import pyotp

    token, client = token_for(api(), nurse), api()
    made = client.send("POST", "/api/auth/mfa/setup", {"mfaToken": token}).json()

    wrong = client.send("POST", "/api/auth/mfa/setup/confirm", {"mfaToken": token, "code": "000000"})
    done = client.send(
        "POST", "/api/auth/mfa/setup/confirm", {"mfaToken": token, "code": pyotp.TOTP(made["secret"]).now()}
    )

    assert wrong.status_code == 400
    assert made["qrCode"].startswith("<svg")
    assert done.status_code == 201
    assert len(done.json()["recoveryCodes"]) == 10
    assert tokens.read(done.json()["signedIn"]["accessToken"])["userId"] == str(nurse.pk)
    assert Session.objects.get().second_factor == "totp"
    assert first_step(api(), nurse).json()["methods"] == ["totp", "recoveryCode"]
    assert client.send("POST", "/api/auth/mfa/setup", {"mfaToken": token}).status_code == 401


def test_setting_up_a_passkey_goes_on_to_the_sign_in(api, nurse, strict):
    token, client, key = token_for(api(), nurse), api(), Authenticator()
    asked = client.send("POST", "/api/auth/mfa/passkeys/registration", {"mfaToken": token}).json()["publicKey"]

    done = client.send(
        "POST", "/api/auth/mfa/passkeys", {"mfaToken": token, "passkey": key.create(asked), "name": "Phone"}
    )

    assert done.status_code == 201
    assert done.json()["passkey"]["name"] == "Phone"
    assert done.json()["signedIn"]["user"]["id"] == str(nurse.pk)
    assert (len(done.json()["recoveryCodes"]), nurse.passkeys.get().transports) == (10, ["internal"])


def test_until_the_date_nobody_is_held_up(api, nurse, strict):
    Organization.objects.update(mfa_required_from=timezone.now() + timedelta(days=3))

    body = first_step(api(), nurse).json()

    assert "accessToken" in body
    mfa = api().send("GET", "/api/auth/mfa", authorization=f"Bearer {body['accessToken']}").json()
    assert mfa["requiredFrom"] is not None


def test_sessions_without_a_second_step_end_on_the_date(api, nurse):
    body = first_step(api(), nurse).json()
    Organization.objects.update(mfa_required=True)

    refreshed = api().send("POST", "/api/auth/refresh", {"refreshToken": body["refreshToken"]})

    assert refreshed.status_code == 401


def test_other_organization_of_the_same_person_asks_for_none(api, nurse, strict):
    other = testing.make_organization(slug="calm")
    Membership.objects.create(user=nurse, organization=other, role=Role.NURSE)

    calm = first_step(api(), nurse, x_tenant_id="calm").json()
    asked = first_step(api(), nurse, x_tenant_id=str(strict.pk)).json()

    assert ("accessToken" in calm, asked.get("mfaSetupRequired")) == (True, True)


def test_operator_is_asked_where_the_setting_says_so(api, settings):
    operator = testing.make_user(is_operator=True, password=make_password(testing.PASSWORD))

    calm = first_step(api(), operator).json()
    settings.OPERATOR_MFA_REQUIRED = True
    strict = first_step(api(), operator).json()

    assert ("accessToken" in calm, strict.get("mfaSetupRequired")) == (True, True)
    assert api().send("POST", "/api/auth/refresh", {"refreshToken": calm["refreshToken"]}).status_code == 401


# Races.


def together(count: int, act: Any) -> list[Any]:
    barrier = Barrier(count)

    def one(at: int) -> Any:
        try:
            barrier.wait(timeout=10)
            return act(at)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["code", "recovery_code"])
def test_one_proof_at_the_same_moment_signs_in_once(by, monkeypatch):
    monkeypatch.setattr("django.conf.settings.RATE_LIMIT_AUTH_MAX", 100)
    user = make_staff()
    app, codes = with_app(user), with_codes(user)
    proof = {"code": app.now()} if by == "code" else {"recovery_code": codes[0]}
    waiting = [
        steps.ask(user=user, wants=SignInStep.Wants.PROOF, method="password", tenant=None).token for _ in range(4)
    ]

    answers = together(4, lambda at: verifying.take(token=waiting[at], **proof))

    assert sorted(type(answer).__name__ for answer in answers) == ["Session"] + ["WrongSecondStep"] * 3
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_token_at_the_same_moment_signs_in_once(monkeypatch):
    monkeypatch.setattr("django.conf.settings.RATE_LIMIT_AUTH_MAX", 100)
    user = make_staff()
    with_app(user)
    codes = with_codes(user)
    token = steps.ask(user=user, wants=SignInStep.Wants.PROOF, method="password", tenant=None).token

    answers = together(4, lambda at: verifying.take(token=token, recovery_code=codes[at]))

    assert sorted(type(answer).__name__ for answer in answers) == ["DeadStep"] * 3 + ["Session"]
    assert Session.objects.count() == 1
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_all_count(monkeypatch):
    monkeypatch.setattr("django.conf.settings.RATE_LIMIT_AUTH_MAX", 100)
    user = make_staff()
    with_app(user)
    token = steps.ask(user=user, wants=SignInStep.Wants.PROOF, method="password", tenant=None).token

    answers = together(8, lambda at: verifying.take(token=token, code=f"{at:06d}"))

    assert SignInStep.objects.get().tries == 5
    assert not [answer for answer in answers if isinstance(answer, Session | TooMany)]
