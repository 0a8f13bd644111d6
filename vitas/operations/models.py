"""What operations remember: orders to keep, and who was forgotten."""

from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization, Role
from vitas.common.fields import EncryptedJsonField, EncryptedTextField
from vitas.common.ids import new_id
from vitas.common.querysets import OperatorsQuerySet


class LegalHoldQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The administrator: their organization's. The operator: those on a whole organization, which name nobody."""
        if actor.system:
            return self.all()
        if actor.role == Role.ADMIN and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(patient=None) if actor.is_operator else self.none()

    def live(self) -> Self:
        """Those that were not released."""
        return self.filter(released_at=None)


class LegalHold(models.Model):
    """A court or an authority wants it kept: nothing of the patient, or of the organization, is erased meanwhile."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="legal_holds", verbose_name=_("organization")
    )
    patient = models.ForeignKey(
        Patient,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="legal_holds",
        help_text=_("Empty: all patients of the organization."),
        verbose_name=_("patient"),
    )
    reason = EncryptedTextField(help_text=_("Who asks for it, and why."), verbose_name=_("reason"))
    set_by = models.UUIDField(null=True, help_text=_("The user; none for a command."), verbose_name=_("set by"))
    set_at = models.DateTimeField(default=timezone.now, verbose_name=_("set at"))
    released_by = models.UUIDField(null=True, verbose_name=_("released by"))
    released_at = models.DateTimeField(null=True, verbose_name=_("released at"))
    released_because = EncryptedTextField(blank=True, verbose_name=_("released because"))

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.CheckConstraint(
                name="hold_is_released_later", condition=Q(released_at=None) | Q(released_at__gte=F("set_at"))
            )
        ]
        indexes = [models.Index(fields=["organization", "patient"], name="hold_live", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.set_at), "SHORT_DATETIME_FORMAT")


class Forgetting(models.Model):
    """A patient was forgotten: nobody sees who it was. While the law keeps the records, the identity lies here sealed.

    It is opened by a command alone, with a reason and an audit entry. At the law's end the key that seals it is
    destroyed, and `erased_at` says so.
    """

    patient = models.OneToOneField(
        Patient, models.PROTECT, primary_key=True, related_name="forgetting", verbose_name=_("patient")
    )
    identity = EncryptedJsonField(subject="words_subject", verbose_name=_("identity"))
    forgotten_at = models.DateTimeField(default=timezone.now, verbose_name=_("forgotten at"))
    forgotten_by = models.UUIDField(null=True, help_text=_("The user; none for a command."), verbose_name=_("by"))
    erased_at = models.DateTimeField(null=True, verbose_name=_("erased at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("forgotten patient")
        verbose_name_plural = _("forgotten patients")

    @property
    def words_subject(self) -> UUID:
        """Whose key seals the identity: the forgotten patient's, whom no merge moves."""
        return self.patient_id
