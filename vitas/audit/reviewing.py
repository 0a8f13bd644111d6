"""Anomalies as an administrator works through them: what is found is looked at once, and explained or an incident."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.audit.models import Anomaly
from vitas.common.errors import NotFound, NotPossibleNow

MOST_LISTED: Final = 100


def listed(actor: Actor, *, reviewed: bool | None = None) -> Sequence[Anomaly]:
    """Newest first; those to be reviewed before those that were."""
    rows = Anomaly.objects.visible_to(actor)
    if reviewed is not None:
        rows = rows.filter(reviewed_at__isnull=not reviewed)
    return list(rows.order_by(F("reviewed_at").desc(nulls_first=True), "-found_at", "-pk")[:MOST_LISTED])


@transaction.atomic
def review(anomaly_id: UUID, *, verdict: str, by: Actor) -> Anomaly:
    """Close one. Of two at once one wins. Raises NotFound, NotPossibleNow."""
    mine = Anomaly.objects.visible_to(by).filter(pk=anomaly_id)
    closed = mine.open().update(reviewed_at=timezone.now(), reviewed_by=by.user_id, verdict=verdict)
    found = mine.first()
    if found is None:
        raise NotFound(_("There is no such anomaly."))
    if not closed:
        if (found.reviewed_by, found.verdict) == (by.user_id, verdict):
            return found  # the same click again
        raise NotPossibleNow(_("Somebody has already reviewed this."))
    trail.record(
        by,
        "REVIEW_ANOMALY",
        category=trail.Category.PERMISSION,
        resource="anomalies",
        resource_id=found.pk,
        patient_id=found.patient_id,
        rule=found.rule,
        verdict=verdict,
    )
    return found
