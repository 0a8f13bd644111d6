"""Who did what to which record (S3 11.1), and what proves that nobody touched it since.

Entries and seals are only ever added; the database sees to it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vitas.audit.querysets import (
    AnomalyQuerySet,
    AuditEntryQuerySet,
    AuditExportQuerySet,
    AuditHourQuerySet,
    AuditSealQuerySet,
)
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


class Unsealed(models.Model):
    """An entry that no seal covers yet. A trigger adds the row in the entry's own transaction, sealing takes it away:
    so an entry is sealed whenever it commits, however long that took."""

    entry_id = models.UUIDField(primary_key=True, editable=False, verbose_name=_("audit entry"))

    class Meta:
        verbose_name = _("entry to be sealed")
        verbose_name_plural = _("entries to be sealed")
        db_table = "audit_unsealed"


class AuditSeal(models.Model):
    """A link of the chain: what the entries `ids` were, in their order, signed together with the link before it.

    `closing` says of a month which seals it has (`first_seal` to `last_seal`) and how many entries; `dropped`, that the
    month was then removed, as the law allows.
    """

    class Kind(models.TextChoices):
        ENTRIES = "entries", _("entries")
        CLOSING = "closing", _("end of a month")
        DROPPED = "dropped", _("removed month")

    number = models.BigIntegerField(primary_key=True, editable=False, verbose_name=_("number"))
    kind = models.CharField(max_length=10, choices=Kind, verbose_name=_("kind"))
    month = models.DateField(help_text=_("The first day of the month, in UTC."), verbose_name=_("month"))
    first_id = models.UUIDField(null=True, verbose_name=_("first entry"))
    last_id = models.UUIDField(null=True, verbose_name=_("last entry"))
    first_seal = models.BigIntegerField(null=True, verbose_name=_("first seal of the month"))
    last_seal = models.BigIntegerField(null=True, verbose_name=_("last seal of the month"))
    count = models.BigIntegerField(verbose_name=_("entries"))
    root = models.BinaryField(help_text=_("SHA-256 over what is sealed."), verbose_name=_("hash of the entries"))
    previous = models.BinaryField(verbose_name=_("hash of the seal before"))
    hash = models.BinaryField(verbose_name=_("hash"))
    signature = models.BinaryField(verbose_name=_("signature"))
    key = models.CharField(max_length=16, verbose_name=_("key that signed"))
    sealed_at = models.DateTimeField(verbose_name=_("sealed at"))
    ids = ArrayField(models.UUIDField(), default=list, verbose_name=_("entries sealed"))
    digests = models.BinaryField(
        default=b"", help_text=_("32 bytes for each entry, in their order."), verbose_name=_("hashes of the entries")
    )

    objects = AuditSealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal of the audit trail")
        verbose_name_plural = _("seals of the audit trail")
        constraints = [
            models.CheckConstraint(name="audit_seal_begins_with_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="audit_seal_counts", condition=Q(count__gte=0)),
            models.CheckConstraint(
                name="audit_seal_of_a_month_names_its_seals",
                condition=Q(kind="entries", first_seal=None, last_seal=None)
                | Q(~Q(kind="entries"), first_seal__lte=F("last_seal")),
            ),
        ]
        indexes = [models.Index(fields=["month", "number"], name="audit_seal_month")]

    def __str__(self) -> str:
        return f"{self.number}"


class AuditHour(models.Model):
    """How many entries of one sort an hour has, counted when they are sealed: so a plot reads no entries."""

    hour = models.DateTimeField(verbose_name=_("hour"))
    organization_id = models.UUIDField(null=True, verbose_name=_("organization"))
    category = models.CharField(max_length=20, verbose_name=_("category"))
    action = models.CharField(max_length=40, verbose_name=_("action"))
    outcome = models.CharField(max_length=10, verbose_name=_("outcome"))
    of_patient = models.BooleanField(verbose_name=_("of a patient"))
    count = models.BigIntegerField(verbose_name=_("entries"))

    objects = AuditHourQuerySet.as_manager()

    class Meta:
        verbose_name = _("hour of the audit trail")
        verbose_name_plural = _("hours of the audit trail")
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "hour", "category", "action", "outcome", "of_patient"],
                name="audit_hour_counted_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["hour"], name="audit_hour_of_all"),
            # With all that a count needs, so that it reads no row.
            models.Index(
                fields=["organization_id", "category", "action", "hour"],
                include=["outcome", "of_patient", "count"],
                name="audit_hour_by_act",
            ),
            models.Index(
                fields=["organization_id", "action", "hour"],
                include=["category", "outcome", "of_patient", "count"],
                name="audit_hour_of_act",
            ),
        ]


class Anomaly(models.Model):
    """Something in the trail that somebody should look at (anomalies.py), once each by its `key`."""

    class Severity(models.TextChoices):
        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")

    class Verdict(models.TextChoices):
        EXPLAINED = "explained", _("explained")
        INCIDENT = "incident", _("incident")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=150, unique=True, verbose_name=_("key"))
    rule = models.CharField(max_length=30, verbose_name=_("rule"))
    severity = models.CharField(max_length=10, choices=Severity, verbose_name=_("severity"))
    organization_id = models.UUIDField(null=True, verbose_name=_("organization"))
    user_id = models.UUIDField(null=True, verbose_name=_("person"))
    patient_id = models.UUIDField(null=True, verbose_name=_("patient"))
    address = models.GenericIPAddressField(null=True, verbose_name=_("address"))
    count = models.PositiveIntegerField(verbose_name=_("how many"))
    began_at = models.DateTimeField(verbose_name=_("first entry at"))
    ended_at = models.DateTimeField(verbose_name=_("last entry at"))
    entry_ids = ArrayField(models.UUIDField(), default=list, verbose_name=_("entries"))
    found_at = models.DateTimeField(default=timezone.now, verbose_name=_("found at"))
    reviewed_at = models.DateTimeField(null=True, verbose_name=_("reviewed at"))
    reviewed_by = models.UUIDField(null=True, verbose_name=_("reviewed by"))
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, verbose_name=_("verdict"))

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        verbose_name = _("anomaly")
        verbose_name_plural = _("anomalies")
        constraints = [
            models.CheckConstraint(
                name="anomaly_review_is_whole",
                condition=Q(reviewed_at=None, verdict="") | (Q(reviewed_at__isnull=False) & ~Q(verdict="")),
            )
        ]
        indexes = [models.Index(fields=["organization_id", "-found_at"], name="audit_anomaly_of_house")]

    def __str__(self) -> str:
        return self.rule


class AuditExport(models.Model):
    """A file of entries that somebody asked for; made by a sweep, kept for a day."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"
        PDF = "pdf", "PDF"

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("removed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization_id = models.UUIDField(null=True, help_text=_("None: the operator's."), verbose_name=_("organization"))
    user_id = models.UUIDField(verbose_name=_("asked by"))
    format = models.CharField(max_length=4, choices=Format, verbose_name=_("format"))
    asked = models.JSONField(help_text=_("Which entries: ids, or times and filters."), verbose_name=_("asked for"))
    language = models.CharField(max_length=5, verbose_name=_("language"))
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, verbose_name=_("state"))
    progress = models.PositiveSmallIntegerField(default=0, help_text=_("Percent."), verbose_name=_("progress"))
    rows = models.PositiveIntegerField(default=0, verbose_name=_("entries"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    file = models.CharField(max_length=200, blank=True, verbose_name=_("file"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("asked at"))
    touched_at = models.DateTimeField(default=timezone.now, verbose_name=_("last sign of work"))
    finished_at = models.DateTimeField(null=True, verbose_name=_("finished at"))

    objects = AuditExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of the audit trail")
        verbose_name_plural = _("exports of the audit trail")
        constraints = [
            models.CheckConstraint(name="audit_export_progress_is_percent", condition=Q(progress__lte=100)),
            models.CheckConstraint(name="audit_export_done_has_a_file", condition=~Q(state="done", file="")),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state__in=["queued", "running", "done"]), name="audit_export_live"
            ),
            models.Index(fields=["organization_id", "-created_at"], name="audit_export_of_house"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} {self.format}"
