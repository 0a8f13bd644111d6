"""Rows of this room for tests."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from vitas.audit.models import Anomaly, AuditExport
from vitas.common.ids import new_id


def make_anomaly(organization_id: UUID | None, **given: Any) -> Anomaly:
    now = timezone.now()
    fields = {"key": str(new_id()), "rule": "many_patients", "severity": "high", "count": 31}
    times = {"began_at": now, "ended_at": now}
    return Anomaly.objects.create(organization_id=organization_id, **(fields | times | given))


def make_export(organization_id: UUID | None, **given: Any) -> AuditExport:
    fields = {"user_id": new_id(), "format": "csv", "asked": {}, "language": "en"}
    return AuditExport.objects.create(organization_id=organization_id, **(fields | given))
