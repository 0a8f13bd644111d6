"""Who did what to which record (S3 11.1). Rows are only ever added; the database sees to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vitas.audit.querysets import AuditEntryQuerySet
from vitas.common.ids import new_id


class AuditEntry(models.Model):
    """One act. `id` is a UUIDv7 of the moment: the table is partitioned by month on it, and it stays the only key."""

    class Category(models.TextChoices):
        SIGN_IN = "authentication", _("sign-in")
        HEALTH_DATA = "health_data", _("health data")
        APPOINTMENT = "appointment", _("appointment")
        PAYMENT = "payment", _("payment")
        PERMISSION = "permission", _("permission")
        CONFIGURATION = "configuration", _("configuration")
        EXPORT = "export", _("export")
        BREAK_GLASS = "break_glass", _("emergency access")
        LOCK = "lock", _("edit lock")
        CONSENT = "consent", _("consent")
        RETENTION = "retention", _("keeping and forgetting")

    class Outcome(models.TextChoices):
        SUCCESS = "success", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(verbose_name=_("at"))
    category = models.CharField(max_length=20, choices=Category, verbose_name=_("category"))
    action = models.CharField(
        max_length=40, help_text=_("CREATE_APPOINTMENT, READ_APPOINTMENTS, SIGN_IN …"), verbose_name=_("action")
    )
    resource = models.CharField(max_length=40, verbose_name=_("kind of record"))
    resource_id = models.UUIDField(null=True, verbose_name=_("record"))
    outcome = models.CharField(max_length=10, choices=Outcome, verbose_name=_("outcome"))
    organization_id = models.UUIDField(null=True, verbose_name=_("organization"))
    patient_id = models.UUIDField(null=True, verbose_name=_("patient"))
    user_id = models.UUIDField(null=True, verbose_name=_("person"))
    user_role = models.CharField(max_length=30, verbose_name=_("role"))
    session_id = models.UUIDField(null=True, verbose_name=_("sign-in"))
    address = models.GenericIPAddressField(null=True, verbose_name=_("address"))
    agent = models.CharField(max_length=300, blank=True, verbose_name=_("browser"))
    request_id = models.CharField(max_length=100, blank=True, verbose_name=_("request"))
    details = models.JSONField(default=dict, help_text=_("Ids and codes only."), verbose_name=_("details"))

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        managed = False  # the migration makes it, partitioned; Django cannot say PARTITION BY
        db_table = "audit_auditentry"
