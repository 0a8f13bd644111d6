"""Money in the admin: looked at, never written. A gateway's secrets go in here and do not come out."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.payments.models import (
    DemoCharge,
    GatewayPayment,
    LedgerEntry,
    Payment,
    PaymentAccount,
    Refund,
    WebhookDelivery,
)
from vitas.common.money import major
from vitas.common.visible_admin import ReadOnlyAdmin, VisibleAdmin


class PaymentAccountForm(forms.ModelForm):
    """A secret left empty stays as it is."""

    new_access_token = forms.CharField(
        label=_("Access token"), widget=forms.PasswordInput, required=False, max_length=500
    )
    new_webhook_secret = forms.CharField(
        label=_("Webhook secret"), widget=forms.PasswordInput, required=False, max_length=500
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.instance._state.adding:
            for name in ("new_access_token", "new_webhook_secret"):
                if not cleaned.get(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def save(self, commit: bool = True) -> Any:
        for name in ("access_token", "webhook_secret"):
            if self.cleaned_data.get(f"new_{name}"):
                setattr(self.instance, name, self.cleaned_data[f"new_{name}"])
        return super().save(commit)


@admin.register(PaymentAccount)
class PaymentAccountAdmin(VisibleAdmin):
    form = PaymentAccountForm
    list_display = ["organization", "gateway", "country", "currency", "active", "created_at"]
    list_filter = ["active", "gateway"]
    list_select_related = ["organization"]
    fields = ["organization", "gateway", "country", "currency", "active", "new_access_token", "new_webhook_secret"]
    own_organization = "organization"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_fields(request, obj)
        may = self.has_change_permission(request, obj)
        return fields if may else [name for name in fields if not name.startswith("new_")]


class MoneyAdmin(ReadOnlyAdmin):
    patient_path = "patient_id"

    @admin.display(description=_("amount"), ordering="amount")
    def sum(self, row: Any) -> str:
        currency = row.currency if hasattr(row, "currency") else row.payment.currency
        return f"{major(row.amount, currency)} {currency}"


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    list_display = ["created_at", "patient", "sum", "status", "method", "paid_at"]
    list_filter = ["status", "method", "currency"]
    list_select_related = ["patient"]
    search_fields = ["patient__name_key", "patient__phone__startswith", "id__exact"]
    date_hierarchy = "created_at"
    fields = readonly_fields = [
        "patient",
        "organization",
        "sum",
        "status",
        "method",
        "gateway",
        "paid_at",
        "created_at",
    ]


@admin.register(GatewayPayment)
class GatewayPaymentAdmin(MoneyAdmin):
    patient_path = "payment__patient_id"
    list_display = ["seen_at", "gateway", "gateway_id", "status", "sum"]
    list_filter = ["gateway", "status"]
    list_select_related = ["payment"]
    search_fields = ["gateway_id__exact"]
    date_hierarchy = "seen_at"
    fields = readonly_fields = ["gateway", "gateway_id", "status", "sum", "seen_at"]


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    patient_path = "payment__patient_id"
    list_display = ["created_at", "of", "sum", "because", "state", "tries", "done_at"]
    list_filter = ["state", "because"]
    list_select_related = ["payment__patient"]
    search_fields = ["payment__patient__name_key"]
    date_hierarchy = "created_at"
    fields = readonly_fields = ["of", "sum", "because", "state", "tries", "next_try_at", "created_at", "done_at"]

    @admin.display(description=_("patient"))
    def of(self, row: Refund) -> str:
        return row.payment.patient.full_name


@admin.register(LedgerEntry)
class LedgerEntryAdmin(MoneyAdmin):
    patient_path = "payment__patient_id"
    list_display = ["at", "account", "sum", "movement"]
    list_filter = ["account", "currency"]
    list_select_related = ["payment"]
    search_fields = ["movement__exact"]
    date_hierarchy = "at"
    fields = readonly_fields = ["at", "account", "sum", "movement"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """That something came and whether it was applied; never what it said."""

    list_display = ["received_at", "source", "subject_id", "applied_at", "tries", "problem"]
    list_filter = ["source", ("applied_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject_id__exact"]
    date_hierarchy = "received_at"
    fields = readonly_fields = ["source", "subject_id", "received_at", "applied_at", "tries", "next_try_at", "problem"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("raw")


@admin.register(DemoCharge)
class DemoChargeAdmin(ReadOnlyAdmin):
    """SIMULATED: what the demo checkout "charged"."""

    list_display = ["created_at", "amount", "currency", "status"]
    list_filter = ["status"]
    date_hierarchy = "created_at"
    fields = readonly_fields = ["amount", "currency", "status", "created_at"]
