"""What the addresses of the audit trail read and answer (S1); names as S1's clients write them."""

from typing import Any

from rest_framework import serializers

from vitas.audit import reports
from vitas.audit.models import Anomaly, AuditEntry, AuditExport
from vitas.common.api.pagination import DEFAULT_LIMIT, MOST_LIMIT

MOST_IDS = 1000


class _Named(serializers.Serializer[Any]):
    names_as_is = True


class AuditFiltersIn(_Named):
    start_time = serializers.DateTimeField(required=False, help_text="From this moment on.")
    end_time = serializers.DateTimeField(required=False, help_text="Before this moment.")
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=AuditEntry.Category.choices), required=False, max_length=20
    )
    actions = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=20, help_text="READ_PATIENT, SIGN_IN …"
    )
    user_id = serializers.UUIDField(required=False, help_text="Whose acts.")
    patient_id = serializers.UUIDField(required=False, help_text="Acts on this patient's data.")
    outcome = serializers.ChoiceField(choices=AuditEntry.Outcome.choices, required=False)
    tenant_id = serializers.UUIDField(required=False, help_text="One's own organization; the operator may name any.")


class AuditQueryIn(AuditFiltersIn):
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10**6)
    limit = serializers.IntegerField(
        required=False, default=DEFAULT_LIMIT, min_value=1, help_text="Rows a page; more than 100 mean 100."
    )

    def validate_limit(self, value: int) -> int:
        return min(value, MOST_LIMIT)


class AuditExportIn(AuditFiltersIn):
    format = serializers.ChoiceField(choices=AuditExport.Format.choices)
    event_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_IDS, help_text="Only these; at most 1,000."
    )


class ComplianceReportIn(_Named):
    report_type = serializers.ChoiceField(choices=list(reports.KINDS.items()))
    start_date = serializers.DateTimeField(required=False, help_text="30 days before the end, if not given.")
    end_date = serializers.DateTimeField(required=False, help_text="Now, if not given.")
    patient_id = serializers.UUIDField(required=False, help_text="For `patient_access`.")
    format = serializers.ChoiceField(choices=["json", "pdf"], required=False, default="json")
    tenant_id = serializers.UUIDField(required=False, help_text="One's own organization.")


class AnomaliesQuery(serializers.Serializer[Any]):
    reviewed = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="Both, if not given.")


class ReviewIn(_Named):
    verdict = serializers.ChoiceField(choices=Anomaly.Verdict.choices)


class AuditEventOut(_Named):
    id = serializers.UUIDField()
    timestamp = serializers.DateTimeField()
    category = serializers.CharField()
    action = serializers.CharField()
    outcome = serializers.ChoiceField(choices=AuditEntry.Outcome.choices)
    user_id = serializers.UUIDField(allow_null=True)
    user_name = serializers.CharField(allow_blank=True)
    user_role = serializers.CharField(allow_blank=True)
    resource = serializers.CharField()
    resource_id = serializers.UUIDField(allow_null=True)
    patient_id = serializers.UUIDField(allow_null=True)
    tenant_id = serializers.UUIDField(allow_null=True)
    session_id = serializers.UUIDField(allow_null=True)
    ip_address = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    details = serializers.DictField(help_text="Ids and codes only.")


class AuditHourOut(_Named):
    hour = serializers.DateTimeField(help_text="When it begins.")
    count = serializers.IntegerField()
    by_category = serializers.DictField(child=serializers.IntegerField())


class AuditPageOut(_Named):
    page = serializers.IntegerField(min_value=1)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_LIMIT)
    total = serializers.IntegerField(min_value=0, help_text="Counted to 10,000.")
    total_pages = serializers.IntegerField(min_value=0)
    total_is_at_least = serializers.BooleanField(required=False, help_text="There are more than were counted.")


class AuditQueryOut(_Named):
    events = AuditEventOut(many=True)
    aggregated_by_hour = AuditHourOut(many=True, help_text="The time asked for, at most its last 31 days.")
    recent_events = AuditEventOut(many=True, help_text="The newest ten.")
    pagination = AuditPageOut()


class ReportPeriodOut(_Named):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class ReportColumnOut(_Named):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name is the contract's


class ReportTableOut(_Named):
    key = serializers.CharField()
    title = serializers.CharField()
    columns = ReportColumnOut(many=True)
    rows = serializers.ListField(child=serializers.DictField())


class ComplianceReportOut(_Named):
    report_type = serializers.CharField()
    title = serializers.CharField()
    organization = serializers.CharField()
    period = ReportPeriodOut()
    generated_at = serializers.DateTimeField()
    summary = serializers.DictField(child=serializers.IntegerField())
    tables = ReportTableOut(many=True)


class AnomalyOut(_Named):
    id = serializers.UUIDField()
    rule = serializers.CharField()
    title = serializers.CharField()
    severity = serializers.ChoiceField(choices=Anomaly.Severity.choices)
    tenant_id = serializers.UUIDField(allow_null=True)
    user_id = serializers.UUIDField(allow_null=True)
    user_name = serializers.CharField(allow_blank=True)
    patient_id = serializers.UUIDField(allow_null=True)
    ip_address = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    detected_at = serializers.DateTimeField()
    event_ids = serializers.ListField(child=serializers.UUIDField())
    reviewed_at = serializers.DateTimeField(allow_null=True)
    reviewed_by = serializers.UUIDField(allow_null=True)
    verdict = serializers.ChoiceField(choices=Anomaly.Verdict.choices, allow_null=True)


class AuditExportOut(_Named):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=AuditExport.State.choices)
    format = serializers.ChoiceField(choices=AuditExport.Format.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent.")
    rows = serializers.IntegerField(min_value=0)
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    download_url = serializers.CharField(allow_null=True, help_text="While it is `done`; the file is kept for a day.")
