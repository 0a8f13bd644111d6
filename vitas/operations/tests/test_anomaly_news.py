"""What was found in the audit trail reaches the organization's administrators."""

import pytest

from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.audit.tests.made import make_anomaly
from vitas.common.events import AnomalyFound
from vitas.live import news
from vitas.live.models import LiveEvent
from vitas.live.presenting import presented
from vitas.operations.anomaly_news import tell_administrators

pytestmark = pytest.mark.django_db


def test_administrators_of_the_house_hear_of_it_once():
    house = testing.make_organization()
    admin, desk = testing.make_member(house, Role.ADMIN), testing.make_member(house, Role.RECEPTIONIST)
    testing.make_member(testing.make_organization(), Role.ADMIN)
    anomaly = make_anomaly(house.pk, user_id=desk.user_id)

    tell_administrators(AnomalyFound(anomaly.pk))
    tell_administrators(AnomalyFound(anomaly.pk))

    [event] = LiveEvent.objects.all()
    actor = Actor(role=Role.ADMIN, user_id=admin.user_id, organization_id=house.pk)
    [heard] = presented(actor, [event])
    assert heard["data"] == {"anomalyId": str(anomaly.pk), "rule": "many_patients", "severity": "high"}
    assert news.told(actor, [event])[0].said.about == desk.user.full_name
    assert presented(Actor(role=Role.RECEPTIONIST, user_id=desk.user_id, organization_id=house.pk), [event]) == []


def test_what_belongs_to_no_house_is_told_to_nobody():
    tell_administrators(AnomalyFound(make_anomaly(None).pk))

    assert LiveEvent.objects.count() == 0
