"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from vitas.audit import api

urlpatterns = [
    path("audit-trail/query", api.AuditQuery.as_view(), name="audit-query"),
    path("audit-trail/compliance-report", api.ComplianceReport.as_view(), name="audit-compliance-report"),
    path("audit-trail/anomalies", api.Anomalies.as_view(), name="audit-anomalies"),
    path("audit-trail/anomalies/<uuid:anomaly_id>/review", api.AnomalyReview.as_view(), name="audit-anomaly-review"),
    path("audit-trail/export", api.AuditExports.as_view(), name="audit-export"),
    path("audit-trail/exports/<uuid:export_id>", api.AuditExportView.as_view(), name="audit-export-state"),
    path("audit-trail/exports/<uuid:export_id>/download", api.AuditExportDownload.as_view(), name="audit-download"),
]
