"""Refresh with rotation and reuse detection, sign-out, heartbeat, and what a cookie may do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from vitas import testing
from vitas.accounts import refresh_tokens, signing, tasks, tokens
from vitas.accounts.models import Membership, OneTimeCode, RefreshToken, Role, Session
from vitas.audit.models import AuditEntry
from vitas.common import limits
from vitas.common.errors import NotSignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return testing.make_member(testing.make_organization(), Role.RECEPTIONIST)


@pytest.fixture
def session(member: Membership) -> Session:
    return signing.open_session(user=member.user, method=Session.Method.PASSWORD)


@pytest.fixture
def browser(session: Session) -> testing.ApiClient:
    """Signed in by cookies, and held to CSRF as browsers are."""
    client = testing.ApiClient(enforce_csrf_checks=True)
    refresh = client.send("POST", "/api/v1/auth/refresh", {"refreshToken": refresh_tokens.issue(session)})
    client.csrf = refresh.json()["csrfToken"]
    return client


def refresh(client: Any, raw: str | None = None, path: str = "/api/v1/auth/refresh", **headers: str) -> Any:
    return client.send("POST", path, {"refreshToken": raw} if raw else {}, **headers)


@pytest.mark.parametrize("path", ["/api/v1/auth/refresh", "/api/auth/refresh/"])
def test_refresh_gives_new_tokens_and_cookies(api, session, path):
    first = refresh_tokens.issue(session)

    answer = refresh(api(), first, path)

    body = answer.json()
    assert set(body) == {"accessToken", "refreshToken", "expiresIn", "csrfToken", "user"}
    assert body["refreshToken"] not in ("", first)
    assert tokens.read(body["accessToken"])["sid"] == str(session.pk)
    assert answer.cookies["refreshToken"].value == body["refreshToken"]
    assert api().send("GET", "/api/users/me", authorization=f"Bearer {body['accessToken']}").status_code == 200


def test_tokens_are_stored_as_hashes_only(session):
    first = refresh_tokens.issue(session)
    _session, second = refresh_tokens.exchange(first)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_refreshtoken t")
        stored = cursor.fetchone()[0]

    assert first not in stored
    assert second not in stored
    assert len(first) == len(second) == 43


def test_token_just_replaced_gives_the_same_successor_for_thirty_seconds(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = refresh_tokens.issue(session)
        _session, second = refresh_tokens.exchange(first)
        clock.shift(30)

        assert refresh_tokens.exchange(first)[1] == second
        assert RefreshToken.objects.count() == 2


def test_token_used_again_later_ends_the_session(api, session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = refresh_tokens.issue(session)
        _session, second = refresh_tokens.exchange(first)
        clock.shift(31)

        assert refresh(api(), first).status_code == 401
        assert refresh(api(), second).status_code == 401

    session.refresh_from_db()
    assert session.revoked_at is not None
    assert AuditEntry.objects.filter(action="REFRESH_TOKEN_REUSED", outcome="refused").count() == 1


def test_token_two_steps_back_ends_the_session_at_once(session):
    first = refresh_tokens.issue(session)
    _session, second = refresh_tokens.exchange(first)
    refresh_tokens.exchange(second)

    with pytest.raises(NotSignedIn):
        refresh_tokens.exchange(first)

    session.refresh_from_db()
    assert session.revoked_at is not None


def test_refresh_token_ends_after_seven_days(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        raw = refresh_tokens.issue(session)
        clock.shift(timedelta(days=7, seconds=1))

        with pytest.raises(NotSignedIn):
            refresh_tokens.exchange(raw)


def test_session_ends_after_thirty_days_however_busy(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        raw = refresh_tokens.issue(session)
        for _ in range(4):
            clock.shift(timedelta(days=6))
            _session, raw = refresh_tokens.exchange(raw)
        clock.shift(timedelta(days=6, seconds=1))

        with pytest.raises(NotSignedIn):
            refresh_tokens.exchange(raw)


def test_person_who_left_cannot_refresh(session, member):
    raw = refresh_tokens.issue(session)
    Membership.objects.filter(pk=member.pk).update(active=False)

    with pytest.raises(NotSignedIn):
        refresh_tokens.exchange(raw)


@pytest.mark.parametrize("raw", ["x", "é" * 40, "\ud800"])
def test_token_that_is_none_is_refused(raw):
    with pytest.raises(NotSignedIn):
        refresh_tokens.exchange(raw)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_get_one_successor():
    session = signing.open_session(
        user=testing.make_member(testing.make_organization(), Role.NURSE).user, method=Session.Method.PASSWORD
    )
    raw, together = refresh_tokens.issue(session), Barrier(2)

    def tab(_at: int) -> str:
        together.wait(timeout=5)
        try:
            return refresh_tokens.exchange(raw)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(tab, range(2))

    assert first == second
    assert RefreshToken.objects.count() == 2


def test_refresh_by_cookie_needs_the_csrf_token(browser):
    without = refresh(browser)
    with_it = refresh(browser, x_csrf_token=browser.csrf)

    assert (without.status_code, with_it.status_code) == (403, 200)
    assert without.json()["error"]["code"] == "AUTHORIZATION_ERROR"


def test_refresh_of_one_tab_leaves_the_csrf_token_of_another_good(browser):
    first = browser.csrf
    second = refresh(browser, x_csrf_token=first).json()["csrfToken"]

    assert browser.send("POST", "/api/auth/session-heartbeat", x_csrf_token=first).status_code == 200
    assert browser.send("POST", "/api/auth/session-heartbeat", x_csrf_token=second).status_code == 200


def test_unsafe_method_by_cookie_needs_the_csrf_token(browser):
    beat = "/api/auth/session-heartbeat"

    assert browser.send("POST", beat).status_code == 403
    assert browser.send("POST", beat, x_csrf_token="x" * 32).status_code == 403
    assert browser.send("POST", beat, x_csrf_token=browser.csrf).status_code == 200
    assert browser.send("GET", "/api/users/me").status_code == 200


def test_refused_csrf_token_counts_as_a_request(browser):
    answer = browser.send("POST", "/api/auth/session-heartbeat")

    counted = int(answer["RateLimit-Limit"]) - int(answer["RateLimit-Remaining"])
    assert (answer.status_code, counted) == (403, 1)


def test_ended_session_in_a_cookie_shuts_nobody_out_of_what_is_open_to_all(browser, session):
    signing.mark_revoked(session.pk)

    assert browser.send("GET", "/api/v1/doctors").status_code == 200
    assert browser.send("GET", "/api/users/me").status_code == 401


@pytest.mark.parametrize("named", ["id", "slug"])
def test_own_tenant_may_be_named_by_id_or_slug_in_any_case(api, session, named):
    tenant = str(getattr(session.membership.organization, named)).upper()
    token = tokens.access_token(session)

    answer = api().send("GET", "/api/users/me", authorization=f"Bearer {token}", x_tenant_id=tenant)

    assert answer.status_code == 200


def test_other_tenants_slug_is_403(api, session):
    other = testing.make_organization()
    token = tokens.access_token(session)

    answer = api().send("GET", "/api/users/me", authorization=f"Bearer {token}", x_tenant_id=other.slug)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AUTHORIZATION_ERROR")


def test_refresh_without_any_token_is_401(api):
    assert refresh(api()).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_sign_out_ends_access_and_refresh(api):
    member = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)
    session = signing.open_session(user=member.user, method=Session.Method.PASSWORD)
    raw, header = refresh_tokens.issue(session), {"authorization": f"Bearer {tokens.access_token(session)}"}

    answer = api().send("POST", "/api/v1/auth/logout", **header)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (answer.cookies["authToken"]["max-age"], answer.cookies["refreshToken"]["path"]) == (0, "/api")
    assert api().send("GET", "/api/users/me", **header).status_code == 401
    assert refresh(api(), raw).status_code == 401
    limits.server().flushdb()  # Redis forgot: the sweep says it again
    tasks.mark_revoked_sessions()
    assert api().send("GET", "/api/users/me", **header).status_code == 401


def test_sign_out_by_refresh_token_where_the_access_token_is_dead(api, session):
    raw = refresh_tokens.issue(session)

    answer = api().send("POST", "/api/auth/logout", {"refreshToken": raw}, authorization="Bearer dead")

    session.refresh_from_db()
    assert (answer.status_code, session.revoked_at is not None) == (200, True)
    assert AuditEntry.objects.filter(action="SIGN_OUT", user_id=session.user_id).count() == 1


def test_sign_out_of_nobody_is_401(api):
    assert api().send("POST", "/api/auth/logout").status_code == 401


def test_sign_out_by_cookie_needs_the_csrf_token(browser, session):
    assert browser.send("POST", "/api/auth/logout").status_code == 403
    assert browser.send("POST", "/api/auth/logout", x_csrf_token=browser.csrf).status_code == 200


def test_signing_out_everywhere_keeps_the_session_named(session, member):
    other = signing.open_session(user=member.user, method=Session.Method.PASSWORD)

    signing.end_every_session(member.user, but=other.pk)

    assert list(Session.objects.filter(revoked_at=None)) == [other]


def test_heartbeat_moves_last_seen_at_most_once_a_minute(api, session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = api()
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access_token(session)}"
        seen = [client.send("POST", "/api/auth/session-heartbeat").json()["lastSeenAt"]]
        for _ in range(2):
            clock.shift(40)
            seen.append(client.send("POST", "/api/auth/session-heartbeat").json()["lastSeenAt"])

    assert seen[0] == seen[1] != seen[2]


def test_heartbeat_of_an_ended_session_is_401(api, session):
    header = {"authorization": f"Bearer {tokens.access_token(session)}"}
    Session.objects.filter(pk=session.pk).update(revoked_at=timezone.now())

    assert api().send("POST", "/api/auth/session-heartbeat", **header).status_code == 401


def test_me_says_who_i_am(api, session, member):
    body = api(member.user).send("GET", "/api/v1/users/me").json()

    assert (body["id"], body["role"]) == (str(member.user_id), "receptionist")
    assert (body["doctorId"], body["patientId"]) == (None, None)
    assert body["organization"]["name"] == member.organization.name


def test_me_of_nobody_is_401(api):
    assert api().send("GET", "/api/users/me").status_code == 401


def test_operator_has_no_role_and_no_organization(api):
    operator = testing.make_user(is_operator=True)

    session = signing.open_session(user=operator, method=Session.Method.PASSWORD)

    claims = tokens.claims_of(session)
    assert (claims["role"], claims["operator"]) == (None, True)


def test_old_rows_are_dropped(session):
    refresh_tokens.issue(session)
    now = timezone.now()
    OneTimeCode.objects.create(phone="+5511999999999", code_hash="x", expires_at=now + timedelta(minutes=5))

    with time_machine.travel(now + timedelta(days=9)):
        tasks.drop_old_sign_ins()

    assert (OneTimeCode.objects.count(), RefreshToken.objects.count(), Session.objects.count()) == (0, 0, 1)
