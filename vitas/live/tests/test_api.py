"""The list of notifications, for whoever was not listening."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vitas import testing
from vitas.accounts.models import Role
from vitas.common.ids import first_id_at
from vitas.live import presenting, tasks, topics
from vitas.live.models import LiveEvent, LiveRead
from vitas.live.publish import publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _presenter(monkeypatch):
    monkeypatch.setitem(
        presenting._presenters,
        "test:event",
        lambda actor, asked: [None if ids.get("hidden") else {"theNumber": ids["number"]} for ids in asked],
    )


@pytest.fixture
def desk():
    return testing.make_member(testing.make_organization(), Role.RECEPTIONIST)


def happened(desk, number, **ids):
    publish("test:event", key=f"k{number}", topics=[topics.desk(desk.organization_id)], ids={"number": number, **ids})
    return LiveEvent.objects.get(key=f"k{number}")


def test_list_is_mine_newest_first(api, desk):
    for number in (1, 2):
        happened(desk, number)
    happened(testing.make_member(testing.make_organization(), Role.RECEPTIONIST), 3)
    happened(desk, 4, hidden=True)

    answer = api(desk.user).get("/api/v1/notifications")

    body = answer.json()
    assert [(row["event"], row["data"], row["readAt"]) for row in body["data"]] == [
        ("test:event", {"theNumber": 2}, None),
        ("test:event", {"theNumber": 1}, None),
    ]
    assert answer["Cache-Control"] == "no-store"


def test_read_ones_are_told_apart_for_each_person(api, desk):
    first, second = happened(desk, 1), happened(desk, 2)
    colleague = testing.make_member(desk.organization, Role.RECEPTIONIST)

    answers = [api(desk.user).send("POST", "/api/notifications/read", {"ids": [str(first.pk)]}) for _twice in range(2)]

    assert [answer.json() for answer in answers] == [{"read": 1}, {"read": 0}]
    unread = api(desk.user).get("/api/notifications?unread=true").json()["data"]
    assert [row["id"] for row in unread] == [str(second.pk)]
    assert len(api(colleague.user).get("/api/notifications?unread=true").json()["data"]) == 2


def test_somebody_elses_is_not_marked(api, desk):
    theirs = happened(desk, 1)
    stranger = testing.make_member(testing.make_organization(), Role.ADMIN)

    answer = api(stranger.user).send("POST", "/api/v1/notifications/read", {"ids": [str(theirs.pk)]})

    assert (answer.json(), LiveRead.objects.count()) == ({"read": 0}, 0)


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": "x"}, []])
def test_bad_ids_are_refused(api, desk, body):
    answer = api(desk.user).send("POST", "/api/v1/notifications/read", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_without_a_token_it_is_401(api):
    assert api().get("/api/v1/notifications").status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_many(api, desk, django_assert_num_queries, count):
    client = api(desk.user)
    for number in range(count):
        happened(desk, number)

    with django_assert_num_queries(5):  # savepoint (2), count, rows, reads
        client.get("/api/v1/notifications")


def test_old_events_are_forgotten_with_who_read_them(desk):
    old, new = happened(desk, 1), happened(desk, 2)
    LiveEvent.objects.filter(pk=old.pk).update(id=first_id_at(timezone.now() - tasks.KEPT - timedelta(minutes=1)))

    tasks.drop_old_events()

    assert list(LiveEvent.objects.values_list("pk", flat=True)) == [new.pk]
