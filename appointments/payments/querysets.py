"""How payments are asked for."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from appointments.querysets import patients_of
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role

if TYPE_CHECKING:
    from appointments.payments.models import Payment  # noqa: F401 (ruff does not see the generic below)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, actor: Actor) -> "PaymentQuerySet":
        """The one place that says whose payments a person may see.

        A patient: their own and those of the profiles they may act for. A doctor: those of visits that were firm. The
        desk and the administrator: their organization's. A nurse and the operator: none. A system actor: all.
        """
        if actor.system:
            return self.all()
        match actor.role:
            case Role.PATIENT:
                return self.filter(patient_id__in=patients_of(actor))
            case Role.DOCTOR if actor.doctor_id:
                return self.filter(appointment__doctor_id=actor.doctor_id, appointment__firm_at__isnull=False)
            case Role.RECEPTIONIST | Role.ADMIN:
                return self.filter(organization_id=actor.organization_id)
        return self.none()

    def open(self) -> "PaymentQuerySet":
        """Those that may still be paid."""
        return self.filter(status__in=["PENDING", "FAILED"])


class OfPaymentQuerySet(models.QuerySet[Any]):
    """What a gateway knows of a payment, and refunds: seen by whom the payment is seen by."""

    def visible_to(self, actor: Actor) -> Self:
        payments = self.model._meta.get_field("payment").related_model._default_manager
        return self.filter(payment__in=payments.visible_to(actor))


class LedgerQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """An administrator: the organization's books."""
        if actor.system:
            return self.all()
        return self.filter(organization_id=actor.organization_id) if actor.role == Role.ADMIN else self.none()


class PaymentAccountQuerySet(LedgerQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Configuration: the operator sees all of it, an administrator the organization's."""
        return self.all() if actor.is_operator else super().visible_to(actor)
