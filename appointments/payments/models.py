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
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="payment_accounts", verbose_name=_("organization")
    )
    gateway = models.CharField(max_length=20, verbose_name=_("gateway"))
    country = models.CharField(max_length=2, verbose_name=_("country"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    access_token = EncryptedTextField(verbose_name=_("access token"))
    webhook_secret = EncryptedTextField(verbose_name=_("webhook secret"))
    active = models.BooleanField(default=True, verbose_name=_("active"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = PaymentAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment account")
        verbose_name_plural = _("payment accounts")
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
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="payments", verbose_name=_("organization")
    )
    account = models.ForeignKey(
        PaymentAccount, models.PROTECT, null=True, related_name="payments", verbose_name=_("account")
    )
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="payments", verbose_name=_("appointment"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="payments", verbose_name=_("patient"))
    amount = models.BigIntegerField(help_text=_("Minor units"), verbose_name=_("amount"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    status = models.CharField(
        max_length=10, choices=PaymentStatus, default=PaymentStatus.PENDING, verbose_name=_("status")
    )
    method = models.CharField(max_length=10, choices=Method, default=Method.GATEWAY, verbose_name=_("method"))
    gateway = models.CharField(max_length=20, blank=True, verbose_name=_("gateway"))
    preference_id = models.CharField(max_length=100, blank=True, verbose_name=_("preference id"))
    checkout_url = models.CharField(max_length=500, blank=True, verbose_name=_("checkout url"))
    paid_at = models.DateTimeField(null=True, verbose_name=_("paid at"))
    asked_at = models.DateTimeField(
        null=True, help_text=_("When the gateway was last asked about it."), verbose_name=_("asked at")
    )
    ask_next_at = models.DateTimeField(
        null=True,
        help_text=_("When the gateway is asked, should no notice have come by then."),
        verbose_name=_("ask next at"),
    )
    recorded_by = models.UUIDField(
        null=True, help_text=_("The member of staff who took cash."), verbose_name=_("recorded by")
    )
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    updated_at = models.DateTimeField(default=timezone.now, verbose_name=_("changed at"))

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
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

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="gateway_payments", verbose_name=_("payment"))
    gateway = models.CharField(max_length=20, verbose_name=_("gateway"))
    gateway_id = models.CharField(max_length=64, verbose_name=_("number at the gateway"))
    verdict = models.CharField(
        max_length=20, choices=Verdict, blank=True, default=Verdict.NONE, verbose_name=_("verdict")
    )
    status = models.CharField(
        max_length=30, help_text=_("The gateway's own word: approved, rejected, in_process …"), verbose_name=_("status")
    )
    amount = models.BigIntegerField(help_text=_("Minor units"), verbose_name=_("amount"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    seen_at = models.DateTimeField(default=timezone.now, verbose_name=_("seen at"))

    objects = OfPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment at the gateway")
        verbose_name_plural = _("payments at the gateway")
        constraints = [models.UniqueConstraint(fields=["gateway", "gateway_id"], name="gateway_payment_once")]


class Refund(models.Model):
    """Money going back: a row first, then the gateway is asked, until it is done."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(
        primary_key=True, default=new_id, editable=False, help_text="Also the gateway's idempotency key."
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    gateway_payment = models.ForeignKey(
        GatewayPayment, models.PROTECT, null=True, related_name="refunds", verbose_name=_("gateway payment")
    )
    amount = models.BigIntegerField(help_text=_("Minor units"), verbose_name=_("amount"))
    because = models.CharField(max_length=40, verbose_name=_("because of"))
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, verbose_name=_("state"))
    gateway_refund_id = models.CharField(max_length=64, blank=True, verbose_name=_("gateway refund id"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    next_try_at = models.DateTimeField(default=timezone.now, verbose_name=_("next try"))
    created_by = models.UUIDField(null=True, verbose_name=_("created by"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))
    done_at = models.DateTimeField(null=True, verbose_name=_("done at"))

    objects = OfPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
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
        GATEWAY = "gateway", _("gateway")
        CASH_DESK = "cash_desk", _("cash desk")
        INCOME = "income", _("income")
        REFUNDS = "refunds", _("refunds")

    movement = models.UUIDField(verbose_name=_("movement"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="ledger", verbose_name=_("organization")
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="ledger", verbose_name=_("payment"))
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="ledger", verbose_name=_("refund"))
    account = models.CharField(max_length=20, choices=Account, verbose_name=_("account"))
    amount = models.BigIntegerField(help_text=_("Minor units, debit positive"), verbose_name=_("amount"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    at = models.DateTimeField(default=timezone.now, verbose_name=_("at"))

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [models.UniqueConstraint(fields=["movement", "account"], name="one_side_an_account")]
        indexes = [models.Index(fields=["organization", "at"], name="ledger_organization")]


class WebhookDelivery(models.Model):
    """What a gateway sent, stored before it is answered and applied from here, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=20, verbose_name=_("source"))
    account = models.ForeignKey(
        PaymentAccount,
        models.PROTECT,
        null=True,
        related_name="deliveries",
        help_text=_("Whose secret signed it."),
        verbose_name=_("account"),
    )
    delivery_id = models.CharField(max_length=150, verbose_name=_("delivery id"))
    subject_id = models.CharField(
        max_length=64,
        help_text=_("The gateway's payment id that it speaks of."),
        verbose_name=_("payment at the gateway"),
    )
    raw = models.BinaryField(verbose_name=_("raw"))
    received_at = models.DateTimeField(default=timezone.now, verbose_name=_("received at"))
    applied_at = models.DateTimeField(null=True, verbose_name=_("applied at"))
    tries = models.PositiveSmallIntegerField(default=0, verbose_name=_("tries"))
    next_try_at = models.DateTimeField(default=timezone.now, verbose_name=_("next try"))
    problem = models.CharField(max_length=200, blank=True, verbose_name=_("problem"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of a gateway")
        verbose_name_plural = _("notices of gateways")
        constraints = [models.UniqueConstraint(fields=["source", "delivery_id"], name="delivery_once")]
        indexes = [models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(applied_at=None))]


class DemoCharge(models.Model):
    """SIMULATED: what the demo checkout "charged". No money moved; only the demo's own gateway reads these rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    external_reference = models.CharField(max_length=64, db_index=True, verbose_name=_("external reference"))
    amount = models.BigIntegerField(help_text=_("Minor units"), verbose_name=_("amount"))
    currency = models.CharField(max_length=3, verbose_name=_("currency"))
    status = models.CharField(
        max_length=20, help_text=_("approved, rejected, in_process, refunded"), verbose_name=_("status")
    )
    refund_key = models.CharField(max_length=64, blank=True, verbose_name=_("refund key"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("made at"))

    objects = OperatorsQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulated charge")
        verbose_name_plural = _("simulated charges")
