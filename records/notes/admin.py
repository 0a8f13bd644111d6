"""How an organization lays out its notes, in the admin. No word of any visit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from records.notes import bodies, template_text
from records.notes.models import NoteTemplate
from vitas.common.admin_filters import VisibleRelatedFilter
from vitas.common.api.fields import plain_text
from vitas.common.visible_admin import VisibleAdmin


class NoteTemplateForm(forms.ModelForm):
    """The sections as lines of text."""

    layout = forms.CharField(
        label=_("sections"),
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16, "cols": 80, "spellcheck": "true"}),
        help_text=_(
            "A section a line, in their order: S: for what the patient tells, O: for what is found, A: for the"
            " assessment, P: for the plan, then its name. Below it, each after a hyphen, phrases that every note has."
        ),
    )

    class Meta:
        model = NoteTemplate
        fields = ["organization", "name", "is_default", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            usual = [{"part": part, "title": name} for part, name in bodies.part_names().items()]
            self.initial["layout"] = template_text.written(usual)
        else:
            self.initial["layout"] = template_text.written(self.instance.sections)

    def clean_layout(self) -> str:
        text = plain_text(self.cleaned_data["layout"])
        try:
            self.instance.sections = template_text.read(text, known=self.instance.sections or ())
        except template_text.Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("is_default") and cleaned.get("is_active") is False:
            self.add_error("is_active", _("The usual one must be active."))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """That there is one usual template is seen to when it is saved: the one before makes way."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]


@admin.register(NoteTemplate)
class NoteTemplateAdmin(VisibleAdmin):
    form = NoteTemplateForm
    list_display = ["name", "is_default", "is_active", "organization"]
    list_filter = ["is_active", ("organization", VisibleRelatedFilter)]
    list_select_related = ["organization"]
    ordering = ["name"]
    own_organization = "organization"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            if obj.is_default:
                organization = obj.organization_id or request.actor.organization_id  # type: ignore[attr-defined]
                others = NoteTemplate.objects.filter(organization=organization, is_default=True)
                others.exclude(pk=obj.pk).update(is_default=False)
            super().save_model(request, obj, form, change)
