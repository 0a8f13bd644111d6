"""Administrators hear at once what was found in the audit trail; trail and live room know nothing of each other."""

from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse

from vitas.accounts.actor import Actor
from vitas.accounts.models import Membership, Role
from vitas.audit.anomalies import RULES
from vitas.audit.models import Anomaly
from vitas.audit.reading import people
from vitas.common.events import AnomalyFound, receive
from vitas.live import news, topics
from vitas.live.presenting import Ids, present
from vitas.live.publish import publish

EVENT: Final = "anomaly:found"


def register() -> None:
    receive(AnomalyFound, tell_administrators)
    present(EVENT, payloads)
    news.say(EVENT, words)


def tell_administrators(event: AnomalyFound) -> None:
    """Those of the organization; harmless when called twice."""
    found = Anomaly.objects.filter(pk=event.anomaly_id).first()
    if found is None or found.organization_id is None:
        return
    who = Membership.objects.filter(organization_id=found.organization_id, role=Role.ADMIN, active=True)
    listeners = [topics.user(user_id) for user_id in who.values_list("user_id", flat=True)]
    publish(EVENT, key=f"{EVENT}:{found.pk}", topics=listeners, ids={"anomaly": str(found.pk)})


def payloads(actor: Actor, asked: Sequence[Ids]) -> list[dict[str, Any] | None]:
    """What it is and how severe; who it was about stands on the page."""
    seen = _seen(actor, asked)
    return [
        {"anomalyId": str(row.pk), "rule": row.rule, "severity": row.severity}
        if (row := seen.get(ids["anomaly"]))
        else None
        for ids in asked
    ]


def words(actor: Actor, asked: Sequence[Ids]) -> list[news.Said | None]:
    seen = _seen(actor, asked)
    names = people(row.user_id for row in seen.values())
    return [
        news.Said(
            sentence=str(RULES[row.rule].title),
            about=names.get(row.user_id, "") if row.user_id else "",
            moment=row.began_at,
            address=reverse("admin:audit-trail"),
            icon="alert-triangle",
            colour="amber",
        )
        if (row := seen.get(ids["anomaly"])) and row.rule in RULES
        else None
        for ids in asked
    ]


def _seen(actor: Actor, asked: Sequence[Ids]) -> dict[str, Anomaly]:
    rows = Anomaly.objects.visible_to(actor).filter(pk__in=[ids["anomaly"] for ids in asked])
    return {str(row.pk): row for row in rows}
