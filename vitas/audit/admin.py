"""The audit trail in the admin: read by administrators and the operator."""

from django.contrib import admin

from vitas.audit.models import AuditEntry
from vitas.common.visible_admin import ReadOnlyAdmin, shown_fields


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "action", "outcome", "user_id", "user_role", "resource", "resource_id", "address"]
    list_filter = ["category", "outcome", "user_role"]
    search_fields = ["user_id__exact", "patient_id__exact", "resource_id__exact", "request_id__exact"]
    date_hierarchy = "at"
    fields = readonly_fields = shown_fields(AuditEntry)
    patient_path = "patient_id"  # who reads the trail of a patient is in the trail
