"""Payments, what the gateway knows of them, refunds, the ledger and the inbox of webhooks."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from appointments.payments.querysets import (
    LedgerQuerySet,
    OfPaymentQuerySet,
    PaymentAccountQuerySet,
    PaymentQuerySet,
)
from patients.models import Patient
from vitas.accounts.models import Organization
from vitas.common.fields import EncryptedTextField
from vitas.common.ids import new_id
from vitas.common.money import major
from vitas.common.querysets import OperatorsQuerySet


class PaymentAccount(models.Model):
    """An organization's account with a gateway, in one country. Without one, the environment's token is used."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="payment_accounts")
    gateway = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    access_token = EncryptedTextField()
    webhook_secret = EncryptedTextField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PaymentAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "currency"], condition=Q(active=True), name="one_live_account_a_currency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.country} {self.currency}"


class PaymentStatus(models.TextChoices):
    """S4."""

    PENDING = "PENDING", _("pending")
    COMPLETED = "COMPLETED", _("paid")
    FAILED = "FAILED", _("rejected")
    REFUNDED = "REFUNDED", _("refunded")


OPEN = (PaymentStatus.PENDING, PaymentStatus.FAILED)  # may still be paid: a rejected card is followed by another one


class Payment(models.Model):
    """What is owed and paid for a visit. Its status is changed by `settle.move` alone."""

    class Method(models.TextChoices):
        GATEWAY = "gateway", _("online")
        CASH = "cash", _("cash")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="payments")
    account = models.ForeignKey(PaymentAccount, models.PROTECT, null=True, related_name="payments")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="payments")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="payments")
    amount = models.BigIntegerField(help_text="Minor units")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=PaymentStatus, default=PaymentStatus.PENDING)
    method = models.CharField(max_length=10, choices=Method, default=Method.GATEWAY)
    gateway = models.CharField(max_length=20, blank=True)
    preference_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.CharField(max_length=500, blank=True)
    paid_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="When the gateway was last asked about it.")
    ask_next_at = models.DateTimeField(
        null=True, help_text="When the gateway is asked, should no notice have come by then."
    )
    recorded_by = models.UUIDField(null=True, help_text="The member of staff who took cash.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_status_is_known", condition=Q(status__in=PaymentStatus.values)),
            models.CheckConstraint(
                name="paid_has_a_moment", condition=Q(paid_at__isnull=False) | ~Q(status__in=["COMPLETED", "REFUNDED"])
            ),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(status="COMPLETED"), name="a_visit_is_paid_once"
            ),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(status__in=["PENDING", "FAILED"]), name="one_open_payment_a_visit"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="payment_organization"),
            models.Index(fields=["patient", "-created_at", "-id"], name="payment_patient"),
            models.Index(fields=["ask_next_at"], name="payment_open", condition=Q(status__in=["PENDING", "FAILED"])),
        ]

    def __str__(self) -> str:
        return f"{major(self.amount, self.currency)} {self.currency} {self.status}"


class GatewayPayment(models.Model):
    """One payment as the gateway knows it. A checkout may see several: rejected ones, then one approved, or two."""

    class Verdict(models.TextChoices):
        """What became of the money of an approved one; given once. All but `kept` go back to the payer in full."""

        NONE = "", _("no money moved")
        KEPT = "kept", _("kept")
        WRONG_AMOUNT = "wrong_amount", _("amount differs")
        WRONG_CURRENCY = "wrong_currency", _("currency differs")
        PAID_TWICE = "paid_twice", _("paid twice")
        TOO_LATE = "too_late", _("the time was gone")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="gateway_payments")
    gateway = models.CharField(max_length=20)
    gateway_id = models.CharField(max_length=64)
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True, default=Verdict.NONE)
    status = models.CharField(max_length=30, help_text="The gateway's own word: approved, rejected, in_process …")
    amount = models.BigIntegerField(help_text="Minor units")
    currency = models.CharField(max_length=3)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = OfPaymentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "gateway_id"], name="gateway_payment_once")]


class Refund(models.Model):
    """Money going back: a row first, then the gateway is asked, until it is done."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(
        primary_key=True, default=new_id, editable=False, help_text="Also the gateway's idempotency key."
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    gateway_payment = models.ForeignKey(GatewayPayment, models.PROTECT, null=True, related_name="refunds")
    amount = models.BigIntegerField(help_text="Minor units")
    because = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    gateway_refund_id = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    objects = OfPaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_amount_is_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["gateway_payment"],
                condition=Q(gateway_payment__isnull=False),
                name="one_refund_a_gateway_payment",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(gateway_payment__isnull=True), name="one_cash_refund_a_payment"
            ),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="refund_due", condition=Q(state="waiting"))]


class LedgerEntry(models.Model):
    """One side of a movement of money. A `movement`'s rows sum to zero (deferred trigger); none is ever changed."""

    class Account(models.TextChoices):
        GATEWAY = "gateway"
        CASH_DESK = "cash_desk"
        INCOME = "income"
        REFUNDS = "refunds"

    movement = models.UUIDField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="ledger")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="ledger")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="ledger")
    account = models.CharField(max_length=20, choices=Account)
    amount = models.BigIntegerField(help_text="Minor units, debit positive")
    currency = models.CharField(max_length=3)
    at = models.DateTimeField(default=timezone.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movement", "account"], name="one_side_an_account")]
        indexes = [models.Index(fields=["organization", "at"], name="ledger_organization")]


class WebhookDelivery(models.Model):
    """What a gateway sent, stored before it is answered and applied from here, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=20)
    account = models.ForeignKey(
        PaymentAccount, models.PROTECT, null=True, related_name="deliveries", help_text="Whose secret signed it."
    )
    delivery_id = models.CharField(max_length=150)
    subject_id = models.CharField(max_length=64, help_text="The gateway's payment id that it speaks of.")
    raw = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=200, blank=True)

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "delivery_id"], name="delivery_once")]
        indexes = [models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(applied_at=None))]


class DemoCharge(models.Model):
    """SIMULATED: what the demo checkout "charged". No money moved; only the demo's own gateway reads these rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    external_reference = models.CharField(max_length=64, db_index=True)
    amount = models.BigIntegerField(help_text="Minor units")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, help_text="approved, rejected, in_process, refunded")
    refund_key = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OperatorsQuerySet.as_manager()
