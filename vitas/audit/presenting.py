"""How S1's clients read the trail: names in snake_case, instants in UTC."""

from collections.abc import Iterable, Sequence
from typing import Any

from vitas.audit.anomalies import RULES
from vitas.audit.hours import Hour
from vitas.audit.models import Anomaly, AuditEntry, AuditExport
from vitas.audit.reading import people
from vitas.audit.reports import Report
from vitas.common.api.renderers import AsIs
from vitas.common.wall_time import iso

COLUMNS = (
    "id", "timestamp", "category", "action", "outcome", "user_id", "user_name", "user_role", "resource", "resource_id",
    "patient_id", "tenant_id", "session_id", "ip_address", "user_agent", "request_id", "details",
)  # fmt: skip


def events(entries: Sequence[AuditEntry]) -> list[AsIs]:
    """Entries with the names of the people in them, which are looked up at once."""
    names = people(entry.user_id for entry in entries)
    return [event(entry, names.get(entry.user_id, "") if entry.user_id else "") for entry in entries]


def event(entry: AuditEntry, user_name: str) -> AsIs:
    return AsIs(
        id=str(entry.pk),
        timestamp=iso(entry.at),
        category=entry.category,
        action=entry.action,
        outcome=entry.outcome,
        user_id=_text(entry.user_id),
        user_name=user_name,
        user_role=entry.user_role,
        resource=entry.resource,
        resource_id=_text(entry.resource_id),
        patient_id=_text(entry.patient_id),
        tenant_id=_text(entry.organization_id),
        session_id=_text(entry.session_id),
        ip_address=entry.address,
        user_agent=entry.agent,
        request_id=entry.request_id,
        details=entry.details,
    )


def hours(found: Iterable[Hour]) -> list[AsIs]:
    return [AsIs(hour=iso(each.hour), count=each.count, by_category=dict(each.by_category)) for each in found]


def anomalies(found: Sequence[Anomaly]) -> list[AsIs]:
    names = people([*(each.user_id for each in found), *(each.reviewed_by for each in found)])
    return [_anomaly(each, names) for each in found]


def _anomaly(found: Anomaly, names: dict[Any, str]) -> AsIs:
    return AsIs(
        id=str(found.pk),
        rule=found.rule,
        title=str(RULES[found.rule].title) if found.rule in RULES else found.rule,
        severity=found.severity,
        tenant_id=_text(found.organization_id),
        user_id=_text(found.user_id),
        user_name=names.get(found.user_id, ""),
        patient_id=_text(found.patient_id),
        ip_address=found.address,
        count=found.count,
        started_at=iso(found.began_at),
        ended_at=iso(found.ended_at),
        detected_at=iso(found.found_at),
        event_ids=[str(entry_id) for entry_id in found.entry_ids],
        reviewed_at=iso(found.reviewed_at),
        reviewed_by=_text(found.reviewed_by),
        verdict=found.verdict or None,
    )


def export(found: AuditExport) -> AsIs:
    done = found.state == AuditExport.State.DONE
    return AsIs(
        id=str(found.pk),
        state=found.state,
        format=found.format,
        progress=found.progress,
        rows=found.rows,
        requested_at=iso(found.created_at),
        finished_at=iso(found.finished_at),
        download_url=f"/api/v1/audit-trail/exports/{found.pk}/download" if done else None,
    )


def report(made: Report) -> AsIs:
    """Labels are in the reader's language, keys are not."""
    return AsIs(
        report_type=made.kind,
        title=made.title,
        organization=made.organization,
        period={"start": iso(made.since), "end": iso(made.until)},
        generated_at=iso(made.made_at),
        summary={name: number for name, (_label, number) in made.figures.items()},
        tables=[
            {
                "key": each.key,
                "title": each.title,
                "columns": [{"key": name, "label": label} for name, label in each.columns.items()],
                "rows": each.rows,
            }
            for each in made.tables
        ],
    )


def _text(value: Any) -> str | None:
    return str(value) if value else None
