"""Who did what to which record (S3 11.1). Rows are only ever added; the database sees to it."""

from django.db import models

from vitas.audit.querysets import AuditEntryQuerySet
from vitas.common.ids import new_id


class AuditEntry(models.Model):
    """One act. `id` is a UUIDv7 of the moment: the table is partitioned by month on it, and it stays the only key."""

    class Category(models.TextChoices):
        SIGN_IN = "authentication"
        HEALTH_DATA = "health_data"
        APPOINTMENT = "appointment"
        PAYMENT = "payment"
        PERMISSION = "permission"
        CONFIGURATION = "configuration"

    class Outcome(models.TextChoices):
        SUCCESS = "success"
        REFUSED = "refused"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    category = models.CharField(max_length=20, choices=Category)
    action = models.CharField(max_length=40, help_text="CREATE_APPOINTMENT, READ_APPOINTMENTS, SIGN_IN …")
    resource = models.CharField(max_length=40)
    resource_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    organization_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    user_role = models.CharField(max_length=30)
    session_id = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    details = models.JSONField(default=dict, help_text="Ids and codes only.")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        managed = False  # the migration makes it, partitioned; Django cannot say PARTITION BY
        db_table = "audit_auditentry"
