"""Edit locks on a real Redis: one holder, growing numbers, running out, and what happens without Redis."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from records.tests.room import Room
from vitas import testing
from vitas.accounts import tokens
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.models import AuditEntry
from vitas.common import limits
from vitas.common.errors import NotFound, Unavailable
from vitas.live import locks, presenting, topics
from vitas.live.locks import Held, Lock
from vitas.live.models import LiveEvent
from vitas.testing import ApiClient, without_redis

pytestmark = pytest.mark.django_db


def actor_of(user: Any) -> Actor:
    return tokens.actor_of(tokens.claims_of(testing.make_session(user)))


class Cast:
    """Ana and Bruno are administrators of one clinic, Carla of another one."""

    def __init__(self) -> None:
        home, away = testing.make_organization(), testing.make_organization()
        self.users = {
            "ana": testing.make_member(home, Role.ADMIN, full_name="Ana Ruiz").user,
            "bruno": testing.make_member(home, Role.ADMIN, full_name="Bruno Díaz").user,
            "carla": testing.make_member(away, Role.ADMIN).user,
            "nurse": testing.make_member(home, Role.NURSE).user,
        }
        self.ana, self.bruno, self.carla, self.nurse = (actor_of(user) for user in self.users.values())
        self.doctor = testing.make_doctor(home)
        self.name = f"doctor:{self.doctor.pk}"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def held(found: Lock | Held) -> Lock:
    assert isinstance(found, Lock)
    return found


def refused(found: Lock | Held | None) -> Held:
    assert isinstance(found, Held)
    return found


def test_second_of_two_is_told_who_edits(cast: Cast) -> None:
    mine = held(locks.acquire(cast.name, by=cast.ana))

    other = refused(locks.acquire(cast.name, by=cast.bruno))

    assert (other.user_id, other.since, locks.name_of(other.user_id)) == (cast.ana.user_id, mine.since, "Ana Ruiz")


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_holds_it(cast: Cast) -> None:
    people = [actor_of(cast.users["ana"]) for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda person: locks._take(cast.name, person, locks.Editable(), 30), people))

    assert [type(each) for each in found].count(Lock) == 1


def test_numbers_grow_also_over_the_end_of_a_lock_and_an_emptied_redis(cast: Cast) -> None:
    numbers = []
    for _round in range(3):
        lock = held(locks.acquire(cast.name, by=cast.ana))
        numbers.append(lock.number)
        locks.release(lock.id, by=cast.ana)
    limits.server().flushdb()
    time.sleep(0.005)

    numbers.append(held(locks.acquire(cast.name, by=cast.bruno)).number)

    assert numbers == sorted(set(numbers))


def test_a_lock_runs_out_and_is_the_next_ones(cast: Cast) -> None:
    first = held(locks.acquire(cast.name, by=cast.ana, lease=0.05))
    time.sleep(0.08)

    second = held(locks.acquire(cast.name, by=cast.bruno))

    assert second.number > first.number
    with pytest.raises(NotFound):
        locks.renew(first.id, by=cast.ana)
    with pytest.raises(NotFound):
        locks.release(first.id, by=cast.ana)
    assert refused(locks.look(cast.name, by=cast.ana)).user_id == cast.bruno.user_id


def test_renewing_keeps_it_and_its_number(cast: Cast) -> None:
    lock = held(locks.acquire(cast.name, by=cast.ana, lease=0.2))
    renewed = locks.renew(lock.id, by=cast.ana, lease=30)
    time.sleep(0.25)

    assert (renewed.number, renewed.since, renewed.name) == (lock.number, lock.since, lock.name)
    assert isinstance(locks.acquire(cast.name, by=cast.bruno), Held)


def test_only_its_holder_renews_or_releases_it(cast: Cast) -> None:
    lock = held(locks.acquire(cast.name, by=cast.ana))
    ana_elsewhere = actor_of(cast.users["ana"])

    for other in (cast.bruno, cast.carla, ana_elsewhere):
        with pytest.raises(NotFound):
            locks.renew(lock.id, by=other)
        with pytest.raises(NotFound):
            locks.release(lock.id, by=other)

    assert locks.look(cast.name, by=cast.bruno) is not None


def test_the_same_sign_in_goes_on_in_another_window_and_the_first_is_over(cast: Cast) -> None:
    first = held(locks.acquire(cast.name, by=cast.ana))
    second = held(locks.acquire(cast.name, by=cast.ana))

    assert (second.since, second.number > first.number) == (first.since, True)
    assert refused(locks.look(cast.name, by=cast.ana)).mine is True
    with pytest.raises(NotFound):
        locks.release(first.id, by=cast.ana)


@pytest.mark.parametrize("name", ["doctor:{}", "patient:{}", "unheard-of:{}", "doctor", "doctor:x", "{}", ""])
def test_what_is_not_there_cannot_be_locked(name: str, cast: Cast) -> None:
    with pytest.raises(NotFound):
        locks.acquire(name.format(uuid4()), by=cast.ana)


@pytest.mark.parametrize("who", ["carla", "nurse"])
def test_what_is_not_ones_own_to_edit_is_not_there(who: str, cast: Cast) -> None:
    locks.acquire(cast.name, by=cast.ana)

    for ask in (locks.acquire, locks.look):
        with pytest.raises(NotFound):
            ask(cast.name, by=getattr(cast, who))


def test_one_thing_has_one_name(cast: Cast) -> None:
    with pytest.raises(NotFound):
        locks.acquire(cast.name.upper().replace("DOCTOR", "doctor"), by=cast.ana)


def test_waiting_ends_when_it_is_freed_and_after_a_second_anyway(cast: Cast) -> None:
    locks.acquire(cast.name, by=cast.ana, lease=0.15)
    taken = locks.acquire(cast.name, by=cast.bruno, wait=5)
    began = time.monotonic()

    waited = locks.acquire(cast.name, by=cast.ana, wait=5)

    assert (type(taken), type(waited)) == (Lock, Held)
    assert 0.9 < time.monotonic() - began < 1.6


def test_who_asked_in_vain_hears_when_it_is_free(cast: Cast) -> None:
    lock = held(locks.acquire(cast.name, by=cast.ana))
    locks.acquire(cast.name, by=cast.bruno)

    locks.release(lock.id, by=cast.ana)

    event = LiveEvent.objects.get()
    assert (event.event, event.topic) == ("lock:freed", topics.user(UUID(str(cast.bruno.user_id))))
    assert [each["data"] for each in presenting.presented(cast.bruno, [event])] == [{"lockName": cast.name}]
    assert presenting.presented(cast.carla, [event]) == []


def test_acts_are_in_the_audit_trail(cast: Cast) -> None:
    lock = held(locks.acquire(cast.name, by=cast.ana))
    locks.acquire(cast.name, by=cast.bruno)
    locks.renew(lock.id, by=cast.ana)
    locks.release(lock.id, by=cast.ana)

    rows = AuditEntry.objects.filter(category="lock").order_by("id")

    assert list(rows.values_list("action", "outcome", "user_id", "resource", "resource_id")) == [
        ("ACQUIRE_LOCK", "success", cast.ana.user_id, "doctor", cast.doctor.pk),
        ("ACQUIRE_LOCK", "refused", cast.bruno.user_id, "doctor", cast.doctor.pk),
        ("RELEASE_LOCK", "success", cast.ana.user_id, "doctor", cast.doctor.pk),
    ]


def test_the_trail_says_whose_data_a_patients_lock_is_about() -> None:
    desk = actor_of(testing.make_member(testing.make_organization(), Role.RECEPTIONIST).user)
    patient = testing.make_patient()
    patient.files.create(organization_id=desk.organization_id, number=1)

    lock = held(locks.acquire(f"patient:{patient.pk}", by=desk))
    locks.release(lock.id, by=desk)

    assert list(AuditEntry.objects.filter(category="lock").values_list("patient_id", flat=True)) == [patient.pk] * 2


def test_a_record_is_locked_by_who_may_add_to_it() -> None:
    room = Room()
    name = f"medical-record:{room.write().pk}"
    doctor, colleague = actor_of(room.doctor_user), actor_of(testing.make_doctor(room.organization).membership.user)

    held(locks.acquire(name, by=doctor))

    assert AuditEntry.objects.get(category="lock").patient_id == room.ana.pk
    for other in (colleague, actor_of(testing.user_of(room.ana))):
        with pytest.raises(NotFound):
            locks.acquire(name, by=other)


def test_without_redis_nobody_holds_anything_and_that_is_said(cast: Cast) -> None:
    with without_redis():
        for act in (
            lambda: locks.acquire(cast.name, by=cast.ana),
            lambda: locks.renew(uuid4(), by=cast.ana),
            lambda: locks.release(uuid4(), by=cast.ana),
        ):
            with pytest.raises(Unavailable):
                act()


# The API, by S1's names


def test_api_answers_in_the_names_of_the_contract(cast: Cast) -> None:
    ana, bruno = ApiClient(cast.users["ana"]), ApiClient(cast.users["bruno"])
    asked = {"lock_name": cast.name, "timeout": 30.0, "blocking_timeout": 0.0}

    mine = ana.send("POST", "/api/distributed-locks/acquire", asked)
    other = bruno.send("POST", "/api/distributed-locks/acquire", asked)
    renewed = ana.send("POST", "/api/v1/distributed-locks/renew", {"lock_id": mine.json()["lock_id"]})
    stolen = bruno.send("POST", "/api/v1/distributed-locks/release", {"lock_id": mine.json()["lock_id"]})
    released = ana.send("POST", "/api/v1/distributed-locks/release", {"lock_id": mine.json()["lock_id"]})

    body, refusal = mine.json(), other.json()
    assert (body["acquired"], body["owner"], body["retry_after"]) == (True, {"name": "Ana Ruiz", "is_me": True}, None)
    assert (refusal["acquired"], refusal["lock_id"], refusal["fencing_number"]) == (False, None, None)
    assert (refusal["owner"], refusal["retry_after"]) == ({"name": "Ana Ruiz", "is_me": False}, 5.0)
    assert (renewed.json()["fencing_number"], stolen.status_code) == (body["fencing_number"], 404)
    assert (released.status_code, released.json()) == (200, {"released": True})


def test_api_bounds_the_terms(cast: Cast) -> None:
    ana = ApiClient(cast.users["ana"])

    answers = [
        ana.send("POST", "/api/v1/distributed-locks/acquire", {"lock_name": cast.name, **terms})
        for terms in ({"timeout": 301}, {"timeout": 0}, {"blocking_timeout": 6}, {"blocking_timeout": -1})
    ]

    assert [answer.status_code for answer in answers] == [400] * 4


def test_without_redis_the_api_says_so_and_a_page_goes_on(cast: Cast) -> None:
    browser = testing.browser(cast.users["ana"])
    with without_redis():
        answer = ApiClient(cast.users["ana"]).send(
            "POST", "/api/v1/distributed-locks/acquire", {"lock_name": cast.name}
        )
        page = browser.post("/editing/acquire", {"lock": cast.name})

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (page.status_code, page.json()) == (200, {"state": "away"})


# What static/js/editing.js asks


def test_a_page_takes_it_says_who_has_it_and_gives_it_back(cast: Cast) -> None:
    ana, bruno = testing.browser(cast.users["ana"]), testing.browser(cast.users["bruno"])

    free = bruno.post("/editing/look", {"lock": cast.name}).json()
    mine = ana.post("/editing/acquire", {"lock": cast.name}).json()
    other = bruno.post("/editing/acquire", {"lock": cast.name}).json()
    window = ana.post("/editing/look", {"lock": cast.name}).json()
    renewed = ana.post("/editing/renew", {"id": mine["id"]}).json()
    stolen = bruno.post("/editing/release", {"id": mine["id"]})
    ana.post("/editing/release", {"id": mine["id"]})
    free_again = bruno.post("/editing/look", {"lock": cast.name}).json()

    assert (free, free_again) == ({"state": "free"}, {"state": "free"})
    assert (mine["state"], renewed) == ("mine", mine)
    assert (other["state"], other["by"]) == ("other", "Ana Ruiz")
    assert (window["state"], stolen.status_code) == ("window", 404)


def test_a_page_learns_nothing_of_what_is_not_its_readers(cast: Cast) -> None:
    carla = testing.browser(cast.users["carla"])

    answers = [
        carla.post("/editing/look", {"lock": cast.name}),
        carla.post("/editing/acquire", {"lock": "nothing"}),
        carla.post("/editing/renew", {"id": "nothing"}),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, {"state": "gone"})] * 3
