"""An event is stored once a topic, and a dead Redis costs the act nothing."""

import time

import pytest
from channels.layers import channel_layers
from django.db import transaction

from vitas.live.models import LiveEvent
from vitas.live.publish import publish


def test_same_key_twice_is_one_event_a_topic(db):
    for _time in range(2):
        publish("test:event", key="k", topics=["desk:1", "doctor:1", "desk:1"], ids={"number": 1})

    assert sorted(LiveEvent.objects.values_list("key", "topic", "ids__number")) == [
        ("k", "desk:1", 1),
        ("k", "doctor:1", 1),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["unix:///nowhere/redis.sock?db=0", "redis://127.0.0.1:1", "redis://10.255.255.1"])
def test_redis_out_of_reach_fails_nothing_and_costs_little(settings, caplog, address):
    layer = settings.CHANNEL_LAYERS["default"]
    hosts = [layer["CONFIG"]["hosts"][0] | {"address": address}]
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": layer["CONFIG"] | {"hosts": hosts}}}
    channel_layers.backends.clear()
    begun = time.monotonic()

    with transaction.atomic():
        publish("test:event", key="k", topics=["desk:1", "doctor:1"], ids={})

    assert time.monotonic() - begun < 2
    assert LiveEvent.objects.count() == 2
    assert "live events were not announced" in caplog.messages
    channel_layers.backends.clear()


@pytest.mark.django_db(transaction=True)
def test_rolled_back_event_is_neither_stored_nor_announced(monkeypatch):
    announced = []
    monkeypatch.setattr("vitas.live.publish.announce", announced.extend)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("test:event", key="k", topics=["desk:1"], ids={})
        raise ZeroDivisionError

    assert (LiveEvent.objects.count(), announced) == (0, [])
