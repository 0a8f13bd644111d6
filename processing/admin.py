"""Recordings in the admin: how an organization wants them worked on, and how the work went. No word of any visit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processing.models import ProcessingRun, ScribePolicy
from records.codes.models import CodeSystem
from vitas.common.visible_admin import ReadOnlyAdmin, VisibleAdmin


@admin.register(ProcessingRun)
class ProcessingRunAdmin(ReadOnlyAdmin):
    """One try of one stage. Which recording it was is an id here, and nothing more."""

    list_display = ["started_at", "stage", "outcome", "error_code", "engine", "took", "cost"]
    list_filter = ["stage", "outcome"]
    list_select_related = ["organization"]
    date_hierarchy = "started_at"
    fields = readonly_fields = [
        "recording_id",
        "organization",
        "stage",
        "engine",
        "started_at",
        "ended_at",
        "took",
        "outcome",
        "error_code",
        "cost",
        "details",
    ]

    @admin.display(description=gettext_lazy("seconds"))
    def took(self, row: Any) -> str:
        return f"{(row.ended_at - row.started_at).total_seconds():.1f}" if row.ended_at else ""

    @admin.display(description=gettext_lazy("cost, US dollars"))
    def cost(self, row: Any) -> str:
        return f"{row.cost_micro / 1_000_000:.4f}" if row.cost_micro else ""

    @admin.display(description=gettext_lazy("recording"))
    def recording_id(self, row: Any) -> str:
        return str(row.recording_id)


class ScribePolicyForm(forms.ModelForm):
    """An organization has one rule."""

    is_taken = False

    def clean(self) -> dict[str, Any] | None:
        if self.is_taken and self.instance._state.adding:
            raise forms.ValidationError(_("Your organization has one already: change that one."))
        return super().clean()

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"].strip().lower()
        if language not in ("", "es", "pt", "en"):
            raise forms.ValidationError(_("es, pt or en; empty: found in the sound."))
        return language


@admin.register(ScribePolicy)
class ScribePolicyAdmin(VisibleAdmin):
    form = ScribePolicyForm
    list_display = ["organization", "language", "audio_days", "code_system"]
    list_select_related = ["organization", "code_system"]
    ordering = ["organization__name"]
    fields = ["organization", "language", "audio_days", "glossary", "code_system"]
    own_organization = "organization"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        organization = request.actor.organization_id  # type: ignore[attr-defined]
        form.is_taken = ScribePolicy.objects.filter(organization_id=organization).exists()
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "code_system":
            field.queryset = CodeSystem.objects.order_by("key")
            field.label_from_instance = lambda table: table.name
        return field
