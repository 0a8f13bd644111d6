"""One's own second factors and sessions over the API, and proving again who one is."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from vitas import testing
from vitas.accounts.hashers import Argon2idHasher
from vitas.accounts.mfa import changing, confirming, passkeys
from vitas.accounts.models import Organization, Passkey, RecoveryCode, Role, Session, TotpDevice, User
from vitas.accounts.tests.authenticator import Authenticator, with_app, with_codes
from vitas.audit.models import AuditEntry
from vitas.common.errors import Invalid, NotAllowed, NotPossibleNow
from vitas.messaging.models import OutboxMessage

pytestmark = pytest.mark.django_db

MFA = "/api/v1/auth/mfa"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(Argon2idHasher, "memory_cost", 1024)
    settings.PUBLIC_URL = settings.FRONTEND_URL = "http://localhost:8000"


@pytest.fixture
def nurse() -> User:
    member = testing.make_member(testing.make_organization(), Role.NURSE, password=make_password(testing.PASSWORD))
    return member.user


@pytest.fixture
def client(api: Any, nurse: User) -> Any:
    return api(nurse)


def test_app_is_set_up_and_shown(client, nurse):
    made = client.send("POST", f"{MFA}/setup").json()

    done = client.send("POST", f"{MFA}/setup/confirm", {"code": pyotp.TOTP(made["secret"]).now()})

    shown = client.send("GET", MFA).json()
    assert (done.status_code, len(done.json()["recoveryCodes"]), done.json()["signedIn"]) == (201, 10, None)
    assert (shown["enabled"], shown["recoveryCodesLeft"], shown["requiredFrom"]) == (True, 10, None)
    assert set(shown["totp"]) == {"createdAt", "lastUsedAt"}
    client.session_row.refresh_from_db()
    assert client.session_row.second_factor == "totp"
    assert AuditEntry.objects.filter(action="ADD_AUTHENTICATOR_APP", user_id=nurse.pk).count() == 1


def test_secret_is_shown_only_while_it_is_set_up(client):
    first = client.send("POST", f"{MFA}/setup").json()["secret"]
    client.send("POST", f"{MFA}/setup/confirm", {"code": pyotp.TOTP(first).now()})

    assert first not in client.send("GET", MFA).content.decode()
    assert client.send("POST", f"{MFA}/setup").json()["secret"] != first


def test_passkey_is_added_shown_renamed_and_removed(client, nurse):
    asked = client.send("POST", f"{MFA}/passkeys/registration").json()["publicKey"]
    added = client.send("POST", f"{MFA}/passkeys", {"passkey": Authenticator().create(asked), "name": "Key ring"})
    at = f"{MFA}/passkeys/{added.json()['passkey']['id']}"

    renamed = client.send("PATCH", at, {"name": "Red key"})
    listed = client.send("GET", MFA).json()["passkeys"]
    removed = client.send("DELETE", at)

    assert (added.status_code, renamed.json()["name"], removed.status_code) == (201, "Red key", 200)
    assert [row["name"] for row in listed] == ["Red key"]
    assert not RecoveryCode.objects.exists()  # nothing is left that they would stand in for
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert [name for name in actions if "PASSKEY" in name] == ["ADD_PASSKEY", "REMOVE_PASSKEY"]


def test_options_name_the_domain_and_the_passkeys_there_are(client, nurse, settings):
    kept = Authenticator().kept_for(nurse)

    asked = client.send("POST", f"{MFA}/passkeys/registration").json()["publicKey"]
    settings.PASSKEY_DOMAIN = "clinic.example"
    above = client.send("POST", f"{MFA}/passkeys/registration").json()["publicKey"]

    assert (asked["rp"], above["rp"]["id"]) == ({"id": "localhost", "name": "Vitas"}, "clinic.example")
    assert [each["id"] for each in asked["excludeCredentials"]] == [kept.credential_id]
    assert asked["user"]["name"] == nurse.email


def test_ten_passkeys_are_enough(client, nurse):
    for _ in range(passkeys.MOST):
        Authenticator().kept_for(nurse)

    assert client.send("POST", f"{MFA}/passkeys/registration").status_code == 422


def test_new_recovery_codes_end_the_old(client, nurse):
    with_app(nurse)
    old = with_codes(nurse)

    new = client.send("POST", f"{MFA}/recovery-codes").json()["recoveryCodes"]

    assert (len(set(new)), set(new) & set(old), RecoveryCode.objects.count()) == (10, set(), 10)
    assert OutboxMessage.objects.filter(template="sign_in_changed").count() == 1


def test_recovery_codes_need_something_to_recover(client):
    assert client.send("POST", f"{MFA}/recovery-codes").status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "setup"),
        ("POST", "passkeys/registration"),
        ("POST", "recovery-codes"),
        ("DELETE", "totp"),
        ("DELETE", "passkeys/{key}"),
    ],
)
def test_change_asks_first_who_one_is(api, nurse, method, path):
    with_app(nurse)
    key = Authenticator().kept_for(nurse)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = api(nurse)
        clock.shift(timedelta(minutes=10))

        answer = client.send(method, f"{MFA}/{path.format(key=key.pk)}")
        confirmed = client.send("POST", f"{MFA}/confirm", {"password": testing.PASSWORD})
        again = client.send(method, f"{MFA}/{path.format(key=key.pk)}")

    assert (answer.status_code, answer.json()["confirmationRequired"]) == (403, True)
    assert (confirmed.status_code, again.status_code < 300) == (200, True)


@pytest.mark.parametrize("by", ["password", "code", "passkey"])
def test_confirms_by_each_way_for_ten_minutes(api, nurse, by):
    app, key = with_app(nurse), Authenticator()
    key.kept_for(nurse)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = api(nurse)
        clock.shift(timedelta(minutes=12))
        proof: Any = {"password": testing.PASSWORD, "code": app.at(timezone.now())}.get(by)
        if by == "passkey":
            proof = key.get(client.send("POST", f"{MFA}/confirm/options").json()["publicKey"])

        answer = client.send("POST", f"{MFA}/confirm", {by: proof})
        again = client.send("POST", f"{MFA}/confirm", {by: proof})
        client.session_row.refresh_from_db()

        assert answer.status_code == 200
        assert confirming.recent_until(client.session_row) == timezone.now() + timedelta(minutes=10)
        assert again.status_code == (200 if by == "password" else 400)


@pytest.mark.parametrize("proof", [{}, {"password": "wrong"}, {"code": "000000"}, {"passkey": {"id": "x"}}])
def test_wrong_confirmation_is_refused_on_its_field_and_noted(client, nurse, proof):
    with_app(nurse)

    answer = client.send("POST", f"{MFA}/confirm", proof)

    fields = [problem["field"] for problem in answer.json()["error"]["details"]]
    assert (answer.status_code, fields) == (400, list(proof) or ["password"])
    assert AuditEntry.objects.filter(action="SECOND_STEP_FAILED", user_id=nurse.pk).count() == 1


def test_challenge_to_confirm_does_not_sign_in(api, client, nurse):
    key = Authenticator()
    key.kept_for(nurse)
    signed = key.get(client.send("POST", f"{MFA}/confirm/options").json()["publicKey"])

    assert api().send("POST", f"{MFA}/verify", {"passkey": signed}).status_code == 401


def test_last_factor_stays_where_it_is_required(client, nurse):
    with_app(nurse)
    Session.objects.update(second_factor="totp")
    Organization.objects.update(mfa_required=True)

    assert client.send("DELETE", f"{MFA}/totp").status_code == 422
    Authenticator().kept_for(nurse)
    assert client.send("DELETE", f"{MFA}/totp").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_factors_removed_at_once_leave_one():
    from vitas.accounts.tests.test_mfa_sign_in import together

    member = testing.make_member(testing.make_organization(mfa_required=True), Role.NURSE)
    user = member.user
    with_app(user)
    key, session = Authenticator().kept_for(user), testing.make_session(user)

    def remove(at: int) -> Any:
        if at:
            return changing.remove_totp(user=user, session=session)
        return changing.remove_passkey(user=user, passkey_id=key.pk, session=session)

    answers = together(2, remove)

    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "NotPossibleNow"]
    assert TotpDevice.objects.count() + Passkey.objects.count() == 1


def test_administrator_takes_away_what_a_colleague_lost(nurse):
    from vitas.accounts import tokens

    organization = nurse.memberships.get().organization
    admin = testing.make_member(organization, Role.ADMIN).user
    actor = tokens.actor_of(tokens.claims_of(testing.make_session(admin)))
    with_app(nurse)
    session = testing.make_session(nurse)

    had = changing.take_away(user=nurse, by=actor)

    session.refresh_from_db()
    assert (had, TotpDevice.objects.count(), session.revoked_at is not None) == (True, 0, True)
    assert OutboxMessage.objects.get().template == "sign_in_changed"


@pytest.mark.parametrize("whose", ["own", "operator", "elsewhere", "desk"])
def test_second_step_that_is_not_ones_to_take_away_stays(nurse, whose):
    from vitas.accounts import tokens

    organization = nurse.memberships.get().organization
    role = Role.RECEPTIONIST if whose == "desk" else Role.ADMIN
    admin = testing.make_member(organization, role).user
    actor = tokens.actor_of(tokens.claims_of(testing.make_session(admin)))
    if whose == "elsewhere":
        nurse.memberships.create(organization=testing.make_organization(), role=Role.NURSE)
    if whose == "operator":
        User.objects.filter(pk=nurse.pk).update(is_operator=True)
        nurse.refresh_from_db()
    lost = admin if whose == "own" else nurse
    with_app(lost)

    with pytest.raises(NotAllowed):
        changing.take_away(user=lost, by=actor)

    assert TotpDevice.objects.count() == 1


def test_patients_have_no_second_step(api):
    patient = testing.user_of(testing.make_patient())

    assert api(patient).send("GET", MFA).status_code == 403
    assert api(patient).send("POST", f"{MFA}/setup").status_code == 403


def test_short_password_needs_a_second_step_beside_it(nurse):
    from vitas.accounts import passwords

    with pytest.raises(Invalid):
        passwords.require_good("tarde azul", user=nurse, field="password")
    with_app(nurse)
    session = testing.make_session(nurse)
    passwords.change_own(session=session, old=testing.PASSWORD, password="tarde azul")

    nurse.refresh_from_db()
    assert nurse.short_password
    with pytest.raises(NotPossibleNow):
        changing.remove_totp(user=nurse, session=session)
    passwords.change_own(session=session, old="tarde azul", password="una tarde muy azul")
    changing.remove_totp(user=nurse, session=session)


# Sessions of one's own.


def test_own_sessions_are_listed(api, nurse):
    client, other = api(nurse), testing.make_session(nurse)
    testing.make_session(testing.make_user())
    testing.make_session(nurse).delete()

    answer = client.send("GET", "/api/v1/auth/sessions")

    rows = answer.json()["data"]
    assert {row["id"]: row["current"] for row in rows} == {str(client.session_row.pk): True, str(other.pk): False}
    assert answer.json()["pagination"]["total"] == 2
    assert set(rows[0]) == {
        "id",
        "device",
        "handheld",
        "method",
        "secondFactor",
        "address",
        "organization",
        "createdAt",
        "lastSeenAt",
        "expiresAt",
        "current",
    }


def test_session_of_ones_own_is_ended(api, nurse):
    client, other = api(nurse), api(nurse)

    ended = client.send("DELETE", f"/api/v1/auth/sessions/{other.session_row.pk}")
    again = client.send("DELETE", f"/api/v1/auth/sessions/{other.session_row.pk}")

    assert (ended.status_code, again.status_code) == (200, 404)
    other.session_row.refresh_from_db()
    assert other.session_row.revoked_at is not None


def test_all_others_are_ended(api, nurse):
    client, others = api(nurse), [api(nurse), api(nurse)]
    foreign = testing.make_session(testing.make_user())

    answer = client.send("DELETE", "/api/v1/auth/sessions")

    assert answer.json() == {"success": True, "ended": 2}
    live = set(Session.objects.filter(revoked_at=None).values_list("pk", flat=True))
    assert live == {client.session_row.pk, foreign.pk}
    assert len(others) == 2


# The end of a session that nobody uses.


def test_client_that_sends_heartbeats_must_go_on(api, nurse):
    from vitas.accounts import refresh_tokens, signing

    with time_machine.travel(timezone.now(), tick=False) as clock:
        session = signing.open_session(user=nurse, method="password")
        raw = refresh_tokens.issue(session)
        signing.beat(session)
        for _ in range(4):
            clock.shift(timedelta(minutes=14))
            session.refresh_from_db()
            signing.beat(session)
        _session, raw = refresh_tokens.exchange(raw)
        clock.shift(timedelta(minutes=15))

        answer = api().send("POST", "/api/auth/refresh", {"refreshToken": raw})

    assert answer.status_code == 401


def test_heartbeat_says_when_the_session_ends(api, nurse):
    patient = testing.user_of(testing.make_patient())
    with time_machine.travel(timezone.now(), tick=False):
        now = timezone.now()
        ends = {
            role: api(user).send("POST", "/api/auth/session-heartbeat").json()["expiresAt"]
            for role, user in (("staff", nurse), ("patient", patient))
        }

    shown = {role: timezone.datetime.fromisoformat(text.replace("Z", "+00:00")) - now for role, text in ends.items()}
    assert {role: round(left.total_seconds() / 60) for role, left in shown.items()} == {"staff": 15, "patient": 1440}


def test_client_without_heartbeats_lives_by_its_refresh_token(nurse):
    from vitas.accounts import refresh_tokens, signing

    with time_machine.travel(timezone.now(), tick=False) as clock:
        raw = refresh_tokens.issue(signing.open_session(user=nurse, method="password"))
        clock.shift(timedelta(days=6))

        assert refresh_tokens.exchange(raw)[1]
