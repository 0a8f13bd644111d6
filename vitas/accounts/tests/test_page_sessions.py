"""Pages and the admin stand on the same Session rows as tokens."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from vitas import testing
from vitas.accounts import page_sessions, signing
from vitas.accounts.actor import NOBODY
from vitas.accounts.middleware import PageActorMiddleware
from vitas.accounts.models import Membership, Role, Session

pytestmark = pytest.mark.django_db


class Browser:
    """A browser's cookies through the session middleware and ours, without a page of any app."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def visit(self, view: Any = None, path: str = "/page", **headers: str) -> HttpRequest:
        request = RequestFactory().get(path, headers=headers)
        request.COOKIES.update(self.cookies)
        request.user = AnonymousUser()

        def answer(found: HttpRequest) -> HttpResponse:
            if view:
                view(found)
            return HttpResponse()

        response: Any = SessionMiddleware(PageActorMiddleware(answer))(request)
        for name, morsel in response.cookies.items():
            if morsel["max-age"] == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return request


@pytest.fixture
def desk() -> Membership:
    return testing.make_member(testing.make_organization(), Role.RECEPTIONIST)


@pytest.fixture
def session(desk: Membership) -> Session:
    return signing.open_session(user=desk.user, method=Session.Method.PASSWORD)


@pytest.fixture
def browser(session: Session) -> Browser:
    found = Browser()
    found.visit(lambda request: page_sessions.sign_in_page(request, session))
    return found


def test_page_acts_as_who_signed_in(browser, session, desk):
    request = browser.visit()

    assert (request.actor.user_id, request.actor.role) == (desk.user_id, Role.RECEPTIONIST)
    assert (request.actor.session_id, request.actor.organization_id) == (session.pk, desk.organization_id)
    assert request.user == desk.user


def test_visitor_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        request = Browser().visit()

    assert request.actor == NOBODY


def test_page_costs_one_query(browser, django_assert_num_queries):
    with django_assert_num_queries(1):
        browser.visit()


def test_api_address_does_not_look_at_the_page(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.visit(path="/api/v1/doctors").actor == NOBODY


def test_sign_out_ends_the_session(browser, session):
    stolen = dict(browser.cookies)

    browser.visit(page_sessions.sign_out_page)

    session.refresh_from_db()
    assert session.revoked_at is not None
    assert browser.visit().actor == NOBODY
    browser.cookies = stolen
    assert browser.visit().actor == NOBODY


def test_person_who_left_is_nobody(browser, desk):
    Membership.objects.filter(pk=desk.pk).update(active=False)

    assert browser.visit().actor == NOBODY


def test_staff_page_left_alone_for_a_quarter_of_an_hour_is_signed_out(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        for _ in range(3):
            clock.shift(timedelta(minutes=14))
            assert browser.visit().actor != NOBODY
        clock.shift(timedelta(minutes=15))

        assert browser.visit().actor == NOBODY


def test_page_that_refreshes_itself_keeps_nobody_signed_in(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        for _ in range(2):
            clock.shift(timedelta(minutes=7))
            assert browser.visit(**{"X-By-Itself": "1"}).actor != NOBODY
        clock.shift(timedelta(minutes=1))

        assert browser.visit().actor == NOBODY


def test_staff_page_ends_after_twelve_hours_however_busy(session):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        for _ in range(55):
            clock.shift(timedelta(minutes=13))
            assert browser.visit().actor != NOBODY
        clock.shift(timedelta(minutes=13))

        assert browser.visit().actor == NOBODY


def test_idle_end_moves_at_most_once_a_minute(session, django_assert_num_queries):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        clock.shift(59)
        with django_assert_num_queries(1):
            browser.visit()
        clock.shift(1)
        with django_assert_num_queries(2):
            browser.visit()


def test_page_of_a_patient_is_left_alone_for_a_day():
    patient = testing.make_patient()
    session = signing.begin(user=testing.user_of(patient), method=Session.Method.CODE, patient_id=patient.pk)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        clock.shift(timedelta(hours=23))
        acting = browser.visit().actor
        clock.shift(timedelta(hours=24))

        assert (acting.patient_id, acting.role) == (patient.pk, Role.PATIENT)
        assert browser.visit().actor == NOBODY


def test_ended_access_is_seen_within_the_life_of_a_token():
    patient = testing.make_patient()
    session = signing.begin(user=testing.user_of(patient), method=Session.Method.CODE, patient_id=patient.pk)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        browser.visit(lambda request: page_sessions.sign_in_page(request, session))
        patient.access.update(ended_at=timezone.now())
        clock.shift(timedelta(minutes=15, seconds=1))

        assert browser.visit().actor.patient_id is None


def test_forged_cookie_is_nobody(browser):
    name, value = next(iter(browser.cookies.items()))
    browser.cookies[name] = value[:-2] + "xx"

    assert browser.visit().actor == NOBODY
