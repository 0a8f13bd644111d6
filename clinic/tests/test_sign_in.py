"""Signing in by e-mail and password, over the addresses that S0 and S2's clients call."""

import time
from typing import Any

import jwt
import pytest
import requests
from django.conf import settings
from django.contrib.auth.hashers import make_password

from vitas import testing
from vitas.accounts import attempts
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.models import Membership, Role, Session
from vitas.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

ADDRESSES = ["/auth/signin", "/api/signin", "/api/v1/signin", "/api/auth/login", "/api/v1/auth/login", "/auth/signin/"]


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with a sixty-fourth of the memory."""
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)


@pytest.fixture
def hashed() -> str:
    return make_password(testing.PASSWORD)


@pytest.fixture
def sarah(hashed: str) -> Any:
    doctor = testing.make_doctor(first_name="Sarah", last_name="Johnson")
    user = doctor.membership.user
    user.password, user.email = hashed, "sarah@example.test"
    user.save()
    return doctor


def sign_in(client: Any, path: str = "/auth/signin", **given: Any) -> Any:
    headers = given.pop("headers", {})
    body = {"email": "sarah@example.test", "password": testing.PASSWORD} | given
    return client.send("POST", path, body, **headers)


@pytest.mark.parametrize("path", ADDRESSES)
def test_doctor_signs_in_at_every_address(api, sarah, path):
    answer = sign_in(api(), path)

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"accessToken", "refreshToken", "expiresIn", "csrfToken", "user", "token", "doctor"}
    assert (body["token"], body["expiresIn"]) == (body["accessToken"], 900)
    assert body["doctor"]["doctor_id"] == str(sarah.pk)
    assert (body["doctor"]["email"], body["doctor"]["first_name"]) == ("sarah@example.test", "Sarah")
    assert body["user"]["doctorId"] == str(sarah.pk)
    assert body["user"]["organization"]["slug"] == sarah.organization.slug
    assert answer["Cache-Control"] == "no-store"


def test_claims_are_those_of_the_contract(api, sarah):
    token = sign_in(api()).json()["token"]

    claims = jwt.decode(token, settings.JWT_SECRET, algorithms=["HS256"])
    assert (claims["userId"], claims["email"]) == (str(sarah.membership.user_id), "sarah@example.test")
    assert (claims["role"], claims["doctorId"]) == ("doctor", str(sarah.pk))
    assert claims["exp"] - claims["iat"] == 900
    assert claims["jti"]


def test_cookies_are_http_only_and_lead_to_their_addresses(api, sarah):
    answer = sign_in(api())

    access, refresh, csrf = (answer.cookies[name] for name in ("authToken", "refreshToken", "csrftoken"))
    assert (access["path"], refresh["path"]) == ("/", "/api")
    assert (access["httponly"], refresh["httponly"], csrf["httponly"]) == (True, True, "")
    assert (access["samesite"], refresh["samesite"]) == ("Lax", "Lax")
    assert (access["max-age"], refresh["max-age"]) == (900, 604_800)


def test_cookies_are_secure_in_production(api, sarah, settings):
    settings.PRODUCTION = True

    answer = sign_in(api())

    assert (answer.cookies["authToken"]["secure"], answer.cookies["refreshToken"]["secure"]) == (True, True)


def test_desk_signs_in_and_has_no_doctor(api, hashed):
    member = testing.make_member(
        testing.make_organization(), Role.RECEPTIONIST, email="desk@example.test", password=hashed
    )

    body = sign_in(api(), email="Desk@Example.test ").json()

    assert body["doctor"] is None
    assert (body["user"]["role"], body["user"]["organizationId"]) == ("receptionist", str(member.organization_id))


def test_wrong_password_and_unknown_email_are_one_answer(api, sarah):
    wrong = sign_in(api(), password="not-this-one")
    unknown = sign_in(api(), email="nobody@example.test")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json()["message"] == unknown.json()["message"] == "The e-mail or the password is wrong."
    assert wrong.json()["error"]["code"] == "AUTHENTICATION_ERROR"
    assert "authToken" not in wrong.cookies


@pytest.mark.parametrize("email", ["sarah@example.test", "nobody@example.test"])
def test_one_hash_is_made_whoever_is_named(api, sarah, monkeypatch, email):
    hashes: list[str] = []
    verify, encode = Argon2idHasher.verify, Argon2idHasher.encode
    monkeypatch.setattr(Argon2idHasher, "verify", lambda *given: hashes.append("v") or verify(*given))
    monkeypatch.setattr(Argon2idHasher, "encode", lambda *given: hashes.append("e") or encode(*given))

    sign_in(api(), email=email, password="not-this-one")

    assert len(hashes) == 1


def test_weak_old_hash_is_renewed_at_sign_in(api, sarah, monkeypatch):
    user = sarah.membership.user
    assert user.password.startswith("argon2$argon2id$v=19$m=1024,t=3,p=4$")
    monkeypatch.undo()

    sign_in(api())

    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")
    assert user.check_password(testing.PASSWORD)


def test_person_who_left_is_refused(api, sarah):
    Membership.objects.filter(pk=sarah.membership_id).update(active=False)

    answer = sign_in(api())

    assert answer.status_code == 403
    assert not Session.objects.exists()


def test_inactive_person_is_refused_as_a_wrong_password(api, sarah):
    sarah.membership.user.is_active = False
    sarah.membership.user.save()

    assert sign_in(api()).status_code == 401


def test_who_works_at_two_places_names_one(api, sarah):
    other = testing.make_organization(slug="harbor")
    Membership.objects.create(user=sarah.membership.user, organization=other, role=Role.ADMIN)

    by_header = sign_in(api(), headers={"x_tenant_id": str(other.pk)}).json()["user"]
    again = sign_in(api()).json()["user"]
    by_slug = sign_in(api(), organizationId=sarah.organization.slug).json()["user"]
    foreign = sign_in(api(), organizationId=testing.make_organization().slug)

    assert (by_header["organizationId"], by_header["role"]) == (str(other.pk), "admin")
    assert again["organizationId"] == str(other.pk)  # the one used last
    assert by_slug["role"] == "doctor"
    assert foreign.status_code == 403


def test_tenant_of_another_organization_is_refused_later_too(api, sarah):
    token = sign_in(api()).json()["token"]
    header = {"authorization": f"Bearer {token}"}

    own = api().send("GET", "/api/users/me", x_tenant_id=str(sarah.organization_id), **header)
    other = api().send("GET", "/api/users/me", x_tenant_id=str(testing.make_organization().pk), **header)

    assert (own.status_code, other.status_code) == (200, 403)


def test_sixth_failure_of_account_and_address_is_429(api, sarah):
    failures = [sign_in(api(), password="wrong").status_code for _ in range(6)]
    right = sign_in(api())

    assert failures == [401] * 5 + [429]
    assert right.status_code == 429
    assert 0 < int(right["Retry-After"]) <= 900


def test_other_address_is_not_locked_out(api, sarah):
    for _ in range(6):
        sign_in(api(), password="wrong")

    assert sign_in(api(REMOTE_ADDR="203.0.113.9")).status_code == 200


def test_good_sign_in_starts_the_count_anew(api, sarah):
    for _ in range(3):
        assert [sign_in(api(), password="wrong").status_code for _ in range(4)] == [401] * 4
        assert sign_in(api()).status_code == 200


def test_address_has_fifty_failures_over_all_accounts(api, sarah, monkeypatch):
    monkeypatch.setattr(attempts, "FAILURES_AN_ADDRESS", 4)

    failures = [sign_in(api(), email=f"p{at}@example.test").status_code for at in range(5)]

    assert failures == [401] * 4 + [429]
    assert sign_in(api()).status_code == 429
    assert sign_in(api(REMOTE_ADDR="203.0.113.9")).status_code == 200


def test_account_that_fails_everywhere_only_waits_longer(api, sarah, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for at in range(14):
        sign_in(api(REMOTE_ADDR=f"203.0.113.{at}"), password="wrong")

    answer = sign_in(api(REMOTE_ADDR="203.0.113.77"))

    assert answer.status_code == 200
    assert waits == [0.25, 0.5, 1.0, 2.0, 3.0]


def test_without_redis_signing_in_is_closed_at_once(api, sarah):
    began = time.monotonic()

    with testing.without_redis():
        answer = sign_in(api())

    assert time.monotonic() - began < 1
    assert sign_in(api()).status_code == 200  # and works again by itself
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "password"}),
        ({"email": "no", "password": "x"}, {"email"}),
        ({"email": 5, "password": ["x"]}, {"email", "password"}),
        ({"email": "a@b.test", "password": "x" * 257}, {"password"}),
    ],
)
def test_bad_body_names_its_fields(api, body, fields):
    answer = api().send("POST", "/auth/signin", body)

    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["error"]["details"]} == fields


def test_sign_ins_are_in_the_trail(api, sarah):
    sign_in(api(), password="wrong")
    sign_in(api(), email="nobody@example.test")
    sign_in(api())

    user = sarah.membership.user_id
    session = Session.objects.get()
    assert list(AuditEntry.objects.order_by("id").values_list("action", "outcome", "user_id", "resource_id")) == [
        ("SIGN_IN_FAILED", "refused", None, user),
        ("SIGN_IN_FAILED", "refused", None, None),
        ("SIGN_IN", "success", user, session.pk),
    ]


def test_live_cookie_of_another_does_not_keep_one_from_signing_in(sarah):
    client = testing.ApiClient(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 200

    assert sign_in(client).status_code == 200  # cookies are sent, no X-CSRF-Token


@pytest.mark.django_db(transaction=True)
def test_browser_stays_signed_in_by_its_cookies_alone(live_server, hashed):
    doctor = testing.make_doctor()
    email = doctor.membership.user.email
    type(doctor.membership.user).objects.filter(email=email).update(password=hashed)
    browser, root = requests.Session(), live_server.url

    signed_in = browser.post(f"{root}/auth/signin", json={"email": email, "password": testing.PASSWORD}, timeout=5)
    first = browser.cookies.get("refreshToken", path="/api")
    refreshed = browser.post(
        f"{root}/api/v1/auth/refresh", headers={"X-CSRF-Token": browser.cookies["csrftoken"]}, timeout=5
    )
    me = browser.get(f"{root}/api/v1/users/me", timeout=5)
    out = browser.post(f"{root}/api/v1/auth/logout", headers={"X-CSRF-Token": signed_in.json()["csrfToken"]}, timeout=5)

    assert (signed_in.status_code, refreshed.status_code, me.status_code, out.status_code) == (200, 200, 200, 200)
    assert refreshed.json()["refreshToken"] != first
    assert me.json()["doctorId"] == str(doctor.pk)
    assert list(browser.cookies.keys()) == ["csrftoken"]
    assert browser.get(f"{root}/api/v1/users/me", timeout=5).status_code == 401
