"""The bell and its page: what is told, what is unread, and that looking changes nothing."""

import re
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from vitas import testing
from vitas.accounts.models import Role, Session
from vitas.common.ids import first_id_at
from vitas.live import news, topics
from vitas.live.models import LiveEvent, LiveRead
from vitas.live.publish import publish

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "notification-list"}


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    def told(actor, asked):
        return [
            None if ids.get("hidden") else news.Said(sentence=f"Number {ids['number']}", address="/there")
            for ids in asked
        ]

    monkeypatch.setitem(news._words, "test:event", (told, lambda actor: ~Q(ids__has_key="noise")))


@pytest.fixture
def desk():
    return testing.make_member(testing.make_organization(), Role.RECEPTIONIST)


def happened(desk, number, **ids):
    publish("test:event", key=f"k{number}", topics=[topics.desk(desk.organization_id)], ids={"number": number, **ids})
    return LiveEvent.objects.get(key=f"k{number}")


def sentences(answer):
    return re.findall(r"Number \d+", answer.content.decode())


def unread(browser):
    """What the bell says."""
    return " ".join(re.sub(r"<[^>]+>", " ", browser.get("/notifications/count").content.decode()).split())


def test_list_is_mine_and_newest_first_and_without_noise(desk):
    for number in (1, 2):
        happened(desk, number)
    happened(testing.make_member(testing.make_organization(), Role.RECEPTIONIST), 3)
    happened(desk, 4, hidden=True)
    happened(desk, 5, noise=True)

    answer = testing.browser(desk.user).get("/notifications")

    assert sentences(answer) == ["Number 2", "Number 1"]
    assert 'href="/there"' in answer.content.decode()


def test_looking_reads_nothing_and_saying_that_it_was_shown_does(desk):
    shown, later = happened(desk, 1), happened(desk, 2)
    browser = testing.browser(desk.user)
    browser.get("/notifications")

    before = unread(browser)
    answer = browser.post("/notifications/read", {"shown": [str(shown.pk), "nonsense"]}, HTTP_HX_REQUEST="true")

    assert before == "2 2 unread"
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, '{"live": {"target": "#unread"}}')
    assert unread(browser) == "1 1 unread"
    assert list(news.unread(_actor(desk)).values_list("pk", flat=True)) == [later.pk]


def test_all_are_read_up_to_the_newest_that_was_there(desk):
    happened(desk, 1)
    newest = happened(desk, 2)
    browser = testing.browser(desk.user)
    happened(desk, 3)

    plain = browser.post("/notifications/read", {"until": str(newest.pk)})

    assert plain.headers["Location"] == "/notifications"
    assert unread(browser) == "1 1 unread"


def test_marking_all_draws_the_list_anew_for_htmx(desk):
    newest = happened(desk, 1)

    answer = testing.browser(desk.user).post("/notifications/read", {"until": str(newest.pk)}, **HTMX)

    body = answer.content.decode()
    assert body.lstrip().startswith("<section")
    assert "Mark all as read" not in body
    assert answer.headers["HX-Trigger"] == '{"live": {"target": "#unread"}}'


def test_nobody_reads_for_another(desk):
    event = happened(desk, 1)
    colleague = testing.make_member(desk.organization, Role.RECEPTIONIST)
    stranger = testing.make_member(testing.make_organization(), Role.RECEPTIONIST)

    for member in (colleague, stranger):
        testing.browser(member.user).post("/notifications/read", {"shown": [str(event.pk)]})

    assert unread(testing.browser(desk.user)) == "1 1 unread"
    assert [read.user_id for read in LiveRead.objects.all()] == [colleague.user_id]


def test_own_acts_are_told_and_never_unread(desk):
    happened(desk, 1, by=str(desk.user_id))
    browser = testing.browser(desk.user)

    assert sentences(browser.get("/notifications")) == ["Number 1"]
    assert unread(browser) == ""


def test_old_ones_are_history(desk):
    event = happened(desk, 1)
    LiveEvent.objects.filter(pk=event.pk).update(id=first_id_at(timezone.now() - timedelta(days=15)))
    browser = testing.browser(desk.user)

    assert sentences(browser.get("/notifications")) == ["Number 1"]
    assert unread(browser) == ""


def test_more_than_99_are_many(desk):
    LiveEvent.objects.bulk_create(
        LiveEvent(key=f"k{at}", topic=topics.desk(desk.organization_id), event="test:event", ids={"number": at})
        for at in range(120)
    )

    assert unread(testing.browser(desk.user)).startswith("99+")


def test_pages_of_twenty(desk):
    for number in range(21):
        happened(desk, number)
    browser = testing.browser(desk.user)

    first, second = browser.get("/notifications"), browser.get("/notifications?page=2")

    assert (len(sentences(first)), sentences(second)) == (20, ["Number 0"])
    assert 'href="?page=2"' in first.content.decode()
    assert 'href="?page=1"' in second.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 50, "²", "3"])
def test_page_that_is_not_there_is_no_error(desk, page):
    assert testing.browser(desk.user).get("/notifications", {"page": page}).status_code == 200


def test_empty_list_says_so(desk):
    assert "Nothing new." in testing.browser(desk.user).get("/notifications").content.decode()


def test_who_is_not_signed_in_comes_back_after_it(page):
    assert page.get("/notifications").headers["Location"] == "/sign-in?next=%2Fnotifications"


def test_bell_of_an_ended_session_takes_nobody_away(desk):
    browser = testing.browser(desk.user)
    Session.objects.update(revoked_at=timezone.now())

    by_itself = browser.get("/notifications/count", HTTP_HX_REQUEST="true", HTTP_X_BY_ITSELF="1")
    by_hand = browser.get(
        "/notifications?page=2", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/notifications"
    )

    assert (by_itself.status_code, by_itself.content) == (204, b"")
    assert by_hand.headers["HX-Redirect"] == "/sign-in?next=%2Fnotifications"


@pytest.mark.parametrize("how_many", [1, 20])
def test_list_costs_the_same_for_one_and_for_many(desk, how_many, django_assert_num_queries):
    for number in range(how_many):
        happened(desk, number)
    browser = testing.browser(desk.user)

    with django_assert_num_queries(5):  # session, savepoint, the list, what is unread of it, release
        browser.get("/notifications")
    with django_assert_num_queries(2):
        browser.get("/notifications/count")


def _actor(desk):
    from vitas.accounts.actor import Actor

    return Actor(role=Role.RECEPTIONIST, user_id=desk.user_id, organization_id=desk.organization_id)
