"""Who did what to which record (S3 11.1), and what proves that nobody touched it since.

Entries and seals are only ever added; the database sees to it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vitas.audit.querysets import AuditEntryQuerySet, AuditHourQuerySet, AuditSealQuerySet
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
        indexes = [models.Index(fields=["hour"], name="audit_hour_of_all")]
