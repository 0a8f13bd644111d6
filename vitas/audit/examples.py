"""What the audit trail's addresses take and answer, as the description of the API shows it."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

_EVENT: Final[dict[str, Any]] = {
    "id": "0197a1b2-0000-7000-8000-00000000a0d1",
    "timestamp": "2027-01-15T13:00:00Z",
    "category": "health_data",
    "action": "READ_PATIENT",
    "outcome": "success",
    "user_id": "0197a1b2-0000-7000-8000-0000000000d1",
    "user_name": "Dra. Ana Ruiz",
    "user_role": "doctor",
    "resource": "patients",
    "resource_id": "0197a1b2-0000-7000-8000-0000000000f1",
    "patient_id": "0197a1b2-0000-7000-8000-0000000000f1",
    "tenant_id": "0197a1b2-0000-7000-8000-000000000001",
    "session_id": "0197a1b2-0000-7000-8000-0000000005e5",
    "ip_address": "192.0.2.7",
    "user_agent": "Mozilla/5.0",
    "request_id": "0197a1b2-0000-7000-8000-00000000abcd",
    "details": {},
}
QUERY: Final = [
    OpenApiExample(
        "Sign-ins of a day",
        {"start_time": "2027-01-15T00:00:00Z", "end_time": "2027-01-16T00:00:00Z", "categories": ["authentication"]},
        request_only=True,
    ),
    OpenApiExample(
        "A page",
        {
            "events": [_EVENT],
            "aggregated_by_hour": [
                {"hour": "2027-01-15T13:00:00Z", "count": 1, "by_category": {"health_data": 1}},
            ],
            "recent_events": [_EVENT],
            "pagination": {"page": 1, "limit": 20, "total": 1, "total_pages": 1},
        },
        response_only=True,
    ),
]
REPORT: Final = [
    OpenApiExample(
        "Security of a month",
        {"report_type": "security_overview", "start_date": "2027-01-01", "end_date": "2027-02-01"},
        request_only=True,
    ),
    OpenApiExample(
        "In short",
        {
            "report_type": "security_overview",
            "title": "Security overview",
            "organization": "Clínica Vitas",
            "period": {"start": "2027-01-01T00:00:00Z", "end": "2027-02-01T00:00:00Z"},
            "generated_at": "2027-02-01T09:00:00Z",
            "summary": {"total_events": 48210, "failed_sign_ins": 12, "anomalies": 1},
            "tables": [
                {
                    "key": "by_category",
                    "title": "By category",
                    "columns": [{"key": "category", "label": "Category"}, {"key": "events", "label": "Entries"}],
                    "rows": [{"category": "health data", "events": 30112}],
                }
            ],
        },
        response_only=True,
        media_type="application/json",
    ),
]
_ANOMALY: Final[dict[str, Any]] = {
    "id": "0197a1b2-0000-7000-8000-00000000a110",
    "rule": "many_patients",
    "title": "Many patients in a short time",
    "severity": "high",
    "tenant_id": _EVENT["tenant_id"],
    "user_id": _EVENT["user_id"],
    "user_name": "Dra. Ana Ruiz",
    "patient_id": None,
    "ip_address": None,
    "count": 34,
    "started_at": "2027-01-15T13:00:00Z",
    "ended_at": "2027-01-15T13:07:00Z",
    "detected_at": "2027-01-15T13:08:00Z",
    "event_ids": [_EVENT["id"]],
    "reviewed_at": None,
    "reviewed_by": None,
    "verdict": None,
}
_REVIEWED: Final = {
    **_ANOMALY,
    "reviewed_at": "2027-01-15T15:00:00Z",
    "reviewed_by": "0197a1b2-0000-7000-8000-0000000000ad",
    "verdict": "explained",
}
ANOMALIES: Final = [OpenApiExample("One to be reviewed", _ANOMALY, response_only=True)]
REVIEW: Final = [
    OpenApiExample("There was a reason", {"verdict": "explained"}, request_only=True),
    OpenApiExample("Closed", _REVIEWED, response_only=True),
]
_EXPORT: Final[dict[str, Any]] = {
    "id": "0197a1b2-0000-7000-8000-00000000e201",
    "state": "queued",
    "format": "csv",
    "progress": 0,
    "rows": 1200,
    "requested_at": "2027-01-15T13:00:00Z",
    "finished_at": None,
    "download_url": None,
}
EXPORT: Final = [
    OpenApiExample("Chosen entries", {"format": "csv", "event_ids": [_EVENT["id"]]}, request_only=True),
    OpenApiExample("Taken down", _EXPORT, response_only=True, status_codes=["202"]),
]
FINISHED_EXPORT: Final = OpenApiExample(
    "Ready",
    {
        **_EXPORT,
        "state": "done",
        "progress": 100,
        "finished_at": "2027-01-15T13:00:04Z",
        "download_url": f"/api/v1/audit-trail/exports/{_EXPORT['id']}/download",
    },
    response_only=True,
)
